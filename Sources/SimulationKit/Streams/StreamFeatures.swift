import Streams

/// What a simulation has of streams, drawn from its seed by numbers of its own.
struct StreamFeatures: Sendable {
    /// How often the seed has streams at all.
    private static let share = 0.15

    /// The bounds of the product, some of them so small that they are reached.
    let limits: StreamLimits
    /// The part of all cases in which each fault strikes.
    let rates: [StreamFault: Double]
    /// What it has of other sources than lists; nil where it has none.
    let sources: StreamSources?

    /// Those of a seed; nil where it has none.
    init?(_ seed: UInt64, _ edition: Simulation.Edition) {
        let random = RandomStream(seed: seed, concern: 31)
        sources =
            edition.hasSources ? StreamSources(RandomStream(seed: seed, concern: 35)) : nil
        guard random.chance(StreamFeatures.share) else { return nil }
        var limits = StreamLimits()
        limits.checkpointRecords = random.pick([2, 7, 10_000])
        limits.pendingResults = random.pick([1, 3, 256])
        limits.checkpointInterval = random.pick([.milliseconds(40), .seconds(1)])
        limits.bufferRecords = random.pick([1, 4, 1024])
        limits.bufferBytes = random.pick([100, 1 << 20])
        limits.storedBytes = random.pick([400, 3000, 8 << 20])
        limits.segmentBytes = limits.storedBytes / random.pick([4, 32])
        self.limits = limits
        var rates: [StreamFault: Double] = [:]
        if random.below(8) != 0 {
            for fault in StreamFault.allCases where random.chance(0.4) {
                rates[fault] = fault.scale * random.pick([0.3, 1, 3])
            }
        }
        self.rates = rates
    }
}

/// What can go wrong with the files of streams.
enum StreamFault: String, Sendable, Hashable, CaseIterable {
    /// The process dies before it changes a file.
    case dieBefore = "dies before"
    /// The process dies with a part of it done.
    case dieWithin = "dies within"
    /// The process dies right after.
    case dieAfter = "dies after"
    /// The disk is full, with a part of it done.
    case refuse = "refused"
    /// A file cannot be looked at.
    case blind = "cannot be read"
    /// A machine has another disk when a process starts on it.
    case diskLost = "disk lost"

    /// The part of cases in which it strikes in a middling simulation.
    fileprivate var scale: Double {
        switch self {
        case .dieBefore, .dieWithin, .dieAfter: 0.02
        case .refuse, .blind: 0.03
        case .diskLost: 0.2
        }
    }
}

/// Which faults strike the files of streams.
final class StreamFaults: Sendable {
    private let rates: [StreamFault: Double]
    private let random: RandomStream
    private let world: World

    init(_ world: World) {
        self.world = world
        rates = world.streams?.rates ?? [:]
        random = RandomStream(seed: world.seed, concern: 32)
    }

    /// Whether the seed has this fault at all.
    func has(_ fault: StreamFault) -> Bool { rates[fault] != nil }

    /// Whether a fault strikes now.
    func strikes(_ fault: StreamFault) -> Bool {
        guard !world.faults.isHealed, let rate = rates[fault] else { return false }
        return random.chance(rate)
    }

    /// Up to how many of so many bytes are done when something breaks off.
    func part(of count: Int) -> Int { count > 0 ? random.below(count) : 0 }
}

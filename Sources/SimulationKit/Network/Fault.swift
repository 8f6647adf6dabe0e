import Synchronization

/// What can go wrong, each by itself.
public enum Fault: String, Sendable, Hashable, CaseIterable {
    /// A request never arrives.
    case lostRequest
    /// A request is done, and its answer is lost.
    case lostReply
    /// Somebody else writes the object just before.
    case conflict
    /// The server asks to come back later.
    case throttle
    /// The server fails; what was asked may have been done.
    case serverError
    /// A request takes longer than its sender waits, and is done all the same.
    case slow
    /// A watch tells late.
    case eventDelay
    /// A watch leaves a change out, until it is listed again.
    case eventSkip
    /// A watch tells of a change twice.
    case eventDuplicate
    /// A watch tells of two changes in the wrong order, until they are listed again.
    case eventReorder
    /// A watch breaks.
    case watchBreak
    /// A watch's version is too old.
    case watchExpire
    /// A list shows the past.
    case staleList
    /// The process dies before a write is sent.
    case killBefore
    /// The process dies when its write is done and not answered.
    case killUnanswered
    /// The process dies soon after its write was answered.
    case killAfter
    /// The process is asked to stop.
    case stop
    /// A process and the server do not reach each other for a while.
    case partition
    /// The wall clock of a process jumps.
    case clockJump
    // Those of git come last: what is drawn for the others stays what it was before them.
    /// A fetch takes long, or longer than it may.
    case fetchSlow
    /// A fetch breaks off.
    case fetchLost
    /// The server of git refuses the credentials for a while.
    case fetchDenied
    /// The server of git does not know any reference for a while.
    case fetchMissing
    /// A fetch finds a branch where it was before.
    case fetchStale

    /// Where a process may die around a write.
    static let kills: [Fault] = [.killBefore, .killUnanswered, .killAfter]
    /// What may become of an event on its way.
    static let events: [Fault] = [
        .eventDelay, .eventSkip, .eventDuplicate, .eventReorder, .watchBreak,
    ]
}

/// Which faults strike in one simulation, and how often: a few of them, drawn from the seed.
///
/// Seeds differ in which faults they have at all, so that none of them hides what another shows.
final class Faults: Sendable {
    /// The part of all cases in which each strikes.
    let rates: [Fault: Double]
    private let random: RandomStream
    private let healed = Atomic<Bool>(false)
    private let coverage: CoverageCounter

    init(seed: UInt64, _ coverage: CoverageCounter) {
        self.coverage = coverage
        let draw = RandomStream(seed: seed, concern: 1)
        random = RandomStream(seed: seed, concern: 2)
        var rates: [Fault: Double] = [:]
        // One seed in sixteen has none, and must go exactly as it should.
        if draw.below(16) != 0 {
            for fault in Fault.allCases where draw.chance(0.45) {
                rates[fault] = fault.scale * draw.pick([0.2, 1, 3])
            }
        }
        self.rates = rates
    }

    /// Whether faults may still strike.
    var isHealed: Bool { healed.load(ordering: .relaxed) }

    /// Has no fault strike from here on.
    func heal() { healed.store(true, ordering: .relaxed) }

    /// Whether a fault strikes now, which may be likelier than usual.
    func strikes(_ fault: Fault, times weight: Double = 1) -> Bool {
        guard !isHealed, let rate = rates[fault], random.chance(rate * weight) else { return false }
        coverage.hit(.fault, fault.rawValue)
        return true
    }

    /// Whether the seed has this fault at all.
    func has(_ fault: Fault) -> Bool { rates[fault] != nil }

    /// The numbers for what else is to be drawn about faults.
    var stream: RandomStream { random }
}

extension Fault {
    /// The part of cases in which it strikes in a middling simulation.
    fileprivate var scale: Double {
        switch self {
        case .killBefore, .killUnanswered, .killAfter: 0.01
        case .stop, .partition, .clockJump: 0.3
        case .watchBreak, .watchExpire: 0.02
        case .slow, .staleList: 0.02
        case .fetchSlow, .fetchLost, .fetchStale: 0.1
        case .fetchDenied, .fetchMissing: 0.04
        case .eventSkip, .eventReorder: 0.03
        case .eventDelay, .eventDuplicate: 0.1
        case .lostRequest, .lostReply, .conflict, .throttle, .serverError: 0.04
        }
    }
}

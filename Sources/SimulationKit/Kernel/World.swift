import POSIX
import Synchronization
import Values

/// What everything in one simulation shares: time, chance, and the record of what happens.
final class World: Sendable {
    let seed: UInt64
    /// The wall clock's time at the start.
    let epoch = Timestamp(seconds: 1_800_000_000)
    let clock = VirtualClock()
    /// What all of the product runs on.
    let executor = SteppedExecutor()
    let trace: Trace
    let faults: Faults
    let coverage: CoverageCounter
    let models = Models()
    let remote = SimulatedRemote()
    /// What this simulation has of what not all have.
    let features: Features
    /// What it has of streams; nil where it has none.
    let streams: StreamFeatures?
    /// The words of the product that are values of Secrets here: those must change no more than texts.
    let secretWords: [String]
    /// What the product draws: jitter and the like.
    let jitter: RandomStream
    /// In which order jobs run.
    private let order: RandomStream
    private let delays: RandomStream
    private let isSlowNetwork: Bool

    init(seed: UInt64, edition: Simulation.Edition, isVerbose: Bool) {
        self.seed = seed
        trace = Trace(clock: clock, isVerbose: isVerbose)
        coverage = CoverageCounter()
        faults = Faults(seed: seed, coverage)
        features = Features(
            RandomStream(seed: seed, concern: 10),
            repositories: edition.hasRepositories
                ? RandomStream(seed: seed, concern: Features.repositoriesConcern) : nil,
            deadlines: edition.hasDeadlines ? RandomStream(seed: seed, concern: 11) : nil)
        streams =
            edition.hasStreams ? StreamFeatures(seed, edition) : nil
        secretWords = World.secretWords(RandomStream(seed: seed, concern: 21))
        jitter = RandomStream(seed: seed, concern: 3)
        order = RandomStream(seed: seed, concern: 4)
        delays = RandomStream(seed: seed, concern: 5)
        isSlowNetwork = delays.chance(0.2)
    }

    /// Phases, a part of every time, names and members: none in most simulations.
    private static func secretWords(_ random: RandomStream) -> [String] {
        guard random.chance(0.2) else { return [] }
        let words = [
            "Completed", "Cancelled", "Launching", "2027-01-15", "sequence", "definition",
            "workflow",
            "orchestrator.llm/v1",
        ]
        return words.filter { _ in random.chance(0.4) }
    }

    /// How long something takes on its way through the network.
    func latency() -> Duration {
        .microseconds(isSlowNetwork ? 2000 + delays.below(200_000) : 100 + delays.below(3000))
    }

    /// Whether dead letters are deleted after a while.
    var purgesLetters: Bool { features.letters && features.retention }

    /// Runs one of the jobs that could run; false when there is none.
    func step() -> Bool {
        let count = executor.count
        guard count > 0 else { return false }
        executor.run(at: count == 1 ? 0 : order.below(count))
        return true
    }
}

/// Which of the rarer things one simulation has, drawn from its seed.
struct Features: Sendable {
    /// The concern that says whether there are repositories: chosen so that no seed of the first
    /// edition in `SimulationTests` has them.
    static let repositoriesConcern: UInt64 = 14_761

    let approvals: Bool
    let children: Bool
    let waits: Bool
    let operations: Bool
    let undoing: Bool
    let interruptions: Bool
    let fallbacks: Bool
    let caches: Bool
    let letters: Bool
    let retention: Bool
    let retries: Bool
    let provider: Bool
    /// Whether runs are paused while they clean up.
    let latePauses: Bool
    /// Whether a status holds so little that most tasks are in shards.
    let shards: Bool
    /// The most attempts of a process at once.
    let attempts: Int?
    /// The most runs that have started and not ended.
    let runs: Int?
    /// Whether a watcher follows the runs beside the operator.
    let watcher: Bool
    /// How many repositories give definitions.
    let repositories: Int
    /// Whether there are deadlines of waits, of containers, and of all attempts of a task.
    let deadlines: Bool

    /// Draws them; those of later editions from numbers of their own.
    init(_ random: RandomStream, repositories: RandomStream?, deadlines: RandomStream?) {
        self.deadlines = deadlines?.chance(0.15) ?? false
        self.repositories =
            repositories.map { $0.chance(0.12) ? 1 + $0.below(2) : 0 } ?? 0
        approvals = random.chance(0.2)
        children = random.chance(0.15)
        waits = random.chance(0.15)
        operations = random.chance(0.25)
        undoing = random.chance(0.15)
        interruptions = random.chance(0.2)
        fallbacks = random.chance(0.2)
        caches = random.chance(0.15)
        letters = random.chance(0.2)
        retention = random.chance(0.15)
        retries = random.chance(0.15)
        provider = random.chance(0.12)
        attempts = random.chance(0.1) ? 1 + random.below(4) : nil
        runs = random.chance(0.1) ? 1 + random.below(2) : nil
        watcher = random.chance(0.2)
        shards = random.chance(0.1)
        latePauses = random.chance(0.25)
    }
}

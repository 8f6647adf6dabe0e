import Values

/// One simulation: the whole product around one server, from a seed.
///
/// Everything that could go otherwise is drawn from the seed: the order in which jobs run, how long
/// each message takes, what goes wrong, what users do, what attempts do. First things go wrong while
/// the laws of safety are watched; then faults stop, and everything must come to its end and to rest.
public struct Simulation: Sendable {
    /// How a simulation went.
    public struct Report: Sendable {
        /// What it was drawn from.
        public let seed: UInt64
        /// The hash of everything that happened: the same for the same seed.
        public let hash: UInt64
        /// How many things happened.
        public let events: Int
        /// How many jobs ran.
        public let steps: Int
        /// The laws that did not hold.
        public let violations: [Violation]
        /// Which kinds of things happened.
        public let coverage: Coverage
        /// What happened, where it was asked for.
        public let lines: [String]
    }

    /// How long faults may be over before everything must have come to its end.
    static let patience = Duration.seconds(3600)
    /// How long nothing may be written at the end.
    static let silence = Duration.seconds(20)
    /// How long until nobody holds a share of a provider's limits, by clocks that are right.
    static let sharesEnd = Duration.seconds(70)
    /// The most jobs that may run without time passing.
    static let stepsAtOnce = 200_000
    /// The most jobs of one simulation, fifty times what one has.
    static let stepsInAll = 100_000

    private let world: World
    private let cluster: Cluster
    private var workload: Workload
    private let watcher: Watcher?
    private var steps = 0
    private var stepsNow = 0

    private init(seed: UInt64, edition: Edition, isVerbose: Bool) {
        world = World(seed: seed, edition: edition, isVerbose: isVerbose)
        cluster = Cluster(world)
        workload = Workload(cluster)
        watcher = world.features.watcher ? Watcher(cluster) : nil
    }

    /// Simulates what a seed stands for.
    public static func run(
        seed: UInt64, edition: Edition = .latest, isVerbose: Bool = false
    ) -> Report {
        var simulation = Simulation(seed: seed, edition: edition, isVerbose: isVerbose)
        simulation.perform()
        defer {
            simulation.world.clock.clear()
            simulation.cluster.server.forgetWatches()
        }
        return simulation.report
    }

    private var report: Report {
        Report(
            seed: world.seed, hash: world.trace.hash, events: world.trace.count, steps: steps,
            violations: cluster.laws.violations, coverage: world.coverage.coverage,
            lines: world.trace.lines)
    }

    private mutating func perform() {
        workload.schedule()
        StreamWorkload(cluster).schedule(within: workload.duration)
        cluster.start()
        watcher?.start()
        go(for: workload.duration)
        cluster.heal()
        workload.resumeAll()
        if cluster.laws.violations.isEmpty {
            comeToEnd()
            if cluster.laws.violations.isEmpty { comeToRest() }
        }
        close()
    }

    /// With faults stopped, everything comes to its end (laws 13 and 14).
    private mutating func comeToEnd() {
        let limit = world.clock.now + Simulation.patience
        var writes = 0
        repeat {
            repeat {
                go(for: .seconds(2))
                workload.lookAgain()
            } while !hasEnded && world.clock.now < limit
            // A request that was lost just before is given up after 30 seconds: only then does a
            // watch that was asked for begin, and what it tells may launch another run. Runs that
            // the operator made are kept for a minute, by whoever leads then, and others may hang
            // on their deletion. A provider's figures that could not be written are for as long.
            repeat {
                writes = cluster.laws.writes
                go(
                    for: world.features.retention || world.features.provider
                        ? .seconds(150) : .seconds(45))
            } while cluster.laws.writes > writes && world.clock.now < limit
        } while !hasEnded && world.clock.now < limit
        guard cluster.laws.violations.isEmpty else { return }
        cluster.laws.checkEnd(cluster.server)
        cluster.streamLaws.checkEnd(cluster)
        watcher?.check(cluster.server)
    }

    /// Whether there is nothing to wait for: what broke a law need not come to its end.
    private var hasEnded: Bool {
        cluster.laws.allRunsEnded && haveBeenLookedAt
            && cluster.laws.repositoriesHaveSettled(cluster.server)
            || !cluster.laws.violations.isEmpty
    }

    /// Whether every workflow was looked at since it changed: a list that was lost just before the
    /// faults stopped is asked for again half a minute later.
    private var haveBeenLookedAt: Bool {
        cluster.server.objects("apis/orchestrator.llm/v1/workflows").values.allSatisfy { workflow in
            workflow["status"]?["observedGeneration"] == workflow["metadata"]?["generation"]
        }
    }

    /// How long until the last share that is stored has ended: much later where a clock was ahead.
    private var untilSharesEnd: Duration {
        let now = world.epoch + world.clock.now
        var longest = Duration.zero
        for provider in cluster.server.objects("apis/orchestrator.llm/v1/providers").values {
            for share in provider["status"]?["quota"]?["shares"]?.arrayValue ?? [] {
                guard let end = share["expires"]?.stringValue.flatMap({ Timestamp($0) })
                else { continue }
                longest = max(longest, end - now)
            }
        }
        return min(longest + Simulation.sharesEnd, Simulation.patience)
    }

    /// What has come to its end stays at rest, however often it is looked at (law 14).
    private mutating func comeToRest() {
        let writes = cluster.laws.writes
        // A process that stops gives back what it holds of a provider: that ends by itself.
        go(
            for: world.features.provider
                ? max(Simulation.sharesEnd, untilSharesEnd) : Simulation.silence)
        cluster.stop(restarting: true)
        go(for: Simulation.silence + .seconds(15))
        let more = cluster.laws.writes - writes
        if more > 0 { cluster.laws.violated(14, "\(more) writes after everything was at rest") }
    }

    /// Ends every process, and sees to it that nothing of it is left (law 36).
    private mutating func close() {
        cluster.stop(restarting: false)
        watcher?.stop()
        go(for: .seconds(120))
        for host in cluster.hosts { host.die() }
        go(for: .seconds(120))
        let open = cluster.recordServer.openCount
        if open > 0, cluster.laws.violations.isEmpty {
            cluster.laws.violated(36, "\(open) responses are open")
        }
        let left = cluster.hosts.filter { !$0.hasEnded }
        if !left.isEmpty || watcher?.hasEnded == false, cluster.laws.violations.isEmpty {
            cluster.laws.violated(36, "\(left.count) processes have not ended")
        }
        if cluster.operatorsInMemory > 0, cluster.laws.violations.isEmpty {
            cluster.laws.violated(
                36, "\(cluster.operatorsInMemory) operators that have ended are kept in memory")
        }
    }

    /// Lets a length of time pass, and everything in it happen.
    private mutating func go(for length: Duration) {
        guard steps < Simulation.stepsInAll else { return }
        let limit = world.clock.now + length
        while true {
            if world.step() {
                steps += 1
                stepsNow += 1
                cluster.noteStep()
                guard stepsNow < Simulation.stepsAtOnce else {
                    cluster.laws.violated(21, "something goes on and on without time passing")
                    return
                }
                guard steps < Simulation.stepsInAll else {
                    cluster.laws.violated(13, "something goes on and on")
                    return
                }
                continue
            }
            cluster.laws.checkLimits(cluster.hosts)
            guard world.clock.advance(upTo: limit) else {
                world.clock.skip(to: limit)
                return
            }
            stepsNow = 0
        }
    }
}

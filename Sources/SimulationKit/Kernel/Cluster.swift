import Engine
import Executors
import HTTP
import Kubernetes
import Observability
import Operator
import Synchronization
import Values

/// The server, the processes of the product around it, and who of them lives.
final class Cluster: Sendable {
    /// How many processes there are, and which of them work.
    enum Arrangement: String, CaseIterable {
        /// One process.
        case single
        /// Two that both work, as when a lease was lost and nobody noticed.
        case both
        /// Two of which the one that holds the lease works.
        case elected
    }

    private struct State {
        var hosts: [Host] = []
        var count = 0
        var kills = 0
        /// Processes that die after so many more steps.
        var dying: [(steps: Int, host: Host, why: String)] = []
        /// Whether a process that ended has another start in its place.
        var restarts = true
        /// The nodes on which processes may start.
        var nodes: Range<Int>
        /// What is left of operators whose term is over: nothing, once their tasks have ended.
        var remains: [Remains] = []
    }

    /// A view of an operator that does not keep it: what it counts, and what attempts write to.
    private struct Remains {
        weak var metrics: MetricRegistry?
        weak var logs: AttemptLogStore?

        var isGone: Bool { metrics == nil && logs == nil }
    }

    /// The most deaths of one simulation.
    static let maximumKills = 12
    /// A client for what no simulation does: to fetch repositories.
    private static let unusedHTTP = HTTPClient()

    let world: World
    let laws: LawBook
    let server: SimulatedServer
    let arrangement: Arrangement
    let streamLaws: StreamLaws
    let streamFaults: StreamFaults
    let recordServer: RecordServer
    private let disks = [SimulatedDisk(), SimulatedDisk()]
    private let random: RandomStream
    private let state: Mutex<State>

    init(_ world: World) {
        self.world = world
        laws = LawBook(world)
        server = SimulatedServer(world, laws)
        streamLaws = StreamLaws(world, laws)
        streamFaults = StreamFaults(world)
        recordServer = RecordServer(world)
        random = RandomStream(seed: world.seed, concern: 6)
        let roll = random.below(10)
        arrangement = roll < 5 ? .single : roll < 8 ? .both : .elected
        state = Mutex(State(nodes: 0..<(arrangement == .single ? 1 : 2)))
    }

    /// The processes that have not ended, in the order of their starts.
    var hosts: [Host] { state.withLock(\.hosts) }

    /// Starts a process on every node.
    func start() {
        for node in state.withLock(\.nodes) { start(node: node) }
    }

    private func start(node: Int) {
        let number = state.withLock { state -> Int? in
            guard state.restarts, state.nodes.contains(node) else { return nil }
            state.count += 1
            return state.count
        }
        guard let number else { return }
        let host = Host(number: number, node: node, server)
        state.withLock { $0.hosts.append(host) }
        world.trace.note("start", Int64(number), Int64(node))
        loseDisk(of: host)
        host.start { [self] in
            await work(on: host)
        } end: { [self] in
            ended(host)
        }
    }

    private func work(on host: Host) async {
        let client = KubernetesClient(
            configuration: KubernetesConfiguration(server: "http://api"),
            http: SimulatedTransport(host, self), time: host.time)
        let random = RandomSource { [world] in world.jitter.unit }
        let configuration = configuration(host, random)
        guard arrangement == .elected else {
            await lead(host, client, configuration)
            return
        }
        let elector = LeaderElector(
            client: client, lease: ObjectKey(namespace: "default", name: "llm-orchestrator"),
            identity: host.holder, timing: ClusterServer.leaseTiming, time: host.time,
            random: random, executor: world.executor)
        // The number of a term does not tell two of one process apart.
        let terms = Atomic<Int>(0)
        await elector.run { [self] _ in
            var current = configuration
            current.holder = "\(host.holder)/\(terms.add(1, ordering: .relaxed).newValue)"
            await lead(host, client, current)
        }
    }

    /// An operator that gives up ends its process, and another starts in its place.
    private func lead(
        _ host: Host, _ client: KubernetesClient, _ configuration: Operator.Configuration
    ) async {
        let work = Operator(client: client, configuration: configuration)
        state.withLock { state in
            state.remains.removeAll(where: \.isGone)
            state.remains.append(Remains(metrics: work.metrics, logs: work.logs))
        }
        do { try await work.run() } catch {
            world.trace.note("gave up", Int64(host.number), detail: error.description)
        }
    }

    /// How many operators are still in memory.
    var operatorsInMemory: Int {
        state.withLock { $0.remains.count { !$0.isGone } }
    }

    private func configuration(
        _ host: Host, _ random: RandomSource
    ) -> Operator.Configuration {
        let redactor = Redactor()
        redactor.add(ScriptedExecutor.canary, in: "default")
        for word in world.secretWords { redactor.add(word, in: "default") }
        let types = ["command", "http"]
        var configuration = Operator.Configuration(
            dataDirectory: HostFiles.directory, http: Cluster.unusedHTTP,
            executors: ExecutorRegistry(
                types.map { ScriptedExecutor(type: $0, host: host, cluster: self) }),
            redactor: redactor,
            logger: Logger(
                minimum: world.trace.isVerbose ? .debug : .warning, redactor: redactor
            ) { [self] record in log(record, host) },
            time: host.time, random: random, attemptExecutor: world.executor,
            instance: "node-\(host.node)", holder: host.holder)
        configuration.files = HostFiles(host, self).files
        configuration.records = recordServer.transport(of: host)
        configuration.instrument = { [self] in watched($0, on: host) }
        if let streams = world.streams { configuration.streams = streams.limits }
        configuration.clones = SimulatedClones(host: host, cluster: self)
        configuration.transitions = { [world] in world.coverage.note($0) }
        configuration.archive = { [laws] path, text in laws.archived(text, at: path, by: host) }
        if world.features.shards {
            configuration.runLimits.statusBytes = 70 << 10
            configuration.runLimits.shardBytes = 67 << 10
        }
        configuration.admission.attempts = world.features.attempts.map { Int64($0) }
        configuration.admission.runs = world.features.runs.map { Int64($0) }
        if world.purgesLetters { configuration.retention.deadLetters = .seconds(6) }
        return configuration
    }

    /// A user does something.
    func noteUser(_ action: UserAction) {
        world.coverage.hit(.user, action.rawValue)
        world.trace.note("user", name: action.rawValue)
    }

    private func log(_ record: LogRecord, _ host: Host) {
        let text = record.text
        if text.contains(ScriptedExecutor.canary) {
            laws.violated(35, "a log line tells a secret: \(text)")
        }
        world.trace.say("log \(host.number) \(record.level.rawValue) \(text)")
    }

    private func ended(_ host: Host) {
        world.trace.note("ended", Int64(host.number))
        let restarts = state.withLock { state in
            state.hosts.removeAll { $0 === host }
            return state.restarts
        }
        if restarts, !host.isReplaced { restart(host) }
    }

    private func restart(_ host: Host) {
        world.clock.after(random.duration(.milliseconds(50) ... .seconds(10))) { [self] in
            start(node: host.node)
        }
    }
}

extension Cluster {
    /// Whether a process dies at this point of a write.
    func strikesKill(_ fault: Fault, _ route: Route) -> Bool {
        guard world.faults.strikes(fault, times: WriteKind.weight(of: route.kind)) else {
            return false
        }
        let isAllowed = state.withLock { state in
            guard state.kills < Cluster.maximumKills else { return false }
            state.kills += 1
            return true
        }
        if isAllowed { world.coverage.hit(.kill, "\(route.kind) x \(fault.rawValue)") }
        return isAllowed
    }

    /// A process dies, and another starts on its node after a while.
    func kill(_ host: Host, _ why: String) {
        guard host.isAlive else { return }
        world.trace.note("kill", Int64(host.number), detail: why)
        host.markReplaced()
        host.die()
        restart(host)
    }

    /// A process dies in the middle of a step: nothing more of it is seen, and it unwinds later.
    func collapse(_ host: Host, _ why: String) {
        guard host.isAlive else { return }
        world.trace.note("kill", Int64(host.number), detail: why)
        host.markReplaced()
        host.fall()
        world.clock.after(.zero) { host.die() }
        restart(host)
    }

    /// A process dies within the next steps.
    func killSoon(_ host: Host, _ why: String) {
        let steps = random.below(random.chance(0.5) ? 8 : 80)
        state.withLock { $0.dying.append((steps, host, why)) }
    }

    /// Counts a step, and has processes die whose time has come.
    func noteStep() {
        let dead = state.withLock { state -> [(steps: Int, host: Host, why: String)] in
            guard !state.dying.isEmpty else { return [] }
            for index in state.dying.indices { state.dying[index].steps -= 1 }
            let dead = state.dying.filter { $0.steps < 0 }
            state.dying.removeAll { $0.steps < 0 }
            return dead
        }
        for (_, host, why) in dead { kill(host, why) }
    }

    /// Asks every process to stop, with or without another in its place.
    func stop(restarting: Bool) {
        let hosts = state.withLock { state in
            state.restarts = restarting
            return state.hosts
        }
        for host in hosts where host.isAlive && !host.isStopping {
            world.trace.note("stop", Int64(host.number))
            host.stop()
        }
    }

    /// Has something of the rarer sort go wrong with one of the processes.
    func disturb() {
        let faults = world.faults
        guard let host = hosts.last(where: { $0.isAlive && !$0.isStopping }) else { return }
        let victim = faults.stream.chance(0.5) ? host : hosts.first { $0.isAlive } ?? host
        if faults.strikes(.partition) {
            world.trace.note("partition", Int64(victim.number))
            victim.partition(for: faults.stream.duration(.seconds(1) ... .seconds(40)))
        }
        if faults.strikes(.clockJump) {
            world.trace.note("clock jump", Int64(victim.number))
            victim.jump(
                by: faults.stream.duration(.zero ... .seconds(60)) - .seconds(30))
        }
        if faults.strikes(.stop), !victim.isStopping {
            world.trace.note("stop", Int64(victim.number))
            victim.stop()
        }
        if faults.strikes(.watchExpire) { server.compact() }
    }

    /// Ends all faults.
    func heal() {
        world.faults.heal()
        state.withLock { $0.dying = [] }
        for host in hosts { host.heal() }
        if arrangement == .both { dismissSecond() }
        server.expireWatches()
    }

    /// The second of two processes that both work hears that it does not hold the lease.
    ///
    /// Two that never hear it would take a run with an attempt that is silent for longer than a lease
    /// from each other for ever: that one of them stops is what the end of the faults means for them.
    private func dismissSecond() {
        let second = state.withLock { state in
            state.nodes = 0..<1
            return state.hosts.filter { $0.node == 1 && $0.isAlive && !$0.isStopping }
        }
        for host in second {
            world.trace.note("stop", Int64(host.number))
            host.stop()
        }
    }
}

extension Cluster {
    /// The disk of a machine.
    func disk(of node: Int) -> SimulatedDisk { disks[node] }

    /// A machine may have another disk when a process starts on it.
    private func loseDisk(of host: Host) {
        guard streamFaults.strikes(.diskLost) else { return }
        world.coverage.hit(.file, StreamFault.diskLost.rawValue)
        world.trace.note("disk lost", Int64(host.node))
        disk(of: host.node).clear()
    }

    /// What tasks can do, watched where nobody has made it up.
    private func watched(_ registry: ExecutorRegistry, on host: Host) -> ExecutorRegistry {
        guard world.streams != nil, let inner = try? registry.executor(forType: "stream") else {
            return registry
        }
        return registry.adding([WatchedExecutor(inner: inner, host: host, cluster: self)])
    }
}

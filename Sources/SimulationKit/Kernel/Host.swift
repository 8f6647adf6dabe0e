import HTTP
import Kubernetes
import Synchronization
import Values

/// One process from its start to its death; a node has many of them one after the other.
final class Host: Sendable {
    private struct State {
        var isAlive = true
        var isStopping = false
        var hasEnded = false
        var isReplaced = false
        var wallOffset = Duration.zero
        var partitionEnd: Duration?
        var lastExchange: UInt64 = 0
        var exchanges: [UInt64: @Sendable () -> Void] = [:]
        var hurt: Set<String> = []
        var furthest: Timestamp?
        var missed: [String: Int64] = [:]
        /// Up to which version of each collection a list may have left something out.
        var outdated: [String: Int64] = [:]
        var root: Task<Void, Never>?
    }

    /// Which process of the simulation, from 1.
    let number: Int
    /// Which of the machines it runs on.
    let node: Int
    private let world: World
    private let server: SimulatedServer
    private let state = Mutex(State())

    init(number: Int, node: Int, _ server: SimulatedServer) {
        self.number = number
        self.node = node
        self.server = server
        world = server.world
    }

    /// What it calls itself in checkpoints.
    var holder: String { "host-\(number)" }

    /// Whether anything it does is seen by others.
    var isAlive: Bool { state.withLock(\.isAlive) }

    /// Whether it was asked to stop.
    var isStopping: Bool { state.withLock(\.isStopping) }

    /// Whether all of its tasks have ended.
    var hasEnded: Bool { state.withLock(\.hasEnded) }

    /// Whether another already starts in its place.
    var isReplaced: Bool { state.withLock(\.isReplaced) }

    /// Notes that another starts in its place, whenever this one has ended.
    func markReplaced() { state.withLock { $0.isReplaced = true } }

    /// How far its wall clock is off.
    var wallOffset: Duration { state.withLock(\.wallOffset) }

    /// When it reaches the server again; nil where it does.
    var partitionEnd: Duration? {
        let now = world.clock.now
        return state.withLock { $0.partitionEnd }.flatMap { $0 > now ? $0 : nil }
    }

    /// Whether it does not reach the server.
    var isPartitioned: Bool { partitionEnd != nil }

    /// Its wall clock.
    var now: Timestamp { world.epoch + world.clock.now + wallOffset }

    /// Its clocks, as the product reads them.
    var time: TimeSource {
        TimeSource(
            now: { self.now }, monotonic: { self.world.clock.now },
            sleep: { duration in try await self.world.clock.sleep(duration) })
    }

    /// Starts what the process does.
    func start(
        _ work: @escaping @Sendable () async -> Void, end: @escaping @Sendable () -> Void
    ) {
        let task = Task(executorPreference: world.executor) {
            await work()
            self.state.withLock { state in
                state.hasEnded = true
                state.root = nil
            }
            end()
        }
        state.withLock { $0.root = task }
    }

    /// Dies: nothing that it still does is seen by anybody.
    func die() {
        let (root, waiting) = state.withLock { state in
            state.isAlive = false
            let waiting = state.exchanges.sorted { $0.key < $1.key }.map(\.value)
            state.exchanges = [:]
            return (state.root, waiting)
        }
        for end in waiting { end() }
        server.breakWatches(of: self)
        root?.cancel()
    }

    /// Is dead from here on, although its tasks do not know yet.
    func fall() { state.withLock { $0.isAlive = false } }

    /// Is asked to stop, as by SIGTERM.
    func stop() {
        let root = state.withLock { state in
            state.isStopping = true
            return state.root
        }
        root?.cancel()
    }

    /// Is cut off from the server for a while.
    func partition(for duration: Duration) {
        let end = world.clock.now + duration
        state.withLock { $0.partitionEnd = end }
    }

    /// Its wall clock jumps.
    func jump(by duration: Duration) {
        let now = now
        state.withLock { state in
            state.furthest = max(state.furthest ?? now, now)
            state.wallOffset += duration
        }
    }

    /// The latest moment that its wall clock has ever shown: what was decided by it stays decided when
    /// the clock goes back.
    var latestNow: Timestamp { max(state.withLock(\.furthest) ?? now, now) }

    /// Its network and clock are well again.
    func heal() {
        state.withLock { state in
            state.partitionEnd = nil
            state.wallOffset = .zero
        }
    }

    /// Notes something that waits, and how it ends when the process dies.
    func open(_ end: @escaping @Sendable () -> Void) -> UInt64 {
        state.withLock { state in
            state.lastExchange += 1
            state.exchanges[state.lastExchange] = end
            return state.lastExchange
        }
    }

    func open(_ answer: Signal<Result<Reply, HTTPError>>) -> UInt64 {
        open {
            answer.give(
                .failure(
                    HTTPError(code: .connectionLost, outcomeUnknown: true, message: "died")))
        }
    }

    /// What waited has ended.
    func close(_ exchange: UInt64) {
        state.withLock { _ = $0.exchanges.removeValue(forKey: exchange) }
    }

    /// Waits, whether or not the task is cancelled, as long as the process lives.
    func linger(_ duration: Duration) async {
        let signal = Signal<Void>()
        let exchange = open { signal.give(()) }
        let appointment = world.clock.after(duration) { signal.give(()) }
        if !isAlive { signal.give(()) }
        await signal.value()
        world.clock.cancel(appointment)
        close(exchange)
    }

    /// Notes that it missed a change of a collection.
    ///
    /// - Returns: Whether that is new.
    func markHurt(_ collection: String) -> Bool {
        state.withLock { $0.hurt.insert(collection).inserted }
    }

    /// Whether it missed a change since it last listed.
    func isHurt(_ collection: String) -> Bool { state.withLock { $0.hurt.contains(collection) } }

    /// Notes which change of an object it was never told of.
    func markMissed(_ change: Store.Change, of collection: String) {
        let path = "\(collection)/\(change.key)"
        state.withLock { $0.missed[path] = max(change.version, $0.missed[path] ?? 0) }
    }

    /// Whether it was not told of that version of an object, or of a later one.
    ///
    /// Its cache goes past such a version with the next change of another object.
    func hasMissed(_ version: Int64, of route: Route) -> Bool {
        state.withLock { state in
            version
                <= max(
                    state.missed["\(route.collection)/\(route.key)"] ?? 0,
                    state.outdated[route.collection] ?? 0)
        }
    }

    /// Notes that a list of a collection showed the past, when the server was at a version.
    func markOutdated(_ collection: String, at version: Int64) {
        state.withLock { $0.outdated[collection] = version }
    }

    /// Notes that it lists, and so learns of everything.
    func clearHurt(_ collection: String) { state.withLock { _ = $0.hurt.remove(collection) } }
}

internal import Synchronization

/// Tells those who wait that something has changed.
///
/// Whoever waits says what it has seen: a change between its look and its wait is not lost.
public final class StreamSignal: Sendable {
    private struct State {
        var version: UInt64 = 0
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var lastWaiter: UInt64 = 0
    }

    private let clock: AttemptClock
    private let state = Mutex(State())

    /// Makes a signal that nobody has raised.
    ///
    /// - Parameter clock: What bounded waits go by.
    public init(clock: AttemptClock = .system) { self.clock = clock }

    /// Goes up with every change.
    public var version: UInt64 { state.withLock { $0.version } }

    /// Notes a change and wakes all who wait.
    public func raise() {
        let waiters = state.withLock { state in
            state.version += 1
            defer { state.waiters = [:] }
            return state.waiters
        }
        for id in waiters.keys.sorted() { waiters[id]?.resume() }
    }

    /// Waits for a change behind the version that was seen, or until the task is cancelled.
    public func wait(beyond seen: UInt64) async {
        let id = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDue = state.withLock { state in
                    // The handler below may have run already, and found nobody.
                    if state.version != seen || Task.isCancelled { return true }
                    state.waiters[id] = continuation
                    return false
                }
                if isDue { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
        }
    }

    /// Waits as ``wait(beyond:)``, and for no longer than a time.
    public func wait(beyond seen: UInt64, for limit: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.clock.sleep(limit) }
            group.addTask { await self.wait(beyond: seen) }
            await group.next()
            group.cancelAll()
        }
    }
}

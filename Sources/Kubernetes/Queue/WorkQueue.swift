internal import Synchronization

/// A queue of keys for many workers, no key ever with two of them (law 26).
///
/// Producers add keys from anywhere, at the cost of one lock; workers ask for the next and wait.
/// A wait for a delayed key is one worker's: it sleeps until the earliest is due while the others
/// sleep until they are woken, so an idle queue costs one timer.
public final class WorkQueue<Key: Hashable & Sendable>: Sendable {
    private typealias Waiter = CheckedContinuation<Void, Never>

    private struct State {
        var rules: WorkQueueState<Key>
        /// The workers that wait, in the order they came: few, so a scan finds one.
        var waiters: [(id: UInt64, waiter: Waiter)] = []
        var nextWaiter: UInt64 = 0
        /// The worker that sleeps until the earliest delayed key, and until when.
        var timekeeper: (id: UInt64, until: Duration)?

        /// Whether a delayed key is due before anybody wakes up for it; if so, when.
        mutating func unwatchedDue() -> Duration? {
            guard let due = rules.nextDue() else { return nil }
            guard let timekeeper, timekeeper.until <= due else { return due }
            return nil
        }

        mutating func remove(_ id: UInt64) -> Waiter? {
            if timekeeper?.id == id { timekeeper = nil }
            guard let position = waiters.firstIndex(where: { $0.id == id }) else { return nil }
            return waiters.remove(at: position).waiter
        }

        /// Takes out as many waiters as there are keys; all of them at the end; and one when a
        /// delayed key has nobody who sleeps until it is due.
        mutating func removeWaitersToWake() -> [Waiter] {
            guard !waiters.isEmpty else { return [] }
            var count = rules.readyCount
            if rules.isFinished {
                count = waiters.count
            } else if count == 0, unwatchedDue() != nil {
                count = 1
            }
            guard count > 0 else { return [] }
            let woken = waiters.prefix(count)
            if let timekeeper, woken.contains(where: { $0.id == timekeeper.id }) {
                self.timekeeper = nil
            }
            waiters.removeFirst(woken.count)
            return woken.map(\.waiter)
        }
    }

    private enum Step {
        case take(Key, wake: [Waiter])
        case finish
        case wait(id: UInt64, until: Duration?)
    }

    private let state: Mutex<State>
    private let time: TimeSource
    private let random: RandomSource

    /// Makes an empty queue.
    public init(
        backoff: Backoff = Backoff(), time: TimeSource = .system, random: RandomSource = .system
    ) {
        state = Mutex(State(rules: WorkQueueState(backoff: backoff)))
        self.time = time
        self.random = random
    }

    /// The keys that a worker could take now.
    public var count: Int { state.withLock { $0.rules.readyCount } }

    /// The keys that wait for their time.
    public var delayedCount: Int { state.withLock { $0.rules.delayedCount } }

    /// The keys that workers have and have not given back.
    public var processingCount: Int { state.withLock { $0.rules.processingCount } }

    /// Adds a key to be processed now.
    public func add(_ key: Key) {
        change { $0.add(key) }
    }

    /// Adds many keys under one lock, waking as many workers as there is work for.
    public func add(contentsOf keys: some Sequence<Key>) {
        change { rules in
            for key in keys { rules.add(key) }
        }
    }

    /// Adds a key to be processed when a duration has passed.
    public func add(_ key: Key, after delay: Duration) {
        let now = time.monotonic()
        change { $0.add(key, after: delay, now: now) }
    }

    /// Adds a key after its backoff, which doubles each time until ``forget(_:)``.
    ///
    /// - Returns: How long it waits.
    @discardableResult
    public func addAfterBackoff(_ key: Key) -> Duration {
        let now = time.monotonic()
        let number = random.next()
        return change { $0.addAfterBackoff(key, random: number, now: now) }
    }

    /// Forgets the failures of a key, as after a success or when its object is gone.
    public func forget(_ key: Key) { state.withLock { $0.rules.forget(key) } }

    /// How often a key failed since it was last forgotten.
    public func failures(of key: Key) -> Int { state.withLock { $0.rules.failures(of: key) } }

    /// Gives back a key that was processed.
    public func done(_ key: Key) {
        change { $0.done(key) }
    }

    /// Takes no more keys, and lets workers end.
    ///
    /// - Parameter draining: Whether keys in turn, and keys to be processed once more, still are.
    public func shutDown(draining: Bool = false) {
        change { $0.shutDown(draining: draining) }
    }

    /// The next key for this worker, which must give it back with ``done(_:)``; nil when the queue
    /// was shut down and nothing is left, or the task is cancelled.
    public func next() async -> Key? {
        while !Task.isCancelled {
            switch step() {
            case .take(let key, let wake):
                for waiter in wake { waiter.resume() }
                return key
            case .finish: return nil
            case .wait(let id, nil): await wait(id)
            case .wait(let id, let until?): await wait(id, until: until)
            }
        }
        // This worker may have been the one that was woken, or the timekeeper: another takes over.
        change { _ in }
        return nil
    }

    private func step() -> Step {
        let now = time.monotonic()
        return state.withLock { state in
            if let key = state.rules.take(now: now) {
                return .take(key, wake: state.removeWaitersToWake())
            }
            if state.rules.isFinished { return .finish }
            state.nextWaiter += 1
            let id = state.nextWaiter
            guard let due = state.unwatchedDue() else { return .wait(id: id, until: nil) }
            state.timekeeper = (id, due)
            return .wait(id: id, until: due)
        }
    }

    /// Changes the rules' state and wakes whom that concerns.
    @discardableResult
    private func change<Result>(_ body: (inout WorkQueueState<Key>) -> Result) -> Result {
        let (result, wake) = state.withLock { state in
            let result = body(&state.rules)
            return (result, state.removeWaitersToWake())
        }
        for waiter in wake { waiter.resume() }
        return result
    }

    private func wait(_ id: UInt64) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: Waiter) in
                let mustLook = state.withLock { state in
                    // Since the step a key may have come, or an earlier delay, or the end.
                    guard state.rules.readyCount == 0, !state.rules.isFinished,
                        state.unwatchedDue() == nil, !Task.isCancelled
                    else { return true }
                    state.waiters.append((id, waiter))
                    return false
                }
                if mustLook { waiter.resume() }
            }
        } onCancel: {
            state.withLock { $0.remove(id) }?.resume()
        }
    }

    /// Waits to be woken or until a moment, whichever is first.
    private func wait(_ id: UInt64, until: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.wait(id) }
            group.addTask {
                let delay = until - self.time.monotonic()
                if delay > .zero { try? await self.time.sleep(delay) }
            }
            await group.next()
            group.cancelAll()
        }
        state.withLock { state in
            if state.timekeeper?.id == id { state.timekeeper = nil }
        }
    }
}

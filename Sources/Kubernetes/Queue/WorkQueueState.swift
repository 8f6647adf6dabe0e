/// The rules of a work queue, without its clock or its waiters.
///
/// A key is in at most one of three places: waiting its turn, being processed, or, added while it
/// was processed, marked to be processed exactly once more (law 26). Adding a key that is waiting
/// changes nothing. A key added with a delay waits in a heap; of two delays for one key the
/// earlier stands, and a key that becomes ready otherwise is no longer delayed.
///
/// Every operation is O(1), those with a delay O(log n). Memory is bounded by the number of keys.
///
/// Source: client-go util/workqueue.
public struct WorkQueueState<Key: Hashable & Sendable>: Sendable {
    /// Whether the queue takes keys and what its workers still get.
    private enum Phase { case open, draining, stopped }

    private struct Delayed {
        let readyAt: Duration
        let sequence: UInt64
        let key: Key
    }

    private var phase = Phase.open
    /// The keys in turn, from `head`; what is before it was handed out.
    private var turn: [Key] = []
    private var head = 0
    /// The keys that are in `turn`, or were added while they were processed.
    private var dirty: Set<Key> = []
    private var processing: Set<Key> = []
    private var delayed = BinaryHeap<Delayed> {
        ($0.readyAt, $0.sequence) < ($1.readyAt, $1.sequence)
    }
    /// The one entry of `delayed` that counts for a key; others of that key are leftovers.
    private var delays: [Key: UInt64] = [:]
    private var delayTimes: [Key: Duration] = [:]
    private var sequence: UInt64 = 0
    private var failureCounts: [Key: Int] = [:]
    private let backoff: Backoff

    /// Makes an empty queue.
    public init(backoff: Backoff = Backoff()) { self.backoff = backoff }

    /// The keys that a worker could take now.
    public var readyCount: Int { turn.count - head }

    /// The keys that workers have and have not given back.
    public var processingCount: Int { processing.count }

    /// The keys that wait for their time.
    public var delayedCount: Int { delays.count }

    /// Whether the queue takes no more keys.
    public var isShuttingDown: Bool { phase != .open }

    /// Whether workers will never get another key.
    public var isFinished: Bool {
        switch phase {
        case .open: false
        // A key that is processed may be dirty, and is then due once more.
        case .draining: readyCount == 0 && processing.isEmpty
        case .stopped: true
        }
    }

    /// Adds a key to be processed now.
    ///
    /// - Returns: Whether there is a key more for a worker to take.
    @discardableResult
    public mutating func add(_ key: Key) -> Bool {
        guard phase == .open else { return false }
        if !delays.isEmpty { removeDelay(of: key) }
        guard dirty.insert(key).inserted, !processing.contains(key) else { return false }
        turn.append(key)
        return true
    }

    /// Adds a key to be processed when a duration has passed; none or less means now.
    public mutating func add(_ key: Key, after delay: Duration, now: Duration) {
        guard phase == .open else { return }
        guard delay > .zero else {
            add(key)
            return
        }
        // A key in its turn will be seen before the delay ends; only one that is processed, or at
        // rest, has use of a later pass.
        if dirty.contains(key) { return }
        let readyAt = now + delay
        if let present = delayTimes[key], present <= readyAt { return }
        sequence += 1
        delays[key] = sequence
        delayTimes[key] = readyAt
        delayed.insert(Delayed(readyAt: readyAt, sequence: sequence, key: key))
        if delayed.count > 64, delayed.count > delays.count * 2 { dropLeftovers() }
    }

    /// Adds a key after its backoff, which doubles each time until ``forget(_:)``.
    ///
    /// - Returns: How long it waits.
    @discardableResult
    public mutating func addAfterBackoff(_ key: Key, random: Double, now: Duration) -> Duration {
        guard phase == .open else { return .zero }
        let count = failureCounts[key, default: 0]
        failureCounts[key] = count + 1
        let delay = backoff.delay(afterFailures: count, random: random)
        add(key, after: delay, now: now)
        return delay
    }

    /// Forgets the failures of a key, as after a success or when its object is gone.
    public mutating func forget(_ key: Key) { failureCounts[key] = nil }

    /// How often a key failed since it was last forgotten.
    public func failures(of key: Key) -> Int { failureCounts[key, default: 0] }

    /// Moves the keys whose time has come into their turn.
    public mutating func advance(to now: Duration) {
        while let first = delayed.first, first.readyAt <= now {
            delayed.removeFirst()
            // `add` clears the delay; a leftover of an older delay has another sequence.
            if delays[first.key] == first.sequence { add(first.key) }
        }
    }

    /// When the next delayed key is due, where there is one.
    public mutating func nextDue() -> Duration? {
        while let first = delayed.first, delays[first.key] != first.sequence {
            delayed.removeFirst()
        }
        return delayed.first?.readyAt
    }

    /// Takes the key whose turn it is, for one worker, which gives it back with ``done(_:)``.
    public mutating func take(now: Duration) -> Key? {
        guard phase != .stopped else { return nil }
        advance(to: now)
        guard head < turn.count else { return nil }
        let key = turn[head]
        head += 1
        if head == turn.count {
            turn.removeAll(keepingCapacity: true)
            head = 0
        } else if head > 1024, head > turn.count / 2 {
            turn.removeFirst(head)
            head = 0
        }
        dirty.remove(key)
        processing.insert(key)
        return key
    }

    /// Gives back a key that was processed; it has its turn again when it was added meanwhile.
    ///
    /// - Returns: Whether there is a key more for a worker to take.
    @discardableResult
    public mutating func done(_ key: Key) -> Bool {
        guard processing.remove(key) != nil, dirty.contains(key) else { return false }
        turn.append(key)
        return true
    }

    /// Takes no more keys and drops the delayed ones.
    ///
    /// - Parameter draining: Whether keys in turn, and keys to be processed once more, still are.
    public mutating func shutDown(draining: Bool) {
        if phase != .stopped { phase = draining ? .draining : .stopped }
        delayed.removeAll()
        delays.removeAll()
        delayTimes.removeAll()
    }

    private mutating func removeDelay(of key: Key) {
        guard delays.removeValue(forKey: key) != nil else { return }
        delayTimes[key] = nil
    }

    private mutating func dropLeftovers() {
        let current = delays
        delayed.removeAll { current[$0.key] != $0.sequence }
    }
}

internal import Synchronization
public import Workflows

/// Records between what reads them and what works on them: a bounded queue.
///
/// Whoever puts waits while it is full, so that nothing more is read from the source.
public final class RecordBuffer: Sendable {
    /// What a source hands over.
    public enum Item: Sendable {
        /// A record, and what a source of events is asked for again with.
        case record(StreamRecord, cursor: String)
        /// The source began anew: what came of it so far is void.
        case restarted(generation: Int64)
        /// No record comes any more.
        case ended
        /// The source cannot go on.
        case failed(TaskError)
    }

    private struct State {
        var items: [Item] = []
        var bytes = 0
        var peak = 0
        /// Whether whoever takes has come back since it last took something.
        var isIdle = false
    }

    private let limits: StreamLimits
    private let state = Mutex(State())
    private let filled: StreamSignal
    private let drained: StreamSignal

    /// Makes an empty buffer.
    public init(limits: StreamLimits, clock: AttemptClock = .system) {
        self.limits = limits
        filled = StreamSignal(clock: clock)
        drained = StreamSignal(clock: clock)
    }

    /// The most bytes it ever held.
    public var peakBytes: Int { state.withLock { $0.peak } }

    /// Adds an item, once there is room.
    ///
    /// - Returns: false where the task was cancelled before there was.
    public func put(_ item: Item) async -> Bool {
        var size = 0
        if case .record(let record, _) = item { size = record.size }
        while !Task.isCancelled {
            let seen = drained.version
            let isTaken = state.withLock { state in
                let isFull =
                    state.items.count >= limits.bufferRecords
                    || state.bytes + size > limits.bufferBytes
                guard !isFull || state.items.isEmpty else { return false }
                state.items.append(item)
                state.bytes += size
                state.peak = max(state.peak, state.bytes)
                return true
            }
            if isTaken {
                filled.raise()
                return true
            }
            await drained.wait(beyond: seen)
        }
        return false
    }

    /// Waits until all that was put has been worked on, and more is asked for.
    ///
    /// - Returns: false where the task was cancelled before that.
    public func waitUntilIdle() async -> Bool {
        while !Task.isCancelled {
            let seen = drained.version
            if state.withLock({ $0.items.isEmpty && $0.isIdle }) { return true }
            await drained.wait(beyond: seen)
        }
        return false
    }

    /// Takes all items there are, waiting for one as long as it is said; none where none came, or the
    /// task was cancelled.
    public func take(waiting limit: Duration?) async -> [Item] {
        let seen = filled.version
        if let items = takeNow() { return items }
        if let limit {
            await filled.wait(beyond: seen, for: limit)
        } else {
            await filled.wait(beyond: seen)
        }
        return takeNow() ?? []
    }

    private func takeNow() -> [Item]? {
        let items = state.withLock { state in
            state.bytes = 0
            state.isIdle = state.items.isEmpty
            defer { state.items = [] }
            return state.items
        }
        drained.raise()
        return items.isEmpty ? nil : items
    }
}

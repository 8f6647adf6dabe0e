import Synchronization

/// Why a body cannot be written any further.
public enum HTTPBodyError: Error, Sendable, Hashable {
    /// The peer closed the connection, or the server cut it.
    case peerGone
}

/// The bytes of a streamed response between the handler's task, which writes, and the server's loop,
/// which sends.
final class ResponseBody: Sendable {
    /// What the loop has to do when it asked for bytes.
    enum Read {
        case bytes(Int)
        /// Nothing to send: the connection sleeps until `.resume` is posted.
        case sleep
        case end
        case cut
    }

    private struct State {
        var bytes = OutgoingBytes()
        var end: Read?
        var isSleeping = false
        var waiter: CheckedContinuation<Void, Never>?

        var count: Int { bytes.count }

        mutating func takeWaiter() -> CheckedContinuation<Void, Never>? {
            let taken = waiter
            waiter = nil
            return taken
        }
    }

    private let state = Mutex(State())
    private let wake: @Sendable () -> Void

    /// Makes an empty body; `wake` is called when a sleeping connection has something to send.
    init(wake: @escaping @Sendable () -> Void) { self.wake = wake }

    func write(_ bytes: [UInt8]) async throws {
        try Task.checkCancellation()
        let (wakes, isFull): (Bool, Bool) = try state.withLock { state in
            if state.end != nil { throw HTTPBodyError.peerGone }
            state.bytes.append(bytes)
            let wakes = state.isSleeping && state.count > 0
            if wakes { state.isSleeping = false }
            return (wakes, state.count >= ServerLimits.streamBufferBytes)
        }
        if wakes { wake() }
        guard isFull else { return }
        await withTaskCancellationHandler {
            await room()
        } onCancel: {
            state.withLock { $0.takeWaiter() }?.resume()
        }
        try Task.checkCancellation()
        if state.withLock({ $0.end != nil }) { throw HTTPBodyError.peerGone }
    }

    /// Ends the body: `.end` after what is buffered, `.cut` at once.
    func end(_ end: Read) {
        let (waiter, wakes) = state.withLock { state in
            if state.end == nil { state.end = end }
            let wakes = state.isSleeping
            state.isSleeping = false
            return (state.takeWaiter(), wakes)
        }
        waiter?.resume()
        if wakes { wake() }
    }

    /// Moves bytes into the loop's memory; the writer to resume comes with it, as it must not be
    /// resumed inside the library.
    func read(
        into memory: UnsafeMutableRawBufferPointer
    ) -> (read: Read, writer: CheckedContinuation<Void, Never>?) {
        state.withLock { state in
            if case .cut = state.end { return (.cut, nil) }
            guard state.count > 0 else {
                if let end = state.end { return (end, nil) }
                state.isSleeping = true
                return (.sleep, nil)
            }
            let count = unsafe state.bytes.take(into: memory)
            let hasRoom = state.count < ServerLimits.streamBufferBytes / 2
            return (.bytes(count), hasRoom ? state.takeWaiter() : nil)
        }
    }

    private func room() async {
        await withCheckedContinuation { continuation in
            let waits = state.withLock { state in
                // Checked under the lock: a cancellation that came first finds no waiter to resume.
                guard state.end == nil, state.count >= ServerLimits.streamBufferBytes / 2,
                    !Task.isCancelled
                else { return false }
                state.waiter = continuation
                return true
            }
            if !waits { continuation.resume() }
        }
    }
}

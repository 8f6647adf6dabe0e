import Synchronization

/// The bytes of a stream between the client's loop, which adds batches, and the task that takes them.
///
/// The buffer is bounded by the loop: it stops reading the connection when `bufferedBytes` is over
/// the limit, and tells so with the batch; who empties the buffer then asks it to go on.
final class StreamBody: Sendable {
    typealias Batch = Result<[UInt8]?, HTTPError>
    typealias Taken = (batch: Batch, readsOn: Bool)

    private struct State {
        var bytes: [UInt8] = []
        var isPaused = false
        var end: Result<Void, HTTPError>?
        var waiter: CheckedContinuation<Taken, Never>?

        mutating func takeBytes() -> [UInt8] {
            let taken = bytes
            bytes = []
            return taken
        }

        mutating func takeReady() -> Taken? {
            if !bytes.isEmpty {
                let readsOn = isPaused
                isPaused = false
                return (.success(takeBytes()), readsOn)
            }
            return end.map { ($0.map { nil }, false) }
        }
    }

    private let state = Mutex(State())

    /// The bytes not taken yet.
    var bufferedBytes: Int { state.withLock { $0.bytes.count } }

    /// Adds a batch, and whether the connection is no longer read; true where the loop has to read
    /// on at once, since nobody will ask for it.
    func append(_ batch: [UInt8], isPaused: Bool) -> Bool {
        let (waiter, bytes, readsOn): (CheckedContinuation<Taken, Never>?, [UInt8], Bool) =
            state.withLock { state in
                if state.bytes.isEmpty { state.bytes = batch } else { state.bytes += batch }
                if let waiter = state.waiter, !state.bytes.isEmpty {
                    state.waiter = nil
                    return (waiter, state.takeBytes(), isPaused)
                }
                state.isPaused = isPaused && !state.bytes.isEmpty
                return (nil, [], isPaused && state.bytes.isEmpty)
            }
        waiter?.resume(returning: (.success(bytes), false))
        return readsOn
    }

    /// Ends the body; what is buffered is still handed out before.
    func end(_ end: Result<Void, HTTPError>) {
        let waiter = state.withLock { state in
            if state.end == nil { state.end = end }
            let waiter = state.waiter
            state.waiter = nil
            return waiter
        }
        waiter?.resume(returning: (end.map { nil }, false))
    }

    /// Takes what is buffered, or waits for it; with a batch comes whether the loop has to read on.
    func next() async -> Taken {
        await withCheckedContinuation { continuation in
            let ready = state.withLock { state in
                let ready = state.takeReady()
                if ready == nil { state.waiter = continuation }
                return ready
            }
            if let ready { continuation.resume(returning: ready) }
        }
    }
}

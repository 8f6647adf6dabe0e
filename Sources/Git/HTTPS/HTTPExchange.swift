internal import HTTP
internal import Synchronization
internal import Values

/// The bridge from a repository's thread, which must block, to the HTTP client, which must not.
///
/// The thread hands over one command at a time and waits. A child task of the fetch carries them
/// out; when that task is cancelled, whoever waits is told.
final class HTTPExchange: Sendable {
    enum Command: Sendable {
        /// Send a request and wait for the head of its response.
        case open(HTTPRequest)
        /// Wait for the next bytes of the response that is open.
        case read
    }

    enum Reply: Sendable {
        case head(status: Int, headers: HTTPHeaders)
        /// The next bytes; nil at the end.
        case bytes([UInt8]?)
        case failed(HTTPError)
        /// The task is gone, or the deadline passed.
        case closed
    }

    private struct State {
        var isWaiting = false
        var reply: Reply?
        var isClosed = false
    }

    private let state = Mutex(State())
    private let signal = Semaphore()
    private let commands: AsyncStream<Command>
    private let queue: AsyncStream<Command>.Continuation

    init() { (commands, queue) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    /// Hands over a command and blocks until its reply, at most until a moment.
    func call(_ command: Command, until deadline: Duration) -> Reply {
        let isOpen = state.withLock { state in
            state.isWaiting = !state.isClosed
            return state.isWaiting
        }
        guard isOpen else { return .closed }
        queue.yield(command)
        let arrived = signal.wait(until: deadline)
        return state.withLock { state in
            defer { (state.isWaiting, state.reply) = (false, nil) }
            if let reply = state.reply { return reply }
            // A late reply would be taken for that of the next command: there is none.
            if !arrived { state.isClosed = true }
            return .closed
        }
    }

    /// Carries out commands until ``finish()`` or the cancellation of the task.
    func serve(_ client: HTTPClient) async {
        var stream: HTTPResponseStream?
        for await command in commands {
            switch command {
            case .open(let request):
                stream?.cancel()
                stream = nil
                do {
                    let opened = try await client.stream(request)
                    stream = opened
                    reply(.head(status: opened.status, headers: opened.headers))
                } catch {
                    reply(.failed(error))
                }
            case .read:
                do {
                    reply(.bytes(try await stream?.next()))
                } catch {
                    reply(.failed(error))
                }
            }
        }
        stream?.cancel()
        close()
    }

    /// Ends ``serve(_:)``; the thread has done its last call.
    func finish() { queue.finish() }

    private func reply(_ reply: Reply) {
        let isAwaited = state.withLock { state in
            guard state.isWaiting, state.reply == nil, !state.isClosed else { return false }
            state.reply = reply
            return true
        }
        if isAwaited { signal.post() }
    }

    private func close() {
        let isAwaited = state.withLock { state in
            state.isClosed = true
            return state.isWaiting && state.reply == nil
        }
        if isAwaited { signal.post() }
    }
}

import Synchronization

/// One request in the hands of its handler, shared by the handler's task and the server's loop.
final class ServerExchange: Sendable {
    private struct State {
        var response: HTTPServerResponse?
        var body: ResponseBody?
        var task: Task<Void, Never>?
        var isCancelled = false
    }

    let id: UInt64
    let request: HTTPServerRequest
    private let state = Mutex(State())

    init(id: UInt64, request: HTTPServerRequest) {
        self.id = id
        self.request = request
    }

    /// The response and, where it is streamed, its body; nil while the handler works.
    var response: (HTTPServerResponse, ResponseBody?)? {
        state.withLock { state in state.response.map { ($0, state.body) } }
    }

    /// Starts the handler's task, which the server owns: it is cancelled when the peer is gone and
    /// awaited, within bounds, by the server's shutdown.
    func start(_ handler: @escaping HTTPServer.Handler, _ mailbox: Mailbox<ServerCommand>) {
        let task = Task { await run(handler, mailbox) }
        let isCancelled = state.withLock { state in
            state.task = task
            return state.isCancelled
        }
        if isCancelled { task.cancel() }
    }

    /// Cancels the handler's task, and cuts a streamed body.
    func cancel() {
        let (task, body) = state.withLock { state in
            state.isCancelled = true
            return (state.task, state.body)
        }
        // In this order: a handler that ends at once when it is cancelled would else have its body told
        // as whole.
        body?.end(.cut)
        task?.cancel()
    }

    private func run(_ handler: HTTPServer.Handler, _ mailbox: Mailbox<ServerCommand>) async {
        let response = await handler(request)
        guard case .stream(let write) = response.body, request.method != .head else {
            state.withLock { $0.response = response }
            mailbox.post(.ended(id))
            return
        }
        let id = self.id
        let body = ResponseBody(wake: { mailbox.post(.resume(id)) })
        let isCancelled = state.withLock { state in
            state.response = response
            state.body = body
            return state.isCancelled
        }
        if isCancelled { body.end(.cut) }
        mailbox.post(.resume(id))
        do {
            try await write(HTTPBodyWriter(body))
            body.end(.end)
        } catch {
            body.end(.cut)
        }
        mailbox.post(.ended(id))
    }
}

/// What the tasks of a server ask of its loop.
enum ServerCommand: Sendable {
    /// The response's head is ready, or a sleeping body has bytes.
    case resume(UInt64)
    /// The handler's task has ended.
    case ended(UInt64)
    case shutdown(OneShot<Void>)
}

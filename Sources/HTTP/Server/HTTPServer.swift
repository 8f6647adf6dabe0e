import Synchronization

/// An HTTP/1.1 server over libmicrohttpd, with or without TLS, on one thread of its own.
///
/// Each request is received whole within bounds, then handled by a task. The task is cancelled when
/// the peer closes its connection, or its sending half.
public final class HTTPServer: Sendable {
    /// What turns a request into a response.
    public typealias Handler = @Sendable (HTTPServerRequest) async -> HTTPServerResponse

    /// The port the server listens on.
    public let port: UInt16
    private let mailbox: Mailbox<ServerCommand>

    /// Starts a server that listens when this returns; blocks shortly until its thread has started.
    public init(
        configuration: HTTPServerConfiguration = HTTPServerConfiguration(),
        handler: @escaping Handler
    ) throws(HTTPServerError) {
        guard let mailbox = Mailbox<ServerCommand>(), let startup = StartupGate() else {
            throw HTTPServerError(
                code: .other, message: "cannot start a server: out of descriptors")
        }
        let socket = try ListeningSocket(host: configuration.host, port: configuration.port)
        self.mailbox = mailbox
        port = socket.port
        let isStarted = DedicatedThread.start(name: "http-server") {
            ServerLoop.run(socket, configuration, handler, mailbox, startup)
        }
        guard isStarted else {
            throw HTTPServerError(code: .other, message: "cannot start a server: out of threads")
        }
        try startup.wait().get()
    }

    deinit { mailbox.post(.shutdown(OneShot())) }

    /// Stops listening, lets running handlers end for the configured grace, cancels the rest, and
    /// returns when the thread has ended and all connections are closed.
    ///
    /// A handler that ignores its cancellation is waited for 5 seconds, then left to itself.
    public func shutdown() async {
        let done = OneShot<Void>()
        guard mailbox.post(.shutdown(done)) else { return }
        await done.value()
    }
}

/// Tells the thread that makes a server whether the server's own thread has started it.
final class StartupGate: Sendable {
    private let result = Mutex<Result<Void, HTTPServerError>?>(nil)
    private let wakeup: Wakeup

    init?() {
        guard let wakeup = Wakeup() else { return nil }
        self.wakeup = wakeup
    }

    func open(_ value: Result<Void, HTTPServerError>) {
        result.withLock { $0 = value }
        wakeup.signal()
    }

    func wait() -> Result<Void, HTTPServerError> {
        wakeup.block()
        return result.withLock { $0 }
            ?? .failure(HTTPServerError(code: .other, message: "the server's thread has ended"))
    }
}

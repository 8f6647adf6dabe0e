import CMicroHTTPD
import Glibc
import POSIX
import Synchronization

/// The loop that owns a libmicrohttpd daemon and all its connections; it lives on its own thread.
///
/// The daemon is run "externally": a turn waits on the daemon's epoll set, the mailbox and the
/// sockets' hang-ups, lets the daemon work, and only then, outside of it, starts handlers and
/// resumes writers.
@safe final class ServerLoop {
    private enum Key {
        static let daemon = UInt64.max
        static let mailbox = UInt64.max - 1
    }

    let configuration: HTTPServerConfiguration
    private let handler: HTTPServer.Handler
    private let mailbox: Mailbox<ServerCommand>
    private let socket: ListeningSocket
    private var poller: Poller
    private var daemon: OpaquePointer?
    private var lastID: UInt64 = 0
    private var connections: [UInt64: ServerConnection] = [:]
    /// The requests in a handler's hands or being answered, by their exchange.
    private var receptions: [UInt64: RequestReception] = [:]
    /// The exchanges whose handler has not ended.
    private var running: [UInt64: ServerExchange] = [:]
    /// What the callbacks left to do outside the library.
    private var begun: [ServerExchange] = []
    private var writers: [CheckedContinuation<Void, Never>] = []
    private(set) var lastComplaint = ""
    // The shutdown.
    private var endings: [OneShot<Void>] = []
    private(set) var isDraining = false
    private var patience = Duration.zero
    private var hasCancelled = false

    /// Runs a server to its end, on the calling thread.
    static func run(
        _ socket: ListeningSocket, _ configuration: HTTPServerConfiguration,
        _ handler: @escaping HTTPServer.Handler, _ mailbox: Mailbox<ServerCommand>,
        _ startup: StartupGate
    ) {
        guard let poller = Poller(eventsPerTurn: ServerLimits.eventsPerTurn) else {
            close(socket.descriptor)
            startup.open(
                .failure(HTTPServerError(code: .other, message: "out of file descriptors")))
            return
        }
        let loop = ServerLoop(socket, configuration, handler, mailbox, poller)
        loop.run(startup)
    }

    private init(
        _ socket: ListeningSocket, _ configuration: HTTPServerConfiguration,
        _ handler: @escaping HTTPServer.Handler, _ mailbox: Mailbox<ServerCommand>,
        _ poller: consuming Poller
    ) {
        self.socket = socket
        self.configuration = configuration
        self.handler = handler
        self.mailbox = mailbox
        self.poller = poller
    }

    private func run(_ startup: StartupGate) {
        let options = DaemonOptions(configuration, socket: socket.descriptor, loop: self)
        guard let daemon = unsafe options.start() else {
            close(socket.descriptor)
            startup.open(.failure(startError()))
            return
        }
        unsafe self.daemon = unsafe daemon
        unsafe poller.watch(
            cmhd_epoll_descriptor(daemon), for: Poller.readable, key: Key.daemon)
        poller.watch(mailbox.wakeup.descriptor, for: Poller.readable, key: Key.mailbox)
        startup.open(.success(()))
        while !isFinished { unsafe turn(daemon) }
        unsafe end(daemon)
        withExtendedLifetime(options) {}
    }

    private func startError() -> HTTPServerError {
        let reason = lastComplaint.isEmpty ? "the library refused" : lastComplaint
        guard configuration.tls != nil else {
            return HTTPServerError(code: .other, message: "cannot start the server: \(reason)")
        }
        return HTTPServerError(
            code: .tls,
            message: "cannot start the server: its certificate or key cannot be used (\(reason))")
    }

    // MARK: A turn

    private func turn(_ daemon: OpaquePointer) {
        let events = unsafe poller.wait(nextWait(daemon))
        for command in mailbox.takeAll() { perform(command) }
        for event in events where event.key < Key.mailbox { hangUp(event.key) }
        unsafe MHD_run(daemon)
        for exchange in take(&begun) { exchange.start(handler, mailbox) }
        for writer in take(&writers) { writer.resume() }
        if isDraining && !hasCancelled && SystemClock.monotonic() >= patience { cancelAll() }
    }

    private func nextWait(_ daemon: OpaquePointer) -> Duration? {
        var milliseconds: UInt64 = 0
        let library: Duration? =
            unsafe MHD_get_timeout(daemon, &milliseconds) == .YES
            ? .milliseconds(Int64(clamping: milliseconds)) : nil
        guard isDraining else { return library }
        return min(library ?? .seconds(1), max(.zero, patience - SystemClock.monotonic()))
    }

    private func perform(_ command: ServerCommand) {
        switch command {
        case .resume(let id): resume(id)
        case .ended(let id):
            running[id] = nil
            resume(id)
        case .shutdown(let done):
            endings.append(done)
            drain()
        }
    }

    private func resume(_ id: UInt64) {
        guard let reception = receptions[id], reception.isSuspended else { return }
        reception.isSuspended = false
        unsafe MHD_resume_connection(reception.connection)
    }

    /// The peer has closed its connection or its sending half.
    ///
    /// The library sees that only of connections that are not suspended.
    private func hangUp(_ id: UInt64) {
        guard let connection = connections[id], let exchange = connection.exchange else { return }
        exchange.cancel()
    }

    // MARK: The end

    private var isFinished: Bool {
        guard isDraining else { return false }
        if running.isEmpty && receptions.isEmpty { return true }
        return hasCancelled && (running.isEmpty || SystemClock.monotonic() >= patience)
    }

    private func drain() {
        guard !isDraining, let daemon = unsafe daemon else { return }
        isDraining = true
        patience = SystemClock.monotonic() + configuration.shutdownGrace
        let listening = unsafe MHD_quiesce_daemon(daemon)
        if listening >= 0 { close(listening) }
    }

    private func cancelAll() {
        hasCancelled = true
        patience = SystemClock.monotonic() + ServerLimits.cancellationGrace
        for id in running.keys.sorted() { running[id]?.cancel() }
    }

    private func end(_ daemon: OpaquePointer) {
        // The library must not be stopped while a connection is suspended.
        for id in receptions.keys.sorted() {
            receptions[id]?.isAborted = true
            resume(id)
        }
        unsafe MHD_stop_daemon(daemon)
        unsafe self.daemon = nil
        for case .shutdown(let done) in mailbox.close() { endings.append(done) }
        for writer in take(&writers) { writer.resume() }
        for done in endings { done.set(()) }
    }

    private func take<Element>(_ elements: inout [Element]) -> [Element] {
        let taken = elements
        elements = []
        return taken
    }

    // MARK: What the callbacks tell, on this thread

    func complained(_ line: String) {
        lastComplaint = line.split(separator: "\n").joined(separator: " ")
        configuration.log?(lastComplaint)
    }

    func opened(socket: Int32, peer: String) -> ServerConnection {
        lastID += 1
        let connection = ServerConnection(id: lastID, socket: socket, peerAddress: peer)
        connections[lastID] = connection
        poller.watch(socket, for: Poller.peerClosed | Poller.edgeTriggered, key: lastID)
        return connection
    }

    func closed(_ connection: ServerConnection) {
        connections[connection.id] = nil
        poller.remove(connection.socket)
    }

    func begin(_ request: HTTPServerRequest, _ reception: RequestReception, on: ServerConnection?) {
        lastID += 1
        let exchange = ServerExchange(id: lastID, request: request)
        reception.exchange = exchange
        on?.exchange = exchange
        receptions[lastID] = reception
        running[lastID] = exchange
        begun.append(exchange)
    }

    func completed(_ reception: RequestReception, on connection: ServerConnection?) {
        guard let exchange = reception.exchange else { return }
        receptions[exchange.id] = nil
        connection?.exchange = nil
        // Without effect where the handler has ended and its body is sent.
        exchange.cancel()
    }

    func resumeLater(_ writer: CheckedContinuation<Void, Never>) { writers.append(writer) }
}

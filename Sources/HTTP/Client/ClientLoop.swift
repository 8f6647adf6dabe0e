import CCurl
import POSIX
import Values

/// The loop that owns libcurl's multi handle and every transfer; it lives on its own thread.
///
/// A turn waits for sockets, takes the commands, lets libcurl work, and only then, outside libcurl,
/// hands over what came of it: nothing resumes a task from within a callback.
@safe final class ClientLoop {
    private static let wakeupKey = UInt64.max
    private static let isLibraryReady = ccurl_global_start() == CURLE_OK

    private let configuration: HTTPClientConfiguration
    private let mailbox: Mailbox<ClientCommand>
    private let multi: UnsafeMutableRawPointer
    private var poller: Poller
    private var transfers: [UInt64: Transfer] = [:]
    private var idleHandles: [EasyHandle] = []
    private var deadlines = DeadlineQueue()
    /// When libcurl wants to be called without any socket being ready.
    private var timer: Duration?
    private var now = SystemClock.monotonic()
    private let touched = TouchedTransfers()
    private var endings: [OneShot<Void>] = []

    /// Starts a loop and returns where it takes commands; nil where it cannot start.
    static func start(_ configuration: HTTPClientConfiguration) -> Mailbox<ClientCommand>? {
        guard isLibraryReady, let mailbox = Mailbox<ClientCommand>() else { return nil }
        let isStarted = DedicatedThread.start(name: "http-client") {
            guard let loop = ClientLoop(configuration, mailbox) else {
                ClientLoop.refuse(mailbox.close())
                return
            }
            loop.run()
        }
        return isStarted ? mailbox : nil
    }

    private init?(_ configuration: HTTPClientConfiguration, _ mailbox: Mailbox<ClientCommand>) {
        guard let poller = Poller(eventsPerTurn: ClientLimits.eventsPerTurn),
            let multi = unsafe curl_multi_init()
        else { return nil }
        self.configuration = configuration
        self.mailbox = mailbox
        self.poller = poller
        unsafe self.multi = unsafe multi
        // No CURLMOPT_MAX_HOST_CONNECTIONS: each watch holds a connection of its own.
        unsafe ccurl_multi_set_long(
            multi, CURLMOPT_MAXCONNECTS, configuration.maximumIdleConnections)
    }

    private func run() {
        poller.watch(mailbox.wakeup.descriptor, for: Poller.readable, key: ClientLoop.wakeupKey)
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe ccurl_multi_set_socket_function(multi, watchSocket, context)
        unsafe ccurl_multi_set_timer_function(multi, changeTimer, context)
        while endings.isEmpty { turn() }
        end()
    }

    private func turn() {
        let events = poller.wait(nextWait())
        now = SystemClock.monotonic()
        for command in mailbox.takeAll() { perform(command) }
        for event in events where event.key != ClientLoop.wakeupKey { act(on: event) }
        if let timer, timer <= now { fireTimer() }
        deliverTouched()
        finishDone()
        while let entry = deadlines.takePassed(at: now) { check(entry) }
    }

    private func nextWait() -> Duration? {
        let next = [timer, deadlines.next].compactMap { $0 }.min()
        return next.map { $0 - SystemClock.monotonic() }
    }

    // MARK: Commands

    private func perform(_ command: ClientCommand) {
        switch command {
        case .start(let exchange): start(exchange)
        case .readOn(let id): if let transfer = transfers[id] { readOn(transfer) }
        case .shutdown(let done): endings.append(done)
        case .cancel(let id):
            guard let transfer = transfers[id] else { return }
            abandon(transfer, .cancelled, "cancelled by the caller")
        }
    }

    private func start(_ exchange: Exchange) {
        guard !exchange.isCancelled else {
            exchange.fail(exchange.error(.cancelled, "cancelled by the caller", wasSent: false))
            return
        }
        guard let easy = idleHandles.popLast() ?? EasyHandle() else {
            exchange.fail(exchange.error(.other, "out of memory", wasSent: false))
            return
        }
        let transfer = Transfer(exchange, easy: easy, touched: touched)
        transfer.prepare(configuration)
        lend(transfer)
        transfers[exchange.id] = transfer
        if exchange.stream != nil { schedule(transfer, at: now + exchange.timeout) }
        let code = unsafe curl_multi_add_handle(multi, easy.raw)
        if code != CURLM_OK {
            abandon(transfer, .other, unsafe String(cString: curl_multi_strerror(code)))
        }
    }

    // MARK: The network

    private func act(on event: Poller.Event) {
        var ready: Int32 = 0
        if event.events & Poller.readable != 0 { ready |= CURL_CSELECT_IN }
        if event.events & Poller.writable != 0 { ready |= CURL_CSELECT_OUT }
        if event.events & Poller.failed != 0 { ready |= CURL_CSELECT_ERR }
        act(on: curl_socket_t(truncatingIfNeeded: event.key), ready)
    }

    private func act(on socket: curl_socket_t, _ ready: Int32) {
        var running: Int32 = 0
        unsafe curl_multi_socket_action(multi, socket, ready, &running)
    }

    private func fireTimer() {
        timer = nil
        act(on: CURL_SOCKET_TIMEOUT, 0)
        guard timer == nil else { return }
        // libcurl names each deadline once: where it found this one not quite passed, it is silent.
        var milliseconds = 0
        unsafe curl_multi_timeout(multi, &milliseconds)
        if milliseconds >= 0 { timer = now + .milliseconds(max(1, milliseconds)) }
    }

    fileprivate func setTimer(_ milliseconds: Int) {
        timer = milliseconds < 0 ? nil : SystemClock.monotonic() + .milliseconds(milliseconds)
    }

    fileprivate func watch(_ socket: curl_socket_t, _ what: Int32) {
        guard what != CURL_POLL_REMOVE else { return poller.remove(socket) }
        var events: UInt32 = 0
        if what & CURL_POLL_IN != 0 { events |= Poller.readable }
        if what & CURL_POLL_OUT != 0 { events |= Poller.writable }
        poller.watch(socket, for: events, key: UInt64(socket))
    }

    // MARK: Handing over, outside libcurl

    private func deliverTouched() {
        // Reading on may hand over bytes that libcurl held back, which touches the transfer again.
        while !touched.transfers.isEmpty {
            for transfer in touched.takeAll() { deliver(transfer) }
        }
    }

    private func deliver(_ transfer: Transfer) {
        guard let stream = transfer.exchange.stream else { return }
        if !transfer.headIsDelivered, transfer.head.isComplete {
            transfer.headIsDelivered = true
            transfer.exchange.response.set(.success(transfer.response()))
        }
        let bytes = transfer.takeBytes()
        if transfer.headIsDelivered {
            let idle = transfer.exchange.request.idleTimeout
            if let idle { schedule(transfer, at: now + idle) } else { transfer.deadline = nil }
        }
        if stream.append(bytes, isPaused: transfer.isPaused) { readOn(transfer) }
    }

    private func readOn(_ transfer: Transfer) {
        guard transfer.isPaused else { return }
        transfer.isPaused = false
        // Only now is the server expected to send again.
        if let idle = transfer.exchange.request.idleTimeout { transfer.deadline = now + idle }
        unsafe curl_easy_pause(transfer.easy.raw, CURLPAUSE_CONT)
    }

    private func finishDone() {
        var code = CURLE_OK
        while let raw = unsafe ccurl_multi_next_done(multi, &code) {
            guard let transfer = unsafe lentTransfer(to: raw) else { continue }
            deliver(transfer)
            if code == CURLE_OK && transfer.head.isComplete {
                let response = transfer.response()
                release(transfer)
                transfer.exchange.response.set(.success(response))
                transfer.exchange.stream?.end(.success(()))
            } else {
                let error = transfer.error(for: code == CURLE_OK ? CURLE_WEIRD_SERVER_REPLY : code)
                release(transfer)
                transfer.exchange.fail(error)
            }
        }
    }

    private func abandon(_ transfer: Transfer, _ code: HTTPError.Code, _ what: String) {
        let error = transfer.exchange.error(code, what, wasSent: transfer.wasSent)
        release(transfer)
        transfer.exchange.fail(error)
    }

    /// Takes a transfer out of libcurl; the one place that takes its box back.
    private func release(_ transfer: Transfer) {
        guard transfers.removeValue(forKey: transfer.exchange.id) != nil else { return }
        unsafe curl_multi_remove_handle(multi, transfer.easy.raw)
        transfer.easy.reset()
        takeBack(transfer)
        if idleHandles.count < ClientLimits.idleHandles { idleHandles.append(transfer.easy) }
    }

    // MARK: Deadlines of streams

    private func schedule(_ transfer: Transfer, at deadline: Duration) {
        transfer.deadline = deadline
        // An earlier entry will find the deadline moved, and queue it then.
        if let queued = transfer.queuedDeadline, queued <= deadline { return }
        transfer.queuedDeadline = deadline
        deadlines.add(deadline, for: transfer.exchange.id)
    }

    private func check(_ entry: DeadlineQueue.Entry) {
        guard let transfer = transfers[entry.id], transfer.queuedDeadline == entry.deadline else {
            return
        }
        transfer.queuedDeadline = nil
        guard let deadline = transfer.deadline else { return }
        if transfer.isPaused, let idle = transfer.exchange.request.idleTimeout {
            schedule(transfer, at: now + idle)
        } else if deadline > now {
            schedule(transfer, at: deadline)
        } else if transfer.headIsDelivered {
            abandon(transfer, .timedOut, "no byte arrived within the stream's idle timeout")
        } else {
            abandon(transfer, .timedOut, "no response within \(transfer.exchange.timeout.text)")
        }
    }

    // MARK: The end

    private func end() {
        let last = mailbox.close()
        for id in transfers.keys.sorted() {
            guard let transfer = transfers[id] else { continue }
            abandon(transfer, .clientClosed, "the client was shut down")
        }
        idleHandles = []
        unsafe curl_multi_cleanup(multi)
        for case .shutdown(let done) in last { endings.append(done) }
        ClientLoop.refuse(last)
        for done in endings { done.set(()) }
    }

    private static func refuse(_ commands: [ClientCommand]) {
        for case .start(let exchange) in commands {
            exchange.fail(exchange.error(.clientClosed, "the client is shut down", wasSent: false))
        }
    }
}

private func watchSocket(
    _ easy: UnsafeMutableRawPointer?, _ socket: curl_socket_t, _ what: Int32,
    _ context: UnsafeMutableRawPointer?, _ socketContext: UnsafeMutableRawPointer?
) -> Int32 {
    guard let context = unsafe context else { return 0 }
    unsafe Unmanaged<ClientLoop>.fromOpaque(context).takeUnretainedValue().watch(socket, what)
    return 0
}

private func changeTimer(
    _ multi: UnsafeMutableRawPointer?, _ milliseconds: Int, _ context: UnsafeMutableRawPointer?
) -> Int32 {
    guard let context = unsafe context else { return 0 }
    unsafe Unmanaged<ClientLoop>.fromOpaque(context).takeUnretainedValue().setTimer(milliseconds)
    return 0
}

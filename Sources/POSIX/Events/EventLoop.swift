internal import CPOSIX
internal import Glibc
internal import Synchronization

/// The one thread that waits for descriptors on behalf of the whole process.
///
/// It also starts every child process: the system kills a child when the thread that started it
/// ends, and this one never does. Handlers run on it, so they must be short and must not wait.
final class EventLoop: Sendable {
    typealias Handler = @Sendable (_ events: UInt32) -> Void

    private struct State {
        var handlers: [UInt64: Handler] = [:]
        var lastToken: UInt64 = 0
        var work: [@Sendable () -> Void] = []
    }

    private let poller: FileDescriptor
    private let waker: FileDescriptor
    private let state = Mutex(State())

    private static let running = Mutex<EventLoop?>(nil)

    /// The loop of this process, started when first asked for.
    static func shared() throws(ErrorNumber) -> EventLoop {
        try running.withLock { (running) throws(ErrorNumber) in
            if let running { return running }
            let loop = try EventLoop()
            try loop.start()
            running = loop
            return loop
        }
    }

    private init() throws(ErrorNumber) {
        let poller = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard poller >= 0 else { throw .last }
        self.poller = FileDescriptor(owning: poller)
        let waker = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard waker >= 0 else { throw .last }
        self.waker = FileDescriptor(owning: waker)
        // Token 0 is the waker's; it has no handler.
        try control(EPOLL_CTL_ADD, waker, token: 0, events: EPOLLIN.rawValue)
    }

    private func start() throws(ErrorNumber) {
        var thread = pthread_t()
        let box = unsafe Unmanaged.passRetained(self)
        let code = unsafe pthread_create(&thread, nil, runEventLoop, box.toOpaque())
        guard code == 0 else {
            unsafe box.release()
            throw ErrorNumber(rawValue: code)
        }
        pthread_detach(thread)
    }

    /// Runs work on the loop's thread, after what was asked for before.
    func perform(_ work: @escaping @Sendable () -> Void) {
        let isFirst = state.withLock { state in
            state.work.append(work)
            return state.work.count == 1
        }
        // One wake is enough for all work that waits.
        if isFirst { _ = eventfd_write(waker.rawValue, 1) }
    }

    /// Adds a descriptor; its handler is called whenever an event comes, once if so asked.
    func add(
        _ descriptor: Int32, events: UInt32, handler: @escaping Handler
    ) throws(ErrorNumber) -> UInt64 {
        let token = state.withLock { state in
            state.lastToken += 1
            state.handlers[state.lastToken] = handler
            return state.lastToken
        }
        do { try control(EPOLL_CTL_ADD, descriptor, token: token, events: events) } catch {
            forget(token)
            throw error
        }
        return token
    }

    /// Asks for events again, after one that was asked for once.
    func rearm(_ descriptor: Int32, token: UInt64, events: UInt32) {
        // Only a descriptor that is gone could fail here, and its owner is what calls.
        try? control(EPOLL_CTL_MOD, descriptor, token: token, events: events)
    }

    /// Forgets a descriptor, which is still open; an event already taken is dropped by its token.
    func remove(_ descriptor: Int32, token: UInt64) {
        try? control(EPOLL_CTL_DEL, descriptor, token: token, events: 0)
        forget(token)
    }

    private func forget(_ token: UInt64) {
        // The handler may hold the last reference to an owner that calls back here when it goes, so
        // it must go outside of the lock.
        let handler = state.withLock { $0.handlers.removeValue(forKey: token) }
        _ = handler
    }

    private func control(
        _ operation: Int32, _ descriptor: Int32, token: UInt64, events: UInt32
    ) throws(ErrorNumber) {
        var event = unsafe epoll_event(events: events, data: epoll_data_t(u64: token))
        guard unsafe epoll_ctl(poller.rawValue, operation, descriptor, &event) == 0 else {
            throw .last
        }
    }

    fileprivate func run() {
        var events = unsafe [epoll_event](
            repeating: epoll_event(events: 0, data: epoll_data_t(u64: 0)), count: Limits.eventBatch)
        while true {
            let count = unsafe epoll_wait(poller.rawValue, &events, Int32(Limits.eventBatch), -1)
            for index in 0..<Int(max(0, count)) {
                let token = unsafe events[index].data.u64
                guard token != 0 else {
                    runWork()
                    continue
                }
                let handler = state.withLock { $0.handlers[token] }
                unsafe handler?(events[index].events)
            }
        }
    }

    private func runWork() {
        var ignored: eventfd_t = 0
        _ = unsafe eventfd_read(waker.rawValue, &ignored)
        let work = state.withLock { state in
            defer { state.work = [] }
            return state.work
        }
        for one in work { one() }
    }
}

/// The body of the loop's thread.
private func runEventLoop(_ box: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    // Signals belong to other threads, and a broken pipe is an error of write here.
    var all = sigset_t()
    _ = unsafe sigfillset(&all)
    _ = unsafe pthread_sigmask(SIG_SETMASK, &all, nil)
    unsafe cposix_name_thread("events")
    if let box = unsafe box {
        unsafe Unmanaged<EventLoop>.fromOpaque(box).takeRetainedValue().run()
    }
    return nil
}

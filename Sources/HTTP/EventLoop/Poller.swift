import CPOSIX
import Glibc
import Values

/// One epoll set: which descriptors are watched, and which of them are ready.
///
/// Each registration carries 64 bits of its owner's choice that come back with its events.
@safe struct Poller: ~Copyable {
    /// A ready descriptor.
    struct Event {
        /// The bits it was registered with.
        var key: UInt64
        /// What it is ready for.
        var events: UInt32
    }

    static let readable = EPOLLIN.rawValue
    static let writable = EPOLLOUT.rawValue
    static let failed = EPOLLERR.rawValue | EPOLLHUP.rawValue
    static let peerClosed = EPOLLRDHUP.rawValue
    static let edgeTriggered = EPOLLET.rawValue

    private let descriptor: Int32
    private var buffer: [epoll_event]

    /// Makes an empty set; nil where the kernel has no descriptor to give.
    init?(eventsPerTurn: Int) {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        unsafe buffer = Array(repeating: epoll_event(), count: eventsPerTurn)
        if descriptor < 0 { return nil }
    }

    deinit { close(descriptor) }

    /// Watches a descriptor, or changes what is watched of it.
    func watch(_ watched: Int32, for events: UInt32, key: UInt64) {
        var event = unsafe epoll_event(events: events, data: epoll_data_t(u64: key))
        if unsafe epoll_ctl(descriptor, EPOLL_CTL_MOD, watched, &event) != 0, errno == ENOENT {
            unsafe epoll_ctl(descriptor, EPOLL_CTL_ADD, watched, &event)
        }
    }

    /// No longer watches a descriptor.
    func remove(_ watched: Int32) {
        epoll_ctl(descriptor, EPOLL_CTL_DEL, watched, nil)
    }

    /// Waits until a descriptor is ready or the time has passed; nil waits for ever.
    mutating func wait(_ timeout: Duration?) -> [Event] {
        // Rounded up: waking a moment early would spin until the deadline.
        let milliseconds = timeout.map { Int32(clamping: max(0, $0.roundedUpMilliseconds)) } ?? -1
        let capacity = unsafe Int32(buffer.count)
        let count = unsafe epoll_wait(descriptor, &buffer, capacity, milliseconds)
        guard count > 0 else { return [] }
        return unsafe buffer[..<Int(count)].map { event in
            unsafe Event(key: event.data.u64, events: event.events)
        }
    }
}

extension Duration {
    /// The whole milliseconds, rounded up.
    var roundedUpMilliseconds: Int64 {
        nanoseconds / 1_000_000 + (nanoseconds % 1_000_000 > 0 ? 1 : 0)
    }
}

internal import CGit2
internal import Glibc
internal import Values

/// A counting semaphore, on which a thread of its own may block.
@safe
final class Semaphore: Sendable {
    // Only the functions of sem_t touch it, and those are made for several threads.
    nonisolated(unsafe) private let raw: UnsafeMutablePointer<sem_t>

    init() {
        unsafe raw = .allocate(capacity: 1)
        unsafe sem_init(raw, 0, 0)
    }

    deinit {
        unsafe sem_destroy(raw)
        unsafe raw.deallocate()
    }

    func post() { unsafe sem_post(raw) }

    func wait() {
        while unsafe sem_wait(raw) != 0 {}
    }

    /// Waits until the moment of the monotonic clock; false when it passed first.
    func wait(until moment: Duration) -> Bool {
        unsafe cgit2_semaphore_wait(raw, moment.nanoseconds) == 0
    }
}

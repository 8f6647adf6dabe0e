import CPOSIX
import Glibc

/// A counter other threads raise to wake a loop that waits.
final class Wakeup: Sendable {
    let descriptor: Int32

    /// Makes one; nil where the kernel has no descriptor to give.
    init?() {
        descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        if descriptor < 0 { return nil }
    }

    deinit { close(descriptor) }

    /// Wakes the loop.
    func signal() {
        var one: UInt64 = 1
        unsafe write(descriptor, &one, MemoryLayout<UInt64>.size)
    }

    /// Takes the signals so far.
    func clear() {
        var count: UInt64 = 0
        unsafe read(descriptor, &count, MemoryLayout<UInt64>.size)
    }

    /// Blocks the calling thread until the next signal.
    func block() {
        var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while unsafe poll(&polled, 1, -1) < 0 && errno == EINTR {}
    }
}

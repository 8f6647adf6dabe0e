internal import CPOSIX
internal import Glibc

/// A descriptor and its place in the event loop: letting the watch go ends both, in that order.
final class Watch: Sendable {
    private let loop: EventLoop
    private let descriptor: FileDescriptor
    private let token: UInt64

    init(
        _ descriptor: consuming FileDescriptor, on loop: EventLoop, events: UInt32,
        handler: @escaping EventLoop.Handler
    ) throws(ErrorNumber) {
        token = try loop.add(descriptor.rawValue, events: events, handler: handler)
        self.descriptor = descriptor
        self.loop = loop
    }

    deinit { loop.remove(descriptor.rawValue, token: token) }

    var rawValue: Int32 { descriptor.rawValue }

    /// Asks for the next readable moment; one that is now comes at once.
    func awaitReadable() {
        loop.rearm(
            descriptor.rawValue, token: token, events: EPOLLIN.rawValue | EPOLLONESHOT.rawValue)
    }
}

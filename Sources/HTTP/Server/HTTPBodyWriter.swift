/// Writes the body of a streamed response.
public final class HTTPBodyWriter: Sendable {
    private let body: ResponseBody
    init(_ body: ResponseBody) { self.body = body }

    /// Adds bytes to the body, and waits while the peer is `ServerLimits.streamBufferBytes` behind.
    ///
    /// One task at a time may write. Throws `HTTPBodyError.peerGone` when the peer has closed the
    /// connection, and `CancellationError` when the task is cancelled.
    public func write(_ bytes: [UInt8]) async throws { try await body.write(bytes) }
}

/// Why a request has no response.
///
/// Any response, whatever its status, is not an error.
public struct HTTPError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong, for callers that decide by it.
    public enum Code: String, Sendable, Hashable {
        /// The URL is not an absolute `http` or `https` URL.
        case invalidURL
        /// The method or a header cannot be sent.
        case invalidRequest
        /// The host's name has no address.
        case nameNotResolved
        /// No connection could be made.
        case cannotConnect
        /// The TLS handshake or the server's certificate failed.
        case tls
        /// The timeout, or a stream's idle timeout, has passed.
        case timedOut
        /// The connection ended before the response did.
        case connectionLost
        /// The response is not HTTP.
        case invalidResponse
        /// The response's head or body is over its bound.
        case tooLarge
        /// The redirects are more than the bound.
        case tooManyRedirects
        /// The caller's task was cancelled.
        case cancelled
        /// The client was shut down.
        case clientClosed
        /// The library refused for another reason, such as a lack of memory.
        case other
    }

    /// What went wrong.
    public var code: Code
    /// Whether a request that is not safe to repeat may have reached the server.
    ///
    /// False for safe methods, and where the connection was never ready to carry the request.
    public var outcomeUnknown: Bool
    /// What happened in one sentence; it holds the URL without its query and credentials.
    public var message: String

    /// Makes an error.
    public init(code: Code, outcomeUnknown: Bool = false, message: String) {
        self.code = code
        self.outcomeUnknown = outcomeUnknown
        self.message = message
    }

    /// Whether the same request may well succeed later without any change.
    public var isTransient: Bool {
        switch code {
        case .nameNotResolved, .cannotConnect, .timedOut, .connectionLost, .other: true
        case .invalidURL, .invalidRequest, .tls, .invalidResponse, .tooLarge, .tooManyRedirects,
            .cancelled, .clientClosed:
            false
        }
    }

    /// The message.
    public var description: String { message }
}

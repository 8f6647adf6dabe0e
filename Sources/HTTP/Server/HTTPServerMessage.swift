/// A request a server has received whole.
public struct HTTPServerRequest: Sendable {
    /// What to do.
    public var method: HTTPMethod
    /// The target's path as it was sent, percent-encoded, without the query.
    public var path: String
    /// The path's segments, decoded: `/a%2Fb/c/` has `["a/b", "c", ""]`, `/` has `[""]`.
    public var pathSegments: [String]
    /// The query's names and values, decoded, in order.
    public var query: [(name: String, value: String)]
    /// The header lines.
    public var headers: HTTPHeaders
    /// The body, empty where there is none.
    public var body: [UInt8]
    /// The peer's address and port: `127.0.0.1:49152`, `[::1]:49152`.
    public var peerAddress: String

    /// Makes a request, for tests of handlers; nil where the target is not percent-encoded UTF-8.
    public init?(
        method: HTTPMethod, target: String, headers: HTTPHeaders = HTTPHeaders(),
        body: [UInt8] = [], peerAddress: String = "127.0.0.1:0"
    ) {
        let halves = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = halves.first.map(String.init) ?? ""
        guard let query = PercentEncoding.decodeQuery(halves.count == 2 ? halves[1] : "") else {
            return nil
        }
        var segments: [String] = []
        for part in path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard let segment = PercentEncoding.decode(part) else { return nil }
            segments.append(segment)
        }
        self.method = method
        self.path = path
        self.pathSegments = segments
        self.query = query
        self.headers = headers
        self.body = body
        self.peerAddress = peerAddress
    }

    /// The first value of a name in the query.
    public func queryValue(_ name: String) -> String? {
        query.first { $0.name == name }?.value
    }
}

/// A response a handler returns.
public struct HTTPServerResponse: Sendable {
    /// What follows the header lines.
    public enum Body: Sendable {
        /// Bytes that are ready.
        case bytes([UInt8])
        /// Bytes written over time, sent chunked; the closure's end ends the body, and its error cuts
        /// the connection, so that the peer sees that something is missing.
        case stream(@Sendable (HTTPBodyWriter) async throws -> Void)
    }

    /// The status code.
    public var status: Int
    /// The header lines; `Date`, `Content-Length` and `Transfer-Encoding` are added by the server,
    /// and lines with an empty value are not sent.
    public var headers: HTTPHeaders
    /// What follows the header lines.
    public var body: Body

    /// Makes a response.
    public init(status: Int, headers: HTTPHeaders = HTTPHeaders(), body: Body = .bytes([])) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Makes a response of a text.
    public init(status: Int, text: String) {
        self.init(
            status: status, headers: ["Content-Type": "text/plain; charset=utf-8"],
            body: .bytes(Array(text.utf8)))
    }
}

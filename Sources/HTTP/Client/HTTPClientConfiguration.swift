/// What holds for every request of a client.
public struct HTTPClientConfiguration: Sendable {
    /// The longest a `send`, or a stream's head, may take where the request does not say.
    public var timeout: Duration
    /// The longest a connection, with its TLS handshake, may take to be ready.
    public var connectTimeout: Duration
    /// The `User-Agent` where the request has none.
    public var userAgent: String
    /// The most connections kept open while idle.
    public var maximumIdleConnections: Int
    /// Which proxy carries the requests.
    public var proxy: HTTPProxy

    /// Makes a configuration.
    public init(
        timeout: Duration = .seconds(60), connectTimeout: Duration = .seconds(10),
        userAgent: String = "llm-orchestrator", maximumIdleConnections: Int = 128,
        proxy: HTTPProxy = .none
    ) {
        self.timeout = timeout
        self.connectTimeout = connectTimeout
        self.userAgent = userAgent
        self.maximumIdleConnections = maximumIdleConnections
        self.proxy = proxy
    }
}

/// Which proxy carries requests.
public enum HTTPProxy: Sendable, Hashable {
    /// Every request goes straight to its host, whatever the environment says.
    case none
    /// The proxy named by `http_proxy`, `https_proxy` and `no_proxy` in the environment.
    case environment
    /// The proxy at a URL.
    case url(String)
}

/// The bounds of the client.
public enum ClientLimits {
    /// The most body bytes of one response, where the request does not say: 64 MiB.
    public static let responseBytes = 64 << 20
    /// The most bytes of one response's header lines: 256 KiB.
    public static let headerBytes = 256 << 10
    /// The bytes a stream buffers before its connection is no longer read: 256 KiB.
    ///
    /// At most one piece of the library's receive buffer (16 KiB) comes on top.
    public static let streamBufferBytes = 256 << 10
    /// The most redirects followed for one request.
    public static let redirects = 10
    /// The most easy handles kept for reuse.
    static let idleHandles = 64
    /// The most socket events taken from the kernel in one turn of the loop.
    static let eventsPerTurn = 256
}

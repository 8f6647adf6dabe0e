/// A request a client sends.
public struct HTTPRequest: Sendable {
    /// What to do.
    public var method: HTTPMethod
    /// The absolute `http` or `https` URL, percent-encoded.
    public var url: String
    /// The header lines; `Host` and `Content-Length` are added by the client.
    public var headers: HTTPHeaders
    /// The body; nil sends none.
    public var body: [UInt8]?
    /// The longest the request may take; nil means the configuration's value.
    ///
    /// For `send` it bounds the whole exchange, for `stream` the wait for the response's head.
    public var timeout: Duration?
    /// The longest a stream may stay silent; nil waits for ever.
    public var idleTimeout: Duration?
    /// The most body bytes `send` accepts; streams are bounded by backpressure instead.
    public var maximumResponseBytes: Int
    /// How the server is recognized and the client made known.
    public var tls: TLSOptions
    /// Whether redirects of GET and HEAD are followed; other methods never are.
    public var followRedirects: Bool
    /// The path of a Unix socket to connect to in place of the URL's host.
    public var unixSocket: String?

    /// Makes a request.
    public init(
        method: HTTPMethod = .get, url: String, headers: HTTPHeaders = HTTPHeaders(),
        body: [UInt8]? = nil, timeout: Duration? = nil, idleTimeout: Duration? = nil,
        maximumResponseBytes: Int = ClientLimits.responseBytes, tls: TLSOptions = TLSOptions(),
        followRedirects: Bool = false, unixSocket: String? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.idleTimeout = idleTimeout
        self.maximumResponseBytes = maximumResponseBytes
        self.tls = tls
        self.followRedirects = followRedirects
        self.unixSocket = unixSocket
    }
}

/// How a client recognizes a TLS server and makes itself known to it.
public struct TLSOptions: Sendable, Hashable {
    /// The certificates to trust, in PEM; nil trusts the system's.
    public var caPEM: [UInt8]?
    /// The client's certificate chain, in PEM.
    public var clientCertificatePEM: [UInt8]?
    /// The private key of the client's certificate, in PEM.
    public var clientKeyPEM: [UInt8]?
    /// Whether any certificate is accepted; only for servers that are known not to have a real one.
    public var skipVerification: Bool

    /// Makes options; the defaults trust the system's certificates.
    public init(
        caPEM: [UInt8]? = nil, clientCertificatePEM: [UInt8]? = nil, clientKeyPEM: [UInt8]? = nil,
        skipVerification: Bool = false
    ) {
        self.caPEM = caPEM
        self.clientCertificatePEM = clientCertificatePEM
        self.clientKeyPEM = clientKeyPEM
        self.skipVerification = skipVerification
    }
}

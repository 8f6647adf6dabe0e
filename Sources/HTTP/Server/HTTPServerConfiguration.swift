/// Where a server listens, and the bounds of what it takes.
public struct HTTPServerConfiguration: Sendable {
    /// The IPv4 or IPv6 address to listen on; `127.0.0.1` is reachable from this machine only.
    public var host: String
    /// The port; 0 lets the kernel choose a free one.
    public var port: UInt16
    /// The most bytes of a request's body; more is answered 413.
    public var maximumBodyBytes: Int
    /// The most bytes of a request's target and header lines; more is answered 431 (or 414).
    public var maximumHeaderBytes: Int
    /// The most open connections; others wait in the kernel's queue.
    public var maximumConnections: Int
    /// How long a connection may stay without any byte while no handler works for it.
    public var idleTimeout: Duration
    /// How long `shutdown()` lets running handlers end before it cancels them.
    public var shutdownGrace: Duration
    /// The server's certificate and key; nil speaks plain HTTP.
    public var tls: HTTPServerTLS?
    /// Takes the library's own complaints, one line each; nil drops them.
    ///
    /// Called on the server's thread, so it must not block.
    public var log: (@Sendable (String) -> Void)?

    /// Makes a configuration.
    public init(
        host: String = "127.0.0.1", port: UInt16 = 0, maximumBodyBytes: Int = 4 << 20,
        maximumHeaderBytes: Int = 32 << 10, maximumConnections: Int = 8192,
        idleTimeout: Duration = .seconds(120), shutdownGrace: Duration = .seconds(10),
        tls: HTTPServerTLS? = nil, log: (@Sendable (String) -> Void)? = nil
    ) {
        self.host = host
        self.port = port
        self.maximumBodyBytes = maximumBodyBytes
        self.maximumHeaderBytes = maximumHeaderBytes
        self.maximumConnections = maximumConnections
        self.idleTimeout = idleTimeout
        self.shutdownGrace = shutdownGrace
        self.tls = tls
        self.log = log
    }
}

/// A server's certificate and key.
public struct HTTPServerTLS: Sendable {
    /// The certificate chain, in PEM.
    public var certificatePEM: [UInt8]
    /// The private key, in PEM without a passphrase.
    public var keyPEM: [UInt8]

    /// Makes a pair.
    public init(certificatePEM: [UInt8], keyPEM: [UInt8]) {
        self.certificatePEM = certificatePEM
        self.keyPEM = keyPEM
    }
}

/// The bounds of the server that no caller sets.
enum ServerLimits {
    /// The bytes a streamed response buffers before its writer waits.
    static let streamBufferBytes = 256 << 10
    /// The bytes already sent that a stream holds before they are freed.
    static let sentBytesHeld = 64 << 10
    /// The memory that a stream with nothing to send keeps for what comes.
    static let idleStreamBytes = 4 << 10
    /// The memory of one connection beyond its headers, for the bytes on their way out.
    static let connectionBufferBytes = 32 << 10
    /// The longest a shutdown waits for cancelled handlers to end.
    static let cancellationGrace = Duration.seconds(5)
    /// The most events taken from the kernel in one turn of the loop.
    static let eventsPerTurn = 256
    /// The kernel's queue of connections not yet accepted.
    static let backlog: Int32 = 1024
}

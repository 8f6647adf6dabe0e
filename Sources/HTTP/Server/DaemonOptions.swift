import CMicroHTTPD

/// What a daemon is started with, kept at one place in memory for as long as the daemon runs.
@safe final class DaemonOptions {
    private let loop: ServerLoop
    private let kept = UnsafeMutablePointer<cmhd_options>.allocate(capacity: 1)
    private var options = unsafe cmhd_options()
    private let tls: HTTPServerTLS?

    init(_ configuration: HTTPServerConfiguration, socket: Int32, loop: ServerLoop) {
        self.loop = loop
        tls = configuration.tls
        var flags = MHD_USE_EPOLL.rawValue | MHD_USE_ERROR_LOG.rawValue
        flags |= MHD_ALLOW_SUSPEND_RESUME.rawValue
        if configuration.tls != nil { flags |= MHD_USE_TLS.rawValue }
        unsafe options.flags = flags
        unsafe options.listen_socket = socket
        unsafe options.connection_memory =
            configuration.maximumHeaderBytes + ServerLimits.connectionBufferBytes
        unsafe options.connection_limit = UInt32(clamping: configuration.maximumConnections)
        // The library counts whole seconds, and takes 0 as never.
        let milliseconds = configuration.idleTimeout.roundedUpMilliseconds
        unsafe options.idle_seconds = UInt32(clamping: max(1, (milliseconds + 999) / 1000))
        unsafe options.context = Unmanaged.passUnretained(loop).toOpaque()
        unsafe options.access = handleAccess
        unsafe options.completed = handleCompletion
        unsafe options.connection = handleConnection
        unsafe options.target = handleTarget
        unsafe options.log = handleComplaint
    }

    deinit { unsafe kept.deallocate() }

    /// Starts the daemon; nil where the library refuses.
    func start() -> OpaquePointer? {
        guard let tls else { return unsafe cmhd_start(&options, kept) }
        let certificate = tls.certificatePEM.map { CChar(bitPattern: $0) } + [0]
        let key = tls.keyPEM.map { CChar(bitPattern: $0) } + [0]
        return unsafe certificate.withUnsafeBufferPointer { certificate in
            unsafe key.withUnsafeBufferPointer { key in
                unsafe options.certificate = certificate.baseAddress
                unsafe options.key = key.baseAddress
                return unsafe cmhd_start(&options, kept)
            }
        }
    }
}

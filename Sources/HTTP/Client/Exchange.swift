import Synchronization

/// One request on its way, shared by the task that sent it and the loop that carries it.
final class Exchange: Sendable {
    let id: UInt64
    let request: HTTPRequest
    let timeout: Duration
    /// Where a stream's bytes go; nil where the response is collected whole.
    let stream: StreamBody?
    /// The response, or a stream's head with no body.
    let response = OneShot<Result<HTTPResponse, HTTPError>>()
    private let cancelled = Atomic<Bool>(false)

    private static let lastID = Atomic<UInt64>(0)

    init(_ request: HTTPRequest, timeout: Duration, stream: StreamBody?) {
        id = Exchange.lastID.add(1, ordering: .relaxed).newValue
        self.request = request
        self.timeout = timeout
        self.stream = stream
    }

    /// Whether the caller gave up, perhaps before the loop heard of the exchange at all.
    var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

    /// Whether the exchange may share a connection with others by HTTP/2.
    ///
    /// Not where it may be paused: one paused stream stops every other on its connection in libcurl
    /// 7.88 (http2.c, `pause_stream_id`). Nor where it has a body: a server that answers before it
    /// has read the body, as one does with 401 or 429, has its answer dropped there (http2.c,
    /// "stream closed" while sending).
    var mayMultiplex: Bool {
        stream == nil && request.body == nil && ![.post, .put, .patch].contains(request.method)
    }

    func markCancelled() { cancelled.store(true, ordering: .releasing) }

    /// Ends the exchange with an error, for whichever of head and body is still awaited.
    func fail(_ error: HTTPError) {
        response.set(.failure(error))
        stream?.end(.failure(error))
    }

    /// An error of this exchange, which has or has not begun to be sent.
    func error(_ code: HTTPError.Code, _ what: String, wasSent: Bool) -> HTTPError {
        HTTPError(
            code: code, outcomeUnknown: wasSent && !request.method.isSafe,
            message: "\(request.method) \(URLText.redacted(request.url)): \(what)")
    }
}

/// What the tasks of a client ask of its loop.
enum ClientCommand: Sendable {
    case start(Exchange)
    case cancel(UInt64)
    case readOn(UInt64)
    case shutdown(OneShot<Void>)
}

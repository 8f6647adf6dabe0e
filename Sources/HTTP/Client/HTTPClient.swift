import Synchronization

/// An HTTP/1.1 and HTTP/2 client over libcurl: thousands of requests in flight on two threads.
///
/// A request that is not safe to repeat is sent at most once; where it fails after it may have
/// reached the server, the error says `outcomeUnknown`. Connections are kept and reused. Requests
/// without a body share an HTTP/2 connection where the server speaks it; each other request, and each
/// stream, has a connection to itself for as long as it lasts.
public final class HTTPClient: Sendable {
    private let configuration: HTTPClientConfiguration
    // Two loops, since libcurl 7.88 mixes up connections to one host of which some were told not to
    // speak HTTP/2. Either is nil where it could not start.
    private let multiplexed: Mailbox<ClientCommand>?
    private let separate: Mailbox<ClientCommand>?

    /// Starts a client with its threads.
    ///
    /// Where the system has no thread or descriptor to give, every request fails with `.other`.
    public init(configuration: HTTPClientConfiguration = HTTPClientConfiguration()) {
        self.configuration = configuration
        multiplexed = ClientLoop.start(configuration)
        separate = ClientLoop.start(configuration)
    }

    deinit {
        for mailbox in [multiplexed, separate] { mailbox?.post(.shutdown(OneShot())) }
    }

    /// Sends a request and collects the response.
    ///
    /// Cancelling the task ends the transfer before this throws `.cancelled`.
    public func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        var request = request
        for _ in 0...ClientLimits.redirects {
            let exchange = Exchange(
                request, timeout: request.timeout ?? configuration.timeout, stream: nil)
            let response = try await perform(
                exchange, exchange.mayMultiplex ? multiplexed : separate)
            guard let next = Redirect.next(after: response, to: request) else { return response }
            request = next
        }
        throw tooManyRedirects(request)
    }

    /// Sends a request and returns as soon as the response's head has arrived.
    public func stream(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponseStream {
        var request = request
        for _ in 0...ClientLimits.redirects {
            let body = StreamBody()
            let exchange = Exchange(
                request, timeout: request.timeout ?? configuration.timeout, stream: body)
            let head = try await perform(exchange, separate)
            guard let mailbox = separate else { throw unavailable(exchange) }
            let stream = HTTPResponseStream(
                head: head, exchange: exchange, body: body, mailbox: mailbox, client: self)
            guard let next = Redirect.next(after: head, to: request) else { return stream }
            request = next
        }
        throw tooManyRedirects(request)
    }

    /// Ends every request with `.clientClosed` and the threads; returns when all is released.
    public func shutdown() async {
        for mailbox in [multiplexed, separate] {
            let done = OneShot<Void>()
            if mailbox?.post(.shutdown(done)) == true { await done.value() }
        }
    }

    private func perform(
        _ exchange: Exchange, _ mailbox: Mailbox<ClientCommand>?
    ) async throws(HTTPError) -> HTTPResponse {
        try validate(exchange)
        guard let mailbox else { throw unavailable(exchange) }
        let result = await withTaskCancellationHandler {
            if !mailbox.post(.start(exchange)) {
                exchange.fail(
                    exchange.error(.clientClosed, "the client is shut down", wasSent: false))
            }
            return await exchange.response.value()
        } onCancel: {
            // Marked first: the loop may take the start after this cancel.
            exchange.markCancelled()
            mailbox.post(.cancel(exchange.id))
        }
        return try result.get()
    }

    private func validate(_ exchange: Exchange) throws(HTTPError) {
        let request = exchange.request
        guard URLText.isSendable(request.url) else {
            throw exchange.error(
                .invalidURL, "not an absolute http or https URL; percent-encode what is not ASCII",
                wasSent: false)
        }
        guard HTTPSyntax.isToken(request.method.rawValue) else {
            throw exchange.error(.invalidRequest, "the method is not a token", wasSent: false)
        }
        if let field = request.headers.firstMalformed {
            throw exchange.error(
                .invalidRequest, "the header \(field.name.debugDescription) cannot be sent",
                wasSent: false)
        }
    }

    private func unavailable(_ exchange: Exchange) -> HTTPError {
        exchange.error(.other, "the client's thread could not start", wasSent: false)
    }

    private func tooManyRedirects(_ request: HTTPRequest) -> HTTPError {
        HTTPError(
            code: .tooManyRedirects,
            message: "\(URLText.redacted(request.url)): over \(ClientLimits.redirects) redirects")
    }
}

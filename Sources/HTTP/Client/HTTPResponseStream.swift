/// A response whose body arrives over time.
///
/// The connection is read only as far as the consumer keeps up, within
/// `ClientLimits.streamBufferBytes`. Dropping the stream ends the exchange.
public final class HTTPResponseStream: Sendable {
    /// The status code.
    public let status: Int
    /// The header lines.
    public let headers: HTTPHeaders
    private let exchange: Exchange
    private let body: StreamBody
    private let mailbox: Mailbox<ClientCommand>
    /// Keeps the loop running for as long as the stream is read.
    private let client: HTTPClient

    init(
        head: HTTPResponse, exchange: Exchange, body: StreamBody,
        mailbox: Mailbox<ClientCommand>, client: HTTPClient
    ) {
        status = head.status
        headers = head.headers
        self.exchange = exchange
        self.body = body
        self.mailbox = mailbox
        self.client = client
    }

    deinit { cancel() }

    /// Waits for the next bytes, as many as have arrived; nil at the body's end.
    ///
    /// One task at a time may wait. Cancelling it ends the exchange with `.cancelled`. Throws
    /// `.timedOut` after the request's idle timeout, `.connectionLost` where the body is cut.
    public func next() async throws(HTTPError) -> [UInt8]? {
        let taken = await withTaskCancellationHandler {
            await body.next()
        } onCancel: {
            cancel()
        }
        if taken.readsOn { mailbox.post(.readOn(exchange.id)) }
        return try taken.batch.get()
    }

    /// Ends the exchange; whoever waits gets `.cancelled`.
    public func cancel() {
        exchange.markCancelled()
        mailbox.post(.cancel(exchange.id))
    }
}

import CCurl
import Values

/// One exchange while libcurl carries it: the box its callbacks are given.
///
/// It belongs to the loop's thread.
final class Transfer {
    let exchange: Exchange
    let easy: EasyHandle
    private(set) var head = ResponseHead()
    /// The collected body, or the stream's bytes of this turn of the loop.
    private(set) var bytes: [UInt8] = []
    /// How often a connection was ready to carry the request.
    private(set) var sendCount = 0
    /// Why a callback stopped the transfer.
    private(set) var refusal: HTTPError?
    /// Whether a stream's head was handed over.
    var headIsDelivered = false
    /// Whether the connection is not read until the consumer has taken what is buffered.
    var isPaused = false
    private let touched: TouchedTransfers
    fileprivate var isTouched = false
    /// When the transfer is over unless something happens; nil never.
    var deadline: Duration?
    /// The one entry of this transfer in the queue of deadlines that counts.
    var queuedDeadline: Duration?

    init(_ exchange: Exchange, easy: EasyHandle, touched: TouchedTransfers) {
        self.exchange = exchange
        self.touched = touched
        self.easy = easy
        LiveCounts.transfers.increase()
    }

    deinit { LiveCounts.transfers.decrease() }

    /// Whether the request may have reached the server.
    var wasSent: Bool { sendCount > 0 }

    /// A connection is ready and the request is about to be sent on it; false refuses.
    ///
    /// libcurl sends a request again, whatever its method, when a reused connection dies before the
    /// response's first byte (`Curl_retry_request`). The server may have acted on the first copy, so
    /// whatever is not safe is sent once.
    func mayBeSent() -> Bool {
        sendCount += 1
        guard sendCount > 1, !exchange.request.method.isSafe else { return true }
        refuse(
            .connectionLost,
            "the reused connection ended before the response; the request is not sent twice")
        return false
    }

    /// Takes a header line; false stops the transfer.
    func takeHeader(_ line: [UInt8]) -> Bool {
        guard head.take(line) else {
            refuse(.tooLarge, "the response's headers are over \(ClientLimits.headerBytes) bytes")
            return false
        }
        if head.isComplete { touched.add(self) }
        return true
    }

    /// What becomes of bytes of the body.
    enum Admission {
        case taken, pause, stop
    }

    /// Takes bytes of the body.
    func takeBody(_ new: UnsafeRawBufferPointer) -> Admission {
        touched.add(self)
        if let stream = exchange.stream {
            let buffered = stream.bufferedBytes + bytes.count
            guard buffered < ClientLimits.streamBufferBytes else {
                isPaused = true
                return .pause
            }
        } else if bytes.count + new.count > exchange.request.maximumResponseBytes {
            refuse(
                .tooLarge,
                "the response's body is over \(exchange.request.maximumResponseBytes) bytes")
            return .stop
        }
        unsafe bytes.append(contentsOf: new)
        return .taken
    }

    /// Takes the bytes of this turn, for the stream's consumer.
    func takeBytes() -> [UInt8] {
        let taken = bytes
        bytes = []
        return taken
    }

    /// The response as far as it is collected.
    func response() -> HTTPResponse {
        HTTPResponse(
            status: head.status, headers: head.headers,
            body: exchange.stream == nil ? takeBytes() : [])
    }

    /// The error of a transfer that libcurl ended.
    func error(for code: CURLcode) -> HTTPError {
        refusal
            ?? exchange.error(
                HTTPError.Code(code, wasSent: wasSent), easy.message(for: code), wasSent: wasSent)
    }

    private func refuse(_ code: HTTPError.Code, _ what: String) {
        refusal = exchange.error(code, what, wasSent: wasSent)
    }
}

/// The streams that libcurl had something for in this turn of the loop.
final class TouchedTransfers {
    private(set) var transfers: [Transfer] = []

    fileprivate func add(_ transfer: Transfer) {
        guard !transfer.isTouched, transfer.exchange.stream != nil else { return }
        transfer.isTouched = true
        transfers.append(transfer)
    }

    func takeAll() -> [Transfer] {
        let taken = transfers
        transfers = []
        for transfer in taken { transfer.isTouched = false }
        return taken
    }
}

extension HTTPError.Code {
    /// The code for libcurl's.
    fileprivate init(_ code: CURLcode, wasSent: Bool) {
        switch code {
        case CURLE_URL_MALFORMAT: self = .invalidURL
        // After the request was sent it means an answer without a status line (HTTP/0.9).
        case CURLE_UNSUPPORTED_PROTOCOL: self = wasSent ? .invalidResponse : .invalidURL
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: self = .nameNotResolved
        case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED, CURLE_PROXY: self = .cannotConnect
        case CURLE_OPERATION_TIMEDOUT: self = .timedOut
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
            CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_CLIENTCERT:
            self = .tls
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE,
            CURLE_HTTP2, CURLE_HTTP2_STREAM, CURLE_SEND_FAIL_REWIND:
            self = wasSent ? .connectionLost : .cannotConnect
        case CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING:
            self = .invalidResponse
        default: self = .other
        }
    }
}

/// A request while it arrives and until its response is sent, lent to libmicrohttpd for that time.
///
/// It belongs to the loop's thread.
@safe final class RequestReception {
    enum Phase {
        case head, body, handling, answered
    }

    let connection: OpaquePointer
    /// The target as it was sent; nil where it is not UTF-8.
    let target: String?
    var phase = Phase.head
    var exchange: ServerExchange?
    /// Whether the library leaves the connection alone until it is resumed.
    var isSuspended = false
    /// Whether the connection is to be closed without a response.
    var isAborted = false
    private var method = HTTPMethod.get
    private var headers = HTTPHeaders()
    private var body: [UInt8] = []
    private var droppedBytes = 0

    init(connection: OpaquePointer, target: String?) {
        unsafe self.connection = unsafe connection
        self.target = target
        LiveCounts.requests.increase()
    }

    deinit { LiveCounts.requests.decrease() }

    /// Takes the head; the status to refuse it with, or nil.
    func take(
        method: String, headers: HTTPHeaders, within configuration: HTTPServerConfiguration
    ) -> Int? {
        self.method = HTTPMethod(rawValue: method)
        self.headers = headers
        phase = .body
        let headerBytes = headers.reduce(target?.utf8.count ?? 0) { sum, field in
            sum + field.name.utf8.count + field.value.utf8.count + 4
        }
        if headerBytes > configuration.maximumHeaderBytes { return 431 }
        if let length = headers["Content-Length"].flatMap(Int.init) {
            if length > configuration.maximumBodyBytes { return 413 }
            body.reserveCapacity(length)
        }
        return nil
    }

    /// Takes bytes of the body; false where the connection is to be closed.
    ///
    /// A body without a length is known to be too large only while it arrives, when no response can
    /// be sent yet. As much again is dropped, so that an honest peer gets to read its 413.
    func takeBody(
        _ bytes: UnsafeRawBufferPointer, within configuration: HTTPServerConfiguration
    ) -> Bool {
        guard droppedBytes == 0, body.count + bytes.count <= configuration.maximumBodyBytes else {
            droppedBytes += bytes.count
            return droppedBytes <= configuration.maximumBodyBytes + ServerLimits.streamBufferBytes
        }
        unsafe body.append(contentsOf: bytes)
        return true
    }

    /// The request that has arrived, or the status to refuse it with.
    func request(from peerAddress: String) -> Result<HTTPServerRequest, Refusal> {
        guard droppedBytes == 0 else { return .failure(Refusal(status: 413)) }
        guard let target,
            let request = HTTPServerRequest(
                method: method, target: RequestReception.originForm(target), headers: headers,
                body: body, peerAddress: peerAddress)
        else { return .failure(Refusal(status: 400)) }
        body = []
        return .success(request)
    }

    struct Refusal: Error {
        var status: Int
    }

    /// The path and query of a target that a proxy would be sent: `http://host/path`.
    private static func originForm(_ target: String) -> String {
        guard !target.hasPrefix("/"), target != "*", let colon = target.firstIndex(of: ":"),
            target[colon...].hasPrefix("://")
        else { return target }
        let authority = target.index(colon, offsetBy: 3)
        let path = target[authority...].firstIndex { $0 == "/" || $0 == "?" } ?? target.endIndex
        return target[path...].hasPrefix("/") ? String(target[path...]) : "/" + target[path...]
    }
}

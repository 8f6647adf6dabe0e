public import HTTP

/// What carries requests to the API server: the port under ``KubernetesClient``.
///
/// A request is carried at most once; where it fails after it may have arrived, the error says
/// `outcomeUnknown` (law 5). Cancelling the task ends the request.
public protocol KubernetesTransport: Sendable {
    /// Carries a request and gives the whole response, whatever its status.
    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse

    /// Carries a request and gives its response as soon as the head is there.
    func open(_ request: HTTPRequest) async throws(HTTPError) -> any TransportStream
}

/// A response whose body arrives over time.
public protocol TransportStream: Sendable {
    /// The status code.
    var status: Int { get }
    /// The header lines.
    var headers: HTTPHeaders { get }

    /// Waits for the next bytes; nil at the body's end.
    ///
    /// One task at a time may wait.
    func next() async throws(HTTPError) -> [UInt8]?

    /// Ends the response; whoever waits gets an error.
    func cancel()
}

extension HTTPResponseStream: TransportStream {}

extension HTTPClient: KubernetesTransport {
    /// Carries a request over the network.
    public func open(_ request: HTTPRequest) async throws(HTTPError) -> any TransportStream {
        try await stream(request)
    }
}

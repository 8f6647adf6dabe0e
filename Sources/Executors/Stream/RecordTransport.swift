public import HTTP

/// What `stream` tasks ask for responses with.
public struct RecordTransport: Sendable {
    /// Sends a request, and gives its response as soon as the head is there.
    public let open: @Sendable (HTTPRequest) async throws(HTTPError) -> any RecordResponse

    /// Makes a transport from what it does.
    public init(
        open: @escaping @Sendable (HTTPRequest) async throws(HTTPError) -> any RecordResponse
    ) {
        self.open = open
    }

    /// Makes a transport over the network.
    public init(_ client: HTTPClient) {
        self.init { request throws(HTTPError) in try await client.stream(request) }
    }
}

/// A response whose body is read as it comes.
public protocol RecordResponse: Sendable {
    /// The status code.
    var status: Int { get }
    /// The header lines.
    var headers: HTTPHeaders { get }

    /// Waits for the next bytes; nil at the end of the body.
    ///
    /// One task at a time may wait; cancelling it ends the response.
    func next() async throws(HTTPError) -> [UInt8]?

    /// Ends the response; whoever waits gets an error.
    func cancel()
}

extension HTTPResponseStream: RecordResponse {}

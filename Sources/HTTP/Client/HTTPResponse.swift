/// A response whose body has arrived whole.
public struct HTTPResponse: Sendable {
    /// The status code.
    public var status: Int
    /// The header lines of the final response.
    public var headers: HTTPHeaders
    /// The body.
    public var body: [UInt8]

    /// Makes a response.
    public init(status: Int, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

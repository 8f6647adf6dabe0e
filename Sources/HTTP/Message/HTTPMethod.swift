/// A request method, such as `GET` (RFC 9110, section 9).
public struct HTTPMethod: Sendable, Hashable, RawRepresentable, CustomStringConvertible {
    /// The method as it is sent; methods are case-sensitive.
    public let rawValue: String

    /// Makes a method of any token.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Reads a resource.
    public static let get = HTTPMethod(rawValue: "GET")
    /// Reads the head of what `get` would answer.
    public static let head = HTTPMethod(rawValue: "HEAD")
    /// Lets a resource process the body.
    public static let post = HTTPMethod(rawValue: "POST")
    /// Replaces a resource.
    public static let put = HTTPMethod(rawValue: "PUT")
    /// Changes part of a resource.
    public static let patch = HTTPMethod(rawValue: "PATCH")
    /// Removes a resource.
    public static let delete = HTTPMethod(rawValue: "DELETE")
    /// Asks what may be done with a resource.
    public static let options = HTTPMethod(rawValue: "OPTIONS")

    /// Whether the method changes nothing at the server, so that sending it twice is harmless.
    public var isSafe: Bool { self == .get || self == .head || self == .options }

    /// The method as it is sent.
    public var description: String { rawValue }
}

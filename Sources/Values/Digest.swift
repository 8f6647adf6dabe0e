/// A SHA-256 digest, written `sha256:` and 64 hexadecimal digits.
public struct Digest: Sendable, Hashable, CustomStringConvertible {
    /// The 32 bytes in hexadecimal.
    public let hexadecimal: String

    /// Makes a digest from its 32 bytes; any other count is a programmer's error and traps.
    public init(sha256 bytes: [UInt8]) {
        precondition(bytes.count == 32, "a SHA-256 digest has 32 bytes")
        hexadecimal = Hexadecimal.encode(bytes)
    }

    /// Reads `sha256:` and the digits; nil where it is not that.
    public init?(_ text: String) {
        guard text.hasPrefix("sha256:"), let bytes = Hexadecimal.decode(String(text.dropFirst(7))),
            bytes.count == 32
        else { return nil }
        hexadecimal = Hexadecimal.encode(bytes)
    }

    /// The digest with its algorithm in front.
    public var description: String { "sha256:\(hexadecimal)" }
}

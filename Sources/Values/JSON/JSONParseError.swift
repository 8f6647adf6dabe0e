/// Why a text is not JSON, and where.
public struct JSONParseError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was found or missed, in plain words.
    public var message: String
    /// The offset in bytes from the start.
    public var offset: Int
    /// The line, from 1.
    public var line: Int
    /// The column in bytes, from 1.
    public var column: Int

    /// Makes an error at an offset of a text, counting its lines up to there.
    init(_ message: String, at offset: Int, in bytes: [UInt8]) {
        self.message = message
        self.offset = offset
        let before = bytes[..<min(offset, bytes.count)]
        line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        column = before.count - lineStart + 1
    }

    /// The place and the message: `3:14: expected ':' after a name`.
    public var description: String { "\(line):\(column): \(message)" }
}

/// The bounds within which a JSON text is read.
public struct JSONLimits: Sendable, Hashable {
    /// The most bytes of one text.
    public var maximumBytes: Int
    /// The deepest nesting of arrays and objects.
    public var maximumDepth: Int

    /// Makes bounds; the defaults fit what an API server sends in one answer.
    public init(maximumBytes: Int = 256 << 20, maximumDepth: Int = 512) {
        self.maximumBytes = maximumBytes
        self.maximumDepth = maximumDepth
    }
}

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
    init(_ message: String, at offset: Int, in bytes: Span<UInt8>) {
        self.message = message
        self.offset = offset
        var lines = 1
        var lineStart = 0
        let end = min(offset, bytes.count)
        for position in 0..<end where bytes[position] == UInt8(ascii: "\n") {
            lines += 1
            lineStart = position + 1
        }
        line = lines
        column = end - lineStart + 1
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

/// Why a text is not an expression, and where.
public struct ExpressionError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was found or missed, in plain words.
    public var message: String
    /// The offset in the source, in bytes of UTF-8.
    public var offset: Int
    /// What to write instead, where that can be guessed.
    public var suggestion: String?

    /// Makes an error.
    public init(_ message: String, at offset: Int, suggestion: String? = nil) {
        self.message = message
        self.offset = offset
        self.suggestion = suggestion
    }

    /// The message, the place and the suggestion on one line.
    public var description: String {
        let place = "\(message) (at offset \(offset))"
        return suggestion.map { "\(place); \($0)" } ?? place
    }
}

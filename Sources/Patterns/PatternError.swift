/// Why a text is no regular expression.
public struct PatternError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, such as "a '(' is not closed".
    public let message: String

    init(_ message: String) { self.message = message }

    /// What is wrong, as a whole sentence.
    public var description: String { "the pattern is no regular expression: \(message)" }
}

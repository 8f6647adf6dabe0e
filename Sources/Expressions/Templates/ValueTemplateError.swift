public import Values

/// Why a JSON tree is no template, and where.
public struct ValueTemplateError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The string that holds the error.
    public var path: JSONPath
    /// The offset in that string, in bytes of UTF-8.
    public var offset: Int
    /// What is wrong; its own offset counts from the start of the expression.
    public var error: ExpressionError

    /// Makes an error.
    public init(path: JSONPath, offset: Int, error: ExpressionError) {
        self.path = path
        self.offset = offset
        self.error = error
    }

    /// The place, the message and the suggestion on one line.
    public var description: String {
        let place = path.components.isEmpty ? "" : "\(path): "
        let text = "\(place)\(error.message) (at offset \(offset))"
        return error.suggestion.map { "\(text); \($0)" } ?? text
    }
}

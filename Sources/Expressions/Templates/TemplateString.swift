/// A string that may hold `${{ expression }}`, cut into its parts.
///
/// `$${{` stands for a literal `${{`. The `}}` that ends an expression is found by skipping what is
/// inside its strings, so that `${{ "}}" }}` is one expression.
struct TemplateString: Sendable {
    enum Part: Sendable {
        case text(String)
        case expression(Expression, offset: Int)
    }

    /// An expression that could not be read, and where in the string it goes wrong.
    struct Failure: Error {
        var offset: Int
        var error: ExpressionError
    }

    private(set) var parts: [Part] = []

    /// Whether `${{` is in a text.
    static func isNeeded(for text: String) -> Bool {
        var (first, second): (UInt8, UInt8) = (0, 0)
        for byte in text.utf8 {
            if first == UInt8(ascii: "$"), second == UInt8(ascii: "{"), byte == second {
                return true
            }
            (first, second) = (second, byte)
        }
        return false
    }

    /// The expression the string is, where it is nothing but one.
    var soleExpression: (expression: Expression, offset: Int)? {
        guard parts.count == 1, case .expression(let expression, let offset) = parts[0] else {
            return nil
        }
        return (expression, offset)
    }

    init(parsing text: String) throws(Failure) {
        let bytes = Array(text.utf8)
        var literal: [UInt8] = []
        var position = 0
        while position < bytes.count {
            guard bytes[position] == UInt8(ascii: "$") else {
                literal.append(bytes[position])
                position += 1
                continue
            }
            if TemplateString.matches("$${{", bytes, position) {
                literal += Array("${{".utf8)
                position += 4
            } else if TemplateString.matches("${{", bytes, position) {
                try flush(&literal)
                position = try expression(bytes, from: position)
            } else {
                literal.append(bytes[position])
                position += 1
            }
        }
        try flush(&literal)
    }

    private mutating func flush(_ literal: inout [UInt8]) throws(Failure) {
        guard !literal.isEmpty else { return }
        parts.append(.text(String(decoding: literal, as: UTF8.self)))
        literal.removeAll()
    }

    /// Reads the expression whose `${{` stands at a place; returns the place after its `}}`.
    private mutating func expression(_ bytes: [UInt8], from open: Int) throws(Failure) -> Int {
        let start = open + 3
        guard let end = ExpressionEnd.find(in: bytes, from: start, isTag: false) else {
            throw Failure(
                offset: open,
                error: ExpressionError(
                    "the '${{' that stands here is not closed", at: 0, suggestion: "add '}}'"))
        }
        let source = String(decoding: bytes[start..<end], as: UTF8.self)
        do {
            parts.append(.expression(try Expression(parsing: source), offset: start))
        } catch {
            throw Failure(offset: start + error.offset, error: error)
        }
        return end + 2
    }

    private static func matches(_ text: StaticString, _ bytes: [UInt8], _ position: Int) -> Bool {
        let wanted = text.description.utf8
        guard position + wanted.count <= bytes.count else { return false }
        return bytes[position..<position + wanted.count].elementsEqual(wanted)
    }
}

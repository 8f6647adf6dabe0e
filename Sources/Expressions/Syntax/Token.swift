/// A word of the source.
struct Token: Sendable {
    enum Kind: UInt8, Sendable {
        case identifier, quotedIdentifier, integer, unsigned, double, string, bytes
        case leftParenthesis, rightParenthesis, leftBracket, rightBracket, leftBrace, rightBrace
        case dot, comma, colon, question, plus, minus, star, slash, percent, not
        case pipe, assign, and, or, equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
        case end
    }

    var kind: Kind
    /// Where it starts and ends in the source, in bytes.
    var start: Int
    var end: Int

    var range: Range<Int> { start..<end }
}

/// The words that are no identifiers.
enum ReservedWords {
    /// Words of the language itself.
    static func isKeyword(_ word: String) -> Bool {
        word == "true" || word == "false" || word == "null" || word == "in"
    }
    /// Words no variable may have, though a field may.
    static let reserved: Set<String> = [
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let",
        "loop", "package", "namespace", "return", "var", "void", "while",
    ]
}

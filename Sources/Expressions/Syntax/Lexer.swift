/// Cuts a source into tokens, in one pass.
struct Lexer {
    private let bytes: [UInt8]
    private let end: Int
    private let hyphenatedFieldsOf: String?
    private let hasFilters: Bool
    private var position: Int
    private var tokens: [Token] = []

    private init(_ bytes: [UInt8], in range: Range<Int>, dialect: Dialect) {
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
        hyphenatedFieldsOf = dialect.hyphenatedFieldsOf
        hasFilters = dialect == .template
        // Four bytes make a word, more or less.
        tokens.reserveCapacity(range.count / 4 + 4)
    }

    /// The words of a part of a text, whose places count from the start of the text.
    static func tokens(
        of bytes: [UInt8], in range: Range<Int>, dialect: Dialect
    ) throws(ExpressionError) -> [Token] {
        var lexer = Lexer(bytes, in: range, dialect: dialect)
        try lexer.run()
        return lexer.tokens
    }

    private mutating func run() throws(ExpressionError) {
        while true {
            try skipBlanks()
            guard position < end else { break }
            try next()
        }
        tokens.append(Token(kind: .end, start: end, end: end))
    }

    private mutating func skipBlanks() throws(ExpressionError) {
        while position < end {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0C, 0x0D: position += 1
            case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "/"):
                // In Jinja it divides: taking it for a comment would drop the rest in silence.
                guard !hasFilters else {
                    throw unexpected("//", suggestion: "write '/', which divides integers whole")
                }
                while position < end, bytes[position] != 0x0A { position += 1 }
            default: return
            }
        }
    }

    private func byte(_ ahead: Int) -> UInt8? {
        position + ahead < end ? bytes[position + ahead] : nil
    }

    private mutating func next() throws(ExpressionError) {
        let first = bytes[position]
        if isLetter(first) {
            if try stringWithPrefix() { return }
            identifier()
            return
        }
        if isDigit(first) || startsFraction(first) {
            try number()
            return
        }
        switch first {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): try string(prefix: 0, raw: false, kind: .string)
        case UInt8(ascii: "`"): try quotedIdentifier()
        default: try symbol(first)
        }
    }

    /// Whether a dot starts a number such as `.5`, and is not the dot of a wrong `tasks.5`.
    private func startsFraction(_ first: UInt8) -> Bool {
        guard first == UInt8(ascii: "."), byte(1).map(isDigit) == true else { return false }
        switch tokens.last?.kind {
        case .identifier, .rightParenthesis, .rightBracket, .rightBrace:
            return tokens.last?.end != position
        default: return true
        }
    }

    private mutating func add(_ kind: Token.Kind, _ length: Int) {
        tokens.append(Token(kind: kind, start: position, end: position + length))
        position += length
    }
}

// MARK: - Names and numbers

extension Lexer {
    private func isLetter(_ byte: UInt8) -> Bool {
        byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")
            || byte == UInt8(ascii: "_")
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    private func isHexDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "f")
    }

    private mutating func identifier() {
        let hyphens = isHyphenatedField
        var length = 1
        while let next = byte(length) {
            if isLetter(next) || isDigit(next) {
                length += 1
            } else if hyphens, next == UInt8(ascii: "-"),
                let after = byte(length + 1), isLetter(after) || isDigit(after)
            {
                length += 1
            } else {
                break
            }
        }
        add(.identifier, length)
    }

    /// Whether the tokens before are the variable whose fields may have hyphens, and a dot.
    ///
    /// Task ids are names of Kubernetes, so `tasks.run-tests` must be one task and no subtraction.
    private var isHyphenatedField: Bool {
        guard let variable = hyphenatedFieldsOf else { return false }
        var index = tokens.count - 1
        if index >= 0, tokens[index].kind == .question { index -= 1 }
        guard index >= 1, tokens[index].kind == .dot, tokens[index - 1].kind == .identifier,
            bytes[tokens[index - 1].range].elementsEqual(variable.utf8)
        else { return false }
        return index < 2 || tokens[index - 2].kind != .dot
    }

    private mutating func quotedIdentifier() throws(ExpressionError) {
        var length = 1
        while let next = byte(length), next != UInt8(ascii: "`"), next != 0x0A { length += 1 }
        guard byte(length) == UInt8(ascii: "`"), length > 1 else {
            throw ExpressionError("the name that starts here is not closed with '`'", at: position)
        }
        add(.quotedIdentifier, length + 1)
    }

    private mutating func number() throws(ExpressionError) {
        var length = 0
        var kind = Token.Kind.integer
        if bytes[position] == UInt8(ascii: "0"), byte(1).map({ $0 | 0x20 }) == UInt8(ascii: "x") {
            length = 2
            while let next = byte(length), isHexDigit(next) { length += 1 }
            guard length > 2 else {
                throw ExpressionError("expected hexadecimal digits after '0x'", at: position)
            }
        } else {
            while let next = byte(length), isDigit(next) { length += 1 }
            if byte(length) == UInt8(ascii: "."), byte(length + 1).map(isDigit) == true {
                kind = .double
                length += 1
                while let next = byte(length), isDigit(next) { length += 1 }
            }
            let exponent = exponentLength(at: length)
            if exponent > 0 { kind = .double }
            length += exponent
        }
        if kind == .integer, byte(length).map({ $0 | 0x20 }) == UInt8(ascii: "u") {
            kind = .unsigned
            length += 1
        }
        if let next = byte(length), isLetter(next) || isDigit(next) {
            throw ExpressionError(
                "unexpected '\(Character(UnicodeScalar(next)))' right after a number",
                at: position + length)
        }
        add(kind, length)
    }

    private func exponentLength(at start: Int) -> Int {
        guard byte(start).map({ $0 | 0x20 }) == UInt8(ascii: "e") else { return 0 }
        var length = 1
        if let sign = byte(start + 1), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
            length = 2
        }
        guard byte(start + length).map(isDigit) == true else { return 0 }
        while let next = byte(start + length), isDigit(next) { length += 1 }
        return length
    }
}

// MARK: - Strings

extension Lexer {
    /// Reads a string with `r` or `b` in front; false where it is a name.
    private mutating func stringWithPrefix() throws(ExpressionError) -> Bool {
        var length = 0
        var raw = false
        var kind = Token.Kind.string
        while length < 2, let next = byte(length) {
            if next | 0x20 == UInt8(ascii: "r"), !raw {
                raw = true
            } else if next | 0x20 == UInt8(ascii: "b"), kind == .string {
                kind = .bytes
            } else {
                break
            }
            length += 1
        }
        guard let quote = byte(length), quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'")
        else { return false }
        try string(prefix: length, raw: raw, kind: kind)
        return true
    }

    private mutating func string(
        prefix: Int, raw: Bool, kind: Token.Kind
    ) throws(ExpressionError) {
        let quote = bytes[position + prefix]
        let triple = byte(prefix + 1) == quote && byte(prefix + 2) == quote
        let quotes = triple ? 3 : 1
        var length = prefix + quotes
        while let next = byte(length) {
            if next == quote,
                !triple || byte(length + 1) == quote && byte(length + 2) == quote
            {
                add(kind, length + quotes)
                return
            }
            if !triple, next == 0x0A || next == 0x0D { break }
            length += next == UInt8(ascii: "\\") && !raw ? 2 : 1
        }
        throw ExpressionError(
            "the string that starts here is not closed", at: position,
            suggestion:
                "close it with \(String(repeating: triple ? quoteText(quote) : "", count: 2))"
                + quoteText(quote))
    }

    private func quoteText(_ quote: UInt8) -> String { quote == UInt8(ascii: "'") ? "'" : "\"" }
}

// MARK: - Symbols

extension Lexer {
    private mutating func symbol(_ first: UInt8) throws(ExpressionError) {
        let second = byte(1)
        let equals = second == UInt8(ascii: "=")
        switch first {
        case UInt8(ascii: "("): add(.leftParenthesis, 1)
        case UInt8(ascii: ")"): add(.rightParenthesis, 1)
        case UInt8(ascii: "["): add(.leftBracket, 1)
        case UInt8(ascii: "]"): add(.rightBracket, 1)
        case UInt8(ascii: "{"): add(.leftBrace, 1)
        case UInt8(ascii: "}"): add(.rightBrace, 1)
        case UInt8(ascii: "."): add(.dot, 1)
        case UInt8(ascii: ","): add(.comma, 1)
        case UInt8(ascii: ":"): add(.colon, 1)
        case UInt8(ascii: "?"): add(.question, 1)
        case UInt8(ascii: "+"): add(.plus, 1)
        case UInt8(ascii: "-"): add(.minus, 1)
        case UInt8(ascii: "*"): add(.star, 1)
        case UInt8(ascii: "/"): add(.slash, 1)
        case UInt8(ascii: "%"): add(.percent, 1)
        case UInt8(ascii: "!"): add(equals ? .notEqual : .not, equals ? 2 : 1)
        case UInt8(ascii: "<") where second == UInt8(ascii: ">"):
            throw unexpected("<>", suggestion: "write '!=' for 'is not equal to'")
        case UInt8(ascii: "<"): add(equals ? .lessOrEqual : .less, equals ? 2 : 1)
        case UInt8(ascii: ">"): add(equals ? .greaterOrEqual : .greater, equals ? 2 : 1)
        case UInt8(ascii: "=") where equals:
            guard byte(2) != UInt8(ascii: "=") else {
                throw unexpected("===", suggestion: "write '==' to compare")
            }
            add(.equal, 2)
        case UInt8(ascii: "&") where second == first: add(.and, 2)
        case UInt8(ascii: "|") where second == first: add(.or, 2)
        case UInt8(ascii: "|") where hasFilters: add(.pipe, 1)
        case UInt8(ascii: "=") where hasFilters: add(.assign, 1)
        default: throw unknownSymbol(first)
        }
    }

    private func unknownSymbol(_ first: UInt8) -> ExpressionError {
        switch first {
        case UInt8(ascii: "="): unexpected("=", suggestion: "write '==' to compare")
        case UInt8(ascii: "&"): unexpected("&", suggestion: "write '&&' for 'and'")
        case UInt8(ascii: "|"): unexpected("|", suggestion: "write '||' for 'or'")
        case UInt8(ascii: "$"):
            unexpected("$", suggestion: "write the expression itself, without '${{' and '}}'")
        case UInt8(ascii: "~") where hasFilters:
            unexpected("~", suggestion: "write '+' to join texts, with string() around numbers")
        case 0xE2 where byte(1) == 0x80:
            unexpected(scalarHere, suggestion: "use straight quotes, ' or \"")
        default: unexpected(scalarHere, suggestion: nil)
        }
    }

    private var scalarHere: String {
        let end = min(position + 4, end)
        let text = String(decoding: bytes[position..<end], as: UTF8.self)
        guard let scalar = text.unicodeScalars.first else { return "" }
        return scalar.value < 0x20 ? "byte 0x" + String(scalar.value, radix: 16) : String(scalar)
    }

    private func unexpected(_ text: String, suggestion: String?) -> ExpressionError {
        ExpressionError("unexpected '\(text)'", at: position, suggestion: suggestion)
    }
}

/// Turns the token of a string or of bytes into what it stands for.
struct StringLiteral {
    private let bytes: [UInt8]
    private let token: Token
    private let isBytes: Bool
    private var position: Int
    private var content: [UInt8] = []

    /// The bytes a token stands for, which are valid UTF-8 unless the token is one of bytes.
    static func content(
        of token: Token, in bytes: [UInt8]
    ) throws(ExpressionError) -> [UInt8] {
        var literal = StringLiteral(bytes: bytes, token: token)
        return try literal.read()
    }

    private init(bytes: [UInt8], token: Token) {
        self.bytes = bytes
        self.token = token
        isBytes = token.kind == .bytes
        position = token.start
    }

    private mutating func read() throws(ExpressionError) -> [UInt8] {
        var raw = false
        while bytes[position] != UInt8(ascii: "'"), bytes[position] != UInt8(ascii: "\"") {
            if bytes[position] | 0x20 == UInt8(ascii: "r") { raw = true }
            position += 1
        }
        let quote = bytes[position]
        // Two quotes are an empty string; six are an empty one in triple quotes.
        let triple =
            token.end - position >= 6 && bytes[position + 1] == quote
            && bytes[position + 2] == quote
        position += triple ? 3 : 1
        let end = token.end - (triple ? 3 : 1)
        guard !raw else { return Array(bytes[position..<end]) }
        content.reserveCapacity(end - position)
        while position < end {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\\") {
                try escape(end: end)
            } else {
                content.append(byte)
                position += 1
            }
        }
        return content
    }

    private mutating func escape(end: Int) throws(ExpressionError) {
        let start = position
        position += 1
        let letter = bytes[position]
        position += 1
        switch letter {
        case UInt8(ascii: "a"): content.append(0x07)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "v"): content.append(0x0B)
        case UInt8(ascii: "\\"), UInt8(ascii: "?"), UInt8(ascii: "\""), UInt8(ascii: "'"),
            UInt8(ascii: "`"):
            content.append(letter)
        case UInt8(ascii: "x"), UInt8(ascii: "X"):
            try append(number(digits: 2, radix: 16, from: start, end: end), from: start)
        case UInt8(ascii: "u") where !isBytes:
            try append(number(digits: 4, radix: 16, from: start, end: end), from: start)
        case UInt8(ascii: "U") where !isBytes:
            try append(number(digits: 8, radix: 16, from: start, end: end), from: start)
        case UInt8(ascii: "0")...UInt8(ascii: "3"):
            position -= 1
            try append(number(digits: 3, radix: 8, from: start, end: end), from: start)
        default:
            throw ExpressionError(
                "unknown escape in a string", at: start,
                suggestion: "write '\\\\' for a backslash, or r\"…\" for a string without escapes")
        }
    }

    private mutating func number(
        digits: Int, radix: UInt32, from start: Int, end: Int
    ) throws(ExpressionError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<digits {
            guard position < end,
                let digit = Character(UnicodeScalar(bytes[position])).hexDigitValue, digit < radix
            else {
                throw ExpressionError(
                    "expected \(digits) \(radix == 8 ? "octal" : "hexadecimal") digits", at: start)
            }
            value = value &* radix &+ UInt32(digit)
            position += 1
        }
        return value
    }

    private mutating func append(_ value: UInt32, from start: Int) throws(ExpressionError) {
        if isBytes {
            content.append(UInt8(truncatingIfNeeded: value))
            return
        }
        guard let scalar = Unicode.Scalar(value) else {
            throw ExpressionError("no character has this number", at: start)
        }
        content.append(contentsOf: UTF8.encode(scalar).map(Array.init) ?? [])
    }
}

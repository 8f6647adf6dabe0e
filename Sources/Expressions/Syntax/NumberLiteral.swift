/// Turns the token of a number into its value.
enum NumberLiteral {
    static func value(
        of token: Token, negated: Bool, in bytes: [UInt8]
    ) throws(ExpressionError) -> CELValue {
        var text = String(decoding: bytes[token.range], as: UTF8.self)
        if token.kind == .double {
            guard let value = Double(text) else { throw range(text, "a double", token) }
            return .double(negated ? -value : value)
        }
        if token.kind == .unsigned { text.removeLast() }
        let isHexadecimal = text.hasPrefix("0x") || text.hasPrefix("0X")
        let digits = isHexadecimal ? String(text.dropFirst(2)) : text
        guard let magnitude = UInt64(digits, radix: isHexadecimal ? 16 : 10) else {
            throw range(text, "64 bits", token)
        }
        if token.kind == .unsigned { return .uint(magnitude) }
        if negated, magnitude == UInt64(Int64.max) + 1 { return .int(.min) }
        guard let value = Int64(exactly: magnitude) else { throw range(text, "64 bits", token) }
        return .int(negated ? -value : value)
    }

    private static func range(_ text: String, _ type: String, _ token: Token) -> ExpressionError {
        ExpressionError("the number \(text) does not fit \(type)", at: token.start)
    }
}

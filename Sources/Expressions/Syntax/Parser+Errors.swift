extension Parser {
    /// What stands here, as messages name it.
    var found: String { token.kind == .end ? "the end" : "'\(text(token))'" }

    /// The error for a token that starts no value.
    func expectedValue() -> ExpressionError {
        switch token.kind {
        case .end: ExpressionError("expected a value, found the end", at: token.start)
        case .rightParenthesis, .rightBracket, .rightBrace:
            ExpressionError("expected a value, found \(found)", at: token.start)
        default:
            ExpressionError("expected a value, found the operator \(found)", at: token.start)
        }
    }

    /// The error for a token that cannot follow a complete value.
    func unexpectedAfterValue() -> ExpressionError {
        switch token.kind {
        case .rightParenthesis, .rightBracket, .rightBrace:
            return ExpressionError(
                "unexpected \(found): nothing is open that it closes", at: token.start)
        case .assign:
            return ExpressionError(
                "unexpected '='", at: token.start, suggestion: "write '==' to compare")
        case .identifier where dialect == .template && text(token) == "is":
            return ExpressionError(
                "expected an operator or the end, found 'is'", at: token.start,
                suggestion: "write '==' to compare, has(value.name) for 'is defined'")
        case .identifier:
            let suggestion: String? =
                switch text(token).lowercased() {
                case "and": "write '&&' for 'and'"
                case "or": "write '||' for 'or'"
                case "is", "eq", "equals": "write '==' to compare"
                case "if", "else": "write 'condition ? value : other'"
                case "not": "write '!(value in list)' for 'value not in list'"
                default: nil
                }
            return ExpressionError(
                "expected an operator or the end, found \(found)", at: token.start,
                suggestion: suggestion)
        default:
            return ExpressionError(
                "expected an operator or the end, found \(found)", at: token.start)
        }
    }
}

internal import Values

extension Evaluator {
    mutating func encode(
        _ function: Function, _ value: CELValue, at node: NodeIndex
    ) throws(EvaluationError) -> CELValue? {
        switch (function, value) {
        case (.base64Encode, .bytes(let bytes)):
            try checkString(bytes: bytes.count / 3 * 4 + 4, at: node)
            return .string(Base64.encode(bytes))
        case (.base64Decode, .string(let text)):
            try charge(units: text.utf8.count, at: node)
            guard let bytes = Base64.decode(text) else {
                throw error(.invalidArgument, "the text is no base64", at: node)
            }
            return .bytes(bytes)
        case (.jsonEncode, _):
            let text = try JSONConversion.json(of: value, at: tree.offset(node)).text
            try checkString(bytes: text.utf8.count, at: node)
            return .string(text)
        case (.jsonDecode, .string(let text)):
            try charge(units: text.utf8.count * 4, at: node)
            do {
                return CELValue(try JSON(parsing: text))
            } catch {
                throw self.error(.invalidArgument, "the text is no JSON: \(error)", at: node)
            }
        default: return nil
        }
    }
}

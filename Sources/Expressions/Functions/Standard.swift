extension Evaluator {
    /// `size` and the searches in a text.
    mutating func inspect(
        _ function: Function, _ arguments: [CELValue], at node: NodeIndex
    ) throws(EvaluationError) -> CELValue? {
        if function == .size { return try size(arguments[0], at: node) }
        guard case .string(let text) = arguments[0], case .string(let part) = arguments[1] else {
            return nil
        }
        try charge(units: part.utf8.count, at: node)
        switch function {
        case .startsWith: return .bool(text.utf8.starts(with: part.utf8))
        case .endsWith:
            guard text.utf8.count >= part.utf8.count else { return .bool(false) }
            return .bool(text.utf8.suffix(part.utf8.count).elementsEqual(part.utf8))
        case .contains:
            try charge(units: text.utf8.count, at: node)
            return .bool(Search.first(Array(part.utf8), in: Array(text.utf8), from: 0) != nil)
        default: return nil
        }
    }

    private mutating func size(
        _ value: CELValue, at node: NodeIndex
    ) throws(EvaluationError) -> CELValue? {
        switch value {
        case .string(let text):
            try charge(units: text.utf8.count, at: node)
            return .int(Int64(text.unicodeScalars.count))
        case .bytes(let bytes): return .int(Int64(bytes.count))
        case .list(let list): return .int(Int64(list.count))
        case .map(let map): return .int(Int64(map.count))
        default: return nil
        }
    }
}

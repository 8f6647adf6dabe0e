extension Evaluator {
    /// The most keys that an error names.
    private static let keysInError = 10

    mutating func select(
        _ value: CELValue, _ name: String, at node: NodeIndex
    ) throws(EvaluationError) -> CELValue {
        try charge(units: name.utf8.count, at: node)
        switch value {
        case .map(let map):
            guard let member = map[name] else { throw noSuchKey(.string(name), map, at: node) }
            return member
        case .optional: return try optionalSelect(value, name, at: node)
        default:
            throw error(
                .noSuchOverload,
                "a value of type \(value.type.name) has no fields, so no '\(name)'", at: node)
        }
    }

    mutating func optionalSelect(
        _ value: CELValue, _ name: String, at node: NodeIndex
    ) throws(EvaluationError) -> CELValue {
        try charge(units: name.utf8.count, at: node)
        switch value {
        case .map(let map): return .optional(map[name])
        case .optional(nil): return value
        case .optional(.map(let map)?): return .optional(map[name])
        case .optional(let inner?):
            throw error(
                .noSuchOverload,
                "a value of type \(inner.type.name) has no fields, so no '\(name)'", at: node)
        default:
            throw error(
                .noSuchOverload,
                "a value of type \(value.type.name) has no fields, so no '\(name)'", at: node)
        }
    }

    mutating func has(
        _ value: CELValue, _ name: String, at node: NodeIndex
    ) throws(EvaluationError) -> Bool {
        guard case .optional(let member) = try optionalSelect(value, name, at: node) else {
            return false
        }
        return member != nil
    }

    mutating func index(
        _ value: CELValue, _ key: CELValue, at node: NodeIndex
    ) throws(EvaluationError) -> CELValue {
        try charge(units: key.lookupUnits, at: node)
        switch value {
        case .map(let map):
            guard let member = map[key] else { throw noSuchKey(key, map, at: node) }
            return member
        case .list(let list):
            let position = try position(key, at: node)
            guard position >= 0, position < list.count else {
                throw error(
                    .indexOutOfRange, "no element \(position) in a list of \(list.count)", at: node)
            }
            return list[Int(position)]
        case .optional: return try optionalIndex(value, key, at: node)
        default: throw noOverload("[]", [value, key], at: node)
        }
    }

    mutating func optionalIndex(
        _ value: CELValue, _ key: CELValue, at node: NodeIndex
    ) throws(EvaluationError) -> CELValue {
        try charge(units: key.lookupUnits, at: node)
        switch value {
        case .optional(nil): return value
        case .map(let map), .optional(.map(let map)?): return .optional(map[key])
        case .list(let list), .optional(.list(let list)?):
            let position = try position(key, at: node)
            guard position >= 0, position < list.count else { return .optional(nil) }
            return .optional(list[Int(position)])
        default: throw noOverload("[?]", [value, key], at: node)
        }
    }

    private func position(_ key: CELValue, at node: NodeIndex) throws(EvaluationError) -> Int64 {
        switch key {
        case .int(let position): return position
        case .uint(let position): return Int64(clamping: position)
        case .double(let number):
            if let position = Int64(exactly: number) { return position }
            throw error(
                .invalidArgument, "\(DoubleText.text(number)) is no index of a list", at: node)
        default:
            throw error(
                .noSuchOverload, "a value of type \(key.type.name) is no index of a list", at: node)
        }
    }

    private func noSuchKey(
        _ key: CELValue, _ map: CELMap, at node: NodeIndex
    ) -> EvaluationError {
        let shown = (0..<min(map.count, Evaluator.keysInError)).map {
            ValueText.short(map.key(at: $0))
        }
        let more = map.count > shown.count ? ", … \(map.count - shown.count) more" : ""
        let keys =
            shown.isEmpty ? "the map is empty" : "keys: \(shown.joined(separator: ", "))\(more)"
        return error(.noSuchKey, "no such key: \(ValueText.short(key)) (\(keys))", at: node)
    }
}

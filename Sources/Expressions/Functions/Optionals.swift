extension Evaluator {
    mutating func optional(
        _ function: Function, _ arguments: [CELValue], at node: NodeIndex
    ) throws(EvaluationError) -> CELValue? {
        switch (function, arguments.first) {
        case (.optionalNone, _): return .optional(nil)
        case (.optionalOf, let value?): return .optional(value)
        case (.optionalOfNonZeroValue, let value?): return .optional(value.isZero ? nil : value)
        case (.hasValue, .optional(let value)?): return .bool(value != nil)
        case (.value, .optional(let value)?):
            guard let value else { throw error(.noValue, "the optional holds no value", at: node) }
            return value
        case (.optionalUnwrap, .list(let list)?):
            try charge(list.count, at: node)
            var values: [CELValue] = []
            for element in list.values {
                guard case .optional(let value) = element else { return nil }
                if let value { values.append(value) }
            }
            return .list(CELList(values))
        default: return nil
        }
    }

    /// Evaluates `a.or(b)` or `a.orValue(b)`, where `b` only counts when `a` holds nothing.
    mutating func alternative(
        _ function: Function, _ operands: ChildRange, at node: NodeIndex
    ) throws(EvaluationError) -> CELValue {
        let first = try evaluate(tree.children[Int(operands.start)])
        guard case .optional(let value) = first else {
            throw noOverload(function == .or ? "or" : "orValue", [first], at: node)
        }
        if let value { return function == .or ? first : value }
        let second = try evaluate(tree.children[Int(operands.start) + 1])
        if function == .or {
            guard case .optional = second else { throw noOverload("or", [second], at: node) }
        }
        return second
    }
}

extension CELValue {
    /// Whether the value is the empty or zero one of its type.
    var isZero: Bool {
        switch self {
        case .null: true
        case .bool(let flag): !flag
        case .int(let number): number == 0
        case .uint(let number): number == 0
        case .double(let number): number == 0
        case .string(let text): text.isEmpty
        case .bytes(let bytes): bytes.isEmpty
        case .list(let list): list.count == 0
        case .map(let map): map.count == 0
        case .timestamp(let moment): moment.seconds == 0 && moment.nanoseconds == 0
        case .duration(let nanoseconds): nanoseconds == 0
        case .type: false
        case .optional(let value): value == nil
        }
    }
}

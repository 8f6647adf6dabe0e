extension CELValue: Equatable {
    /// Whether two values are equal as `==` in an expression says.
    ///
    /// Numbers are compared by value across types, texts by their bytes, maps without regard to order;
    /// values of other different kinds differ, and NaN differs from itself.
    public static func == (first: CELValue, second: CELValue) -> Bool {
        var budget = Int.max
        return first.isEqual(to: second, budget: &budget) ?? false
    }

    /// Whether two values are equal; nil where finding out would take more steps than the budget.
    ///
    /// A loop with a stack: values that share parts can be far larger than the memory they take.
    func isEqual(to other: CELValue, budget: inout Int) -> Bool? {
        if let answer = scalarEquality(with: other, budget: &budget) { return answer }
        var pending: [(CELValue, CELValue)] = [(self, other)]
        while let (first, second) = pending.popLast() {
            budget -= 1
            guard budget > 0 else { return nil }
            if let answer = first.scalarEquality(with: second, budget: &budget) {
                guard answer else { return false }
                continue
            }
            let mayBeEqual = CELValue.push(first, second, onto: &pending, budget: &budget)
            guard let mayBeEqual else { return nil }
            guard mayBeEqual else { return false }
        }
        return true
    }

    /// Puts the pairs that two containers' equality depends on; false where they differ already, and
    /// nil where there are more than the budget pays for.
    private static func push(
        _ first: CELValue, _ second: CELValue, onto pending: inout [(CELValue, CELValue)],
        budget: inout Int
    ) -> Bool? {
        switch (first, second) {
        case (.list(let first), .list(let second)):
            guard first.count == second.count else { return false }
            budget -= first.count / Limits.unitsPerStep
            guard budget > 0 else { return nil }
            for index in 0..<first.count { pending.append((first[index], second[index])) }
            return true
        case (.map(let first), .map(let second)):
            guard first.count == second.count else { return false }
            for index in 0..<first.count {
                let key = first.key(at: index)
                budget -= 1 + key.lookupUnits / Limits.unitsPerStep
                guard budget > 0 else { return nil }
                guard let value = second[key] else { return false }
                pending.append((first.value(at: index), value))
            }
            return true
        case (.optional(let first?), .optional(let second?)):
            pending.append((first, second))
            return true
        default: return false
        }
    }

    /// The answer for two values that are not both containers of one kind.
    @inline(__always)
    private func scalarEquality(with other: CELValue, budget: inout Int) -> Bool? {
        switch (self, other) {
        case (.string(let first), .string(let second)):
            budget -= first.utf8.count / Limits.unitsPerStep
            guard budget >= 0 else { return false }
            return first.hasSameBytes(as: second)
        case (.int(let first), .int(let second)): return first == second
        case (.bool(let first), .bool(let second)): return first == second
        case (.null, .null): return true
        case (.bytes(let first), .bytes(let second)):
            budget -= first.count / Limits.unitsPerStep
            guard budget >= 0 else { return false }
            return first == second
        case (.timestamp(let first), .timestamp(let second)): return first == second
        case (.duration(let first), .duration(let second)): return first == second
        case (.type(let first), .type(let second)): return first == second
        case (.list, .list), (.map, .map): return nil
        case (.optional(nil), .optional(nil)): return true
        case (.optional(_?), .optional(_?)): return nil
        default:
            guard let order = numericOrder(to: other) else { return false }
            return order == .equal
        }
    }
}

extension CELValue {
    /// How many bytes are gone through to find a value as a key, or to compare it with another.
    @inline(__always)
    var lookupUnits: Int {
        switch self {
        case .string(let text): text.utf8.count
        case .bytes(let bytes): bytes.count
        default: 0
        }
    }
}

extension String {
    /// Whether the bytes are the same, which is stricter than Swift's equality of texts.
    @inline(__always)
    func hasSameBytes(as other: String) -> Bool {
        utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8)
    }
}

/// How two values stand to each other.
enum Ordering {
    case less, equal, greater
    /// One is not a number.
    case unordered

    init<Value: Comparable>(_ first: Value, _ second: Value) {
        self =
            first < second
            ? .less : first > second ? .greater : first == second ? .equal : .unordered
    }

    var reversed: Ordering {
        switch self {
        case .less: .greater
        case .greater: .less
        default: self
        }
    }
}

extension CELValue {
    /// The order of two values; nil where the language orders no such kinds.
    func order(to other: CELValue) -> Ordering? {
        switch (self, other) {
        case (.int(let first), .int(let second)): Ordering(first, second)
        case (.double(let first), .double(let second)): Ordering(first, second)
        case (.string(let first), .string(let second)): first.orderOfBytes(to: second)
        case (.bytes(let first), .bytes(let second)):
            first == second ? .equal : first.lexicographicallyPrecedes(second) ? .less : .greater
        case (.bool(let first), .bool(let second)): Ordering(first ? 1 : 0, second ? 1 : 0)
        case (.timestamp(let first), .timestamp(let second)): Ordering(first, second)
        case (.duration(let first), .duration(let second)): Ordering(first, second)
        default: numericOrder(to: other)
        }
    }

    /// The order of two numbers of any types; nil where one is no number.
    ///
    /// An integer is compared with a double as the double nearest to it, as the conformance suite asks.
    func numericOrder(to other: CELValue) -> Ordering? {
        switch (self, other) {
        case (.int(let first), .int(let second)): Ordering(first, second)
        case (.uint(let first), .uint(let second)): Ordering(first, second)
        case (.double(let first), .double(let second)): Ordering(first, second)
        case (.int(let first), .uint(let second)):
            first < 0 ? .less : Ordering(UInt64(first), second)
        case (.uint, .int): other.numericOrder(to: self)?.reversed
        case (.double(let first), .int(let second)): Ordering(first, Double(second))
        case (.double(let first), .uint(let second)): Ordering(first, Double(second))
        case (.int, .double), (.uint, .double): other.numericOrder(to: self)?.reversed
        default: nil
        }
    }
}

extension String {
    /// The order by bytes, which in UTF-8 is the order by Unicode scalars.
    func orderOfBytes(to other: String) -> Ordering {
        if hasSameBytes(as: other) { return .equal }
        return utf8.lexicographicallyPrecedes(other.utf8) ? .less : .greater
    }
}

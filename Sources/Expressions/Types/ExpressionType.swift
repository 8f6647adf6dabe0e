/// What is known of the values an expression can have, before anything is evaluated.
///
/// Nothing is promised beyond what is known: ``dyn`` is any value, and a union is a value of one of
/// its types. A check against types finds what cannot work with any of them.
public indirect enum ExpressionType: Sendable, Hashable {
    /// Any value.
    case dyn
    /// The value `null`.
    case null
    /// A truth value.
    case bool
    /// A signed integer.
    case int
    /// An unsigned integer.
    case uint
    /// A floating-point number.
    case double
    /// A text.
    case string
    /// A string of bytes.
    case bytes
    /// A moment.
    case timestamp
    /// A span of time.
    case duration
    /// The type of a value.
    case type
    /// A list of elements of one type.
    case list(ExpressionType)
    /// A map with keys and values of one type each.
    case map(key: ExpressionType, value: ExpressionType)
    /// A map with known names.
    case object(ObjectType)
    /// A value that may be absent.
    case optional(ExpressionType)
    /// A value of one of several types; ``union(of:)`` makes it.
    case union([ExpressionType])

    /// A number as JSON has it: an integer, or a floating-point number.
    public static let number = ExpressionType.union([.int, .double])

    /// A map of texts to anything.
    public static let anyObject = ExpressionType.object(ObjectType([:], isOpen: true))

    /// A map with known names.
    public struct ObjectType: Sendable, Hashable {
        /// The names that are known, and the types of their values.
        public var fields: [String: ExpressionType]
        /// Whether there may be other names.
        public var isOpen: Bool

        /// Makes the type of a map with known names.
        public init(_ fields: [String: ExpressionType], isOpen: Bool = false) {
            self.fields = fields
            self.isOpen = isOpen
        }
    }

    /// A map with these names and no others.
    public static func fields(_ fields: [String: ExpressionType]) -> ExpressionType {
        .object(ObjectType(fields))
    }

    /// The most types of one union; of more, nothing is known any longer.
    private static let maximumAlternatives = 8

    /// A value of one of several types; any value, where telling them apart takes too long.
    public static func union(of types: [ExpressionType]) -> ExpressionType {
        if types.count == 1, !types[0].isUnion { return types[0] }
        var budget = Limits.typeComparisons
        var alternatives: [ExpressionType] = []
        for type in types.flatMap(\.alternatives) {
            var isKnown = false
            for other in alternatives where !isKnown {
                guard let answer = type.isSame(as: other, 0, &budget) else { return .dyn }
                isKnown = answer
            }
            if isKnown { continue }
            if case .dyn = type { return .dyn }
            guard alternatives.count < maximumAlternatives else { return .dyn }
            alternatives.append(type)
        }
        return alternatives.count == 1 ? alternatives[0] : .union(alternatives)
    }

    /// Whether two types are the same; nil where finding out takes more than the budget.
    ///
    /// Types share parts, as values do, so one can be exponentially larger than the memory it takes.
    /// Recurses no deeper than `Limits.typeDepth`.
    private func isSame(as other: ExpressionType, _ depth: Int, _ budget: inout Int) -> Bool? {
        budget -= 1
        guard budget >= 0, depth < Limits.typeDepth else { return nil }
        switch (self, other) {
        case (.list(let first), .list(let second)), (.optional(let first), .optional(let second)):
            return first.isSame(as: second, depth + 1, &budget)
        case (.map(let key, let value), .map(let otherKey, let otherValue)):
            guard let answer = key.isSame(as: otherKey, depth + 1, &budget) else { return nil }
            return answer ? value.isSame(as: otherValue, depth + 1, &budget) : false
        case (.object(let first), .object(let second)):
            guard first.isOpen == second.isOpen, first.fields.count == second.fields.count else {
                return false
            }
            return ExpressionType.areSame(first.fields, second.fields, depth, &budget)
        case (.union(let first), .union(let second)):
            guard first.count == second.count else { return false }
            for (type, other) in zip(first, second) {
                guard let answer = type.isSame(as: other, depth + 1, &budget) else { return nil }
                if !answer { return false }
            }
            return true
        case (.list, _), (.optional, _), (.map, _), (.object, _), (.union, _): return false
        // What is left has no parts.
        default: return self == other
        }
    }

    private static func areSame(
        _ first: [String: ExpressionType], _ second: [String: ExpressionType], _ depth: Int,
        _ budget: inout Int
    ) -> Bool? {
        for (name, type) in first.sorted(by: { $0.key < $1.key }) {
            guard let other = second[name] else { return false }
            guard let answer = type.isSame(as: other, depth + 1, &budget) else { return nil }
            if !answer { return false }
        }
        return true
    }

    /// The types a value of this one can be of, none of them a union.
    var alternatives: [ExpressionType] {
        if case .union(let types) = self { return types }
        return [self]
    }

    private var isUnion: Bool {
        if case .union = self { return true }
        return false
    }

    /// Whether it is a list or a map.
    var isContainer: Bool {
        switch self {
        case .list, .map, .object: true
        default: false
        }
    }

    /// Whether nothing is known.
    var isDynamic: Bool {
        switch self {
        case .dyn: true
        case .union(let types): types.isEmpty
        default: false
        }
    }
}

extension ExpressionType: CustomStringConvertible {
    /// The name as messages show it.
    public var description: String {
        switch self {
        case .dyn: "any value"
        case .null: "null"
        case .bool: "bool"
        case .int: "int"
        case .uint: "uint"
        case .double: "double"
        case .string: "string"
        case .bytes: "bytes"
        case .timestamp: "timestamp"
        case .duration: "duration"
        case .type: "type"
        case .list: "list"
        case .map, .object: "map"
        case .optional: "optional"
        case .union(let types): ExpressionType.names(types)
        }
    }

    private static func names(_ types: [ExpressionType]) -> String {
        var names: [String] = []
        for type in types where !names.contains(type.description) {
            names.append(type.description)
        }
        return names.joined(separator: " or ")
    }
}

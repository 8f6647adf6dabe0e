import Expressions
import Schemas
import Values

extension ExpressionType {
    /// The type of values of a declared kind.
    init(_ kind: ValueKind) {
        switch kind {
        case .string: self = .string
        case .integer: self = .int
        case .number: self = .number
        case .boolean: self = .bool
        case .array: self = .list(.dyn)
        case .object: self = .map(key: .string, value: .dyn)
        case .any: self = .dyn
        }
    }

    /// The type of a declared input: `null` is a value of those that need not be given.
    init(_ input: InputDefinition) {
        var type = ExpressionType(input.kind)
        if let schema = input.constraints, schema.describesMembers {
            type = ExpressionType(jsonSchema: schema.json)
        }
        let isGiven = input.isRequired || input.defaultValue.map { !$0.isNull } == true
        self = isGiven || type == .dyn ? type : .union(of: [type, .null])
    }

    /// The type of a value that is written out, whose strings may be expressions.
    init(constant value: JSON) {
        switch value {
        case .string(let text):
            self = TemplateText.shape(of: text) == .expression ? .dyn : .string
        case .array(let elements):
            let known = elements.prefix(ExpressionType.maximumElements)
            let types = known.map { element -> ExpressionType in
                switch element {
                case .array, .object: .dyn
                default: ExpressionType(constant: element)
                }
            }
            let isKnown = !elements.isEmpty && elements.count == known.count
            self = .list(isKnown ? .union(of: types) : .dyn)
        case .object: self = .map(key: .string, value: .dyn)
        default: self = ExpressionType(of: CELValue(value))
        }
    }

    /// How many elements of a list that is written out are looked at.
    private static let maximumElements = 64

    /// The type of an element that a loop over values of this type sees; nil where it cannot go
    /// through them.
    var element: ExpressionType? {
        switch self {
        case .dyn, .optional: .dyn
        case .list(let element): element
        case .int, .uint, .double: .int
        case .union(let types):
            types.isEmpty || types.contains { $0.element != nil } ? .dyn : nil
        default: nil
        }
    }

    /// Whether a value of this type can be one of those of a schema.
    func fits(_ expected: [Schema.ValueType]) -> Bool {
        switch self {
        case .dyn, .optional, .type: true
        case .null: false
        case .bool: expected.contains(.boolean)
        case .int, .uint, .double: expected.contains(.integer) || expected.contains(.number)
        case .string, .bytes, .timestamp, .duration: expected.contains(.string)
        case .list: expected.contains(.array)
        case .map, .object: expected.contains(.object)
        case .union(let types): types.isEmpty || types.contains { $0.fits(expected) }
        }
    }

    /// Whether a value written out can be one of this type, as far as that is known.
    func mayBe(_ value: JSON) -> Bool {
        switch (self, value) {
        case (.union(let types), _): types.isEmpty || types.contains { $0.mayBe(value) }
        case (.null, .null), (.bool, .bool), (.list, .array), (.map, .object), (.object, .object):
            true
        case (.int, .integer), (.uint, .integer), (.double, .integer), (.int, .double),
            (.uint, .double), (.double, .double):
            true
        case (.string, .string), (.bytes, .string), (.timestamp, .string), (.duration, .string):
            true
        case (.null, _), (.bool, _), (.list, _), (.map, _), (.object, _), (.int, _), (.uint, _),
            (.double, _), (.string, _), (.bytes, _), (.timestamp, _), (.duration, _):
            false
        default: true
        }
    }

    /// The type with its article, in the words of manifests.
    var phrase: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .int, .uint: "an integer"
        case .double: "a number"
        case .list: "an array"
        case .map, .object: "an object"
        case .dyn: "any value"
        case .union(let types): types.map(\.phrase).joined(separator: " or ")
        default: "a \(description)"
        }
    }
}

extension Schema {
    /// The types that a schema allows at a path, or nil where it does not say.
    func types(at path: JSONPath) -> [ValueType]? {
        var current = self
        for component in path.components {
            switch component {
            case .index:
                guard let items = current.items else { return nil }
                current = items
            case .key(let name):
                if let property = current.properties[name] {
                    current = property
                } else if case .schema(let value)? = current.additionalProperties {
                    current = value
                } else {
                    return nil
                }
            }
        }
        if let type = current.type { return [type] }
        if current.isIntOrString { return [.integer, .string] }
        let types = current.anyOf.compactMap(\.type)
        return types.isEmpty || types.count < current.anyOf.count ? nil : types
    }

    /// Whether the schema says something of the members or elements of its values.
    var describesMembers: Bool { !properties.isEmpty || items != nil }
}

extension Schema.ValueType {
    /// The type with its article.
    var phrase: String {
        switch self {
        case .object, .array, .integer: "an \(rawValue)"
        case .string, .number, .boolean: "a \(rawValue)"
        }
    }
}

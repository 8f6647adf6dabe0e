public import Values

/// The kinds of values that inputs and outputs declare.
public enum ValueKind: String, Sendable, Hashable, CaseIterable {
    case string, integer, number, boolean, array, object, any

    /// Reads the name of a kind; `int` and `float` are other names of `integer` and `number`.
    public init?(name: String) {
        switch name {
        case "int": self = .integer
        case "float": self = .number
        default: self.init(rawValue: name)
        }
    }

    /// Whether a value is of the kind; a whole number is an integer however it is written.
    public func contains(_ value: JSON) -> Bool {
        switch self {
        case .string: value.stringValue != nil
        case .integer: value.integerValue != nil
        case .number: value.doubleValue != nil
        case .boolean: value.boolValue != nil
        case .array: value.arrayValue != nil
        case .object: value.objectValue != nil
        case .any: true
        }
    }

    /// The kind with its article: `an integer`.
    public var phrase: String {
        switch self {
        case .string, .number, .boolean: "a \(rawValue)"
        case .integer, .array, .object: "an \(rawValue)"
        case .any: "any value"
        }
    }
}

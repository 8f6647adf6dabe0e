public import Schemas
public import Values

/// A value that a run is started with, as it is declared.
public struct InputDefinition: Sendable, Hashable {
    /// The name.
    public var name: String
    /// The kind of value.
    public var kind: ValueKind
    /// Whether a run must be given it.
    public var isRequired: Bool
    /// The value where a run is not given one.
    public var defaultValue: JSON?
    /// What the value is for.
    public var description: String?
    /// What the value must satisfy besides its kind, if anything.
    public var constraints: Schema?

    /// Makes an input.
    public init(
        name: String, kind: ValueKind = .any, isRequired: Bool = false, defaultValue: JSON? = nil,
        description: String? = nil, constraints: Schema? = nil
    ) {
        self.name = name
        self.kind = kind
        self.isRequired = isRequired
        self.defaultValue = defaultValue
        self.description = description
        self.constraints = constraints
    }

    /// What a value of the right kind does not satisfy.
    ///
    /// As in any JSON schema, members that it does not describe are allowed unless it says not.
    func violations(of value: JSON, at path: JSONPath) -> [SchemaViolation] {
        constraints?.validate(value, at: path, unknownFields: .ignored) ?? []
    }
}

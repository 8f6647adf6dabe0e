public import Values

/// An OpenAPI v3 structural schema, as custom resource definitions carry it.
///
/// The subset is that of Kubernetes' `JSONSchemaProps`; keywords that are only carried along, such
/// as `x-kubernetes-validations`, are in ``extensions``. A schema is a value: build one in code with
/// the constructors in `Schema+Builders.swift`, or read one with ``init(json:)``.
///
/// Source: Kubernetes API conventions, "Specifying a structural schema".
public struct Schema: Sendable, Hashable {
    /// The kinds of values a schema may ask for.
    public enum ValueType: String, Sendable, Hashable, CaseIterable {
        case object, array, string, integer, number, boolean
    }

    /// How server-side apply merges a list.
    public enum ListType: String, Sendable, Hashable, CaseIterable {
        case atomic, set, map
    }

    /// What an object may hold besides its properties.
    public indirect enum AdditionalProperties: Sendable, Hashable {
        /// Anything at all.
        case any
        /// Nothing.
        case forbidden
        /// Members that satisfy one schema.
        case schema(Schema)
    }

    /// The kind of value; nil leaves it open.
    public var type: ValueType?
    /// A short title.
    public var title: String?
    /// What the value is for, as `kubectl explain` prints it.
    public var description: String?
    /// A named format, such as `date-time`.
    public var format: String?
    /// The value of an absent member.
    public var defaultValue: JSON?
    /// Whether `null` is a value as well.
    public var isNullable = false
    /// The values allowed; nil allows any.
    public var allowedValues: [JSON]?

    /// The members of an object that have names of their own.
    public var properties: [String: Schema] = [:]
    /// The names of members that must be there.
    public var required: [String] = []
    /// The members of an object beside ``properties``; nil means none are known.
    public var additionalProperties: AdditionalProperties?
    /// The least number of members.
    public var minimumProperties: Int?
    /// The greatest number of members.
    public var maximumProperties: Int?

    /// The least number of elements.
    public var minimumItems: Int?
    /// The greatest number of elements.
    public var maximumItems: Int?
    /// Whether elements must differ.
    public var hasUniqueItems = false

    /// The least number of Unicode scalars.
    public var minimumLength: Int?
    /// The greatest number of Unicode scalars.
    public var maximumLength: Int?
    /// A regular expression that the text must hold a match of.
    public var pattern: String?

    /// The least number.
    public var minimum: Double?
    /// The greatest number.
    public var maximum: Double?
    /// Whether the least number itself is refused.
    public var isMinimumExclusive = false
    /// Whether the greatest number itself is refused.
    public var isMaximumExclusive = false
    /// A number the value must be a multiple of.
    public var multipleOf: Double?

    /// Schemas of which all must hold.
    public var allOf: [Schema] = []
    /// Schemas of which at least one must hold.
    public var anyOf: [Schema] = []
    /// Schemas of which exactly one must hold.
    public var oneOf: [Schema] = []

    /// Whether members that are not described are kept: `x-kubernetes-preserve-unknown-fields`.
    public var preservesUnknownFields = false
    /// Whether the value is an integer or a string: `x-kubernetes-int-or-string`.
    public var isIntOrString = false
    /// Whether the value is a whole resource: `x-kubernetes-embedded-resource`.
    public var isEmbeddedResource = false
    /// How the list merges: `x-kubernetes-list-type`.
    public var listType: ListType?
    /// The members that identify an element of a map-like list: `x-kubernetes-list-map-keys`.
    public var listMapKeys: [String] = []
    /// Keywords that are carried along and not acted upon.
    public var extensions: JSONObject = [:]

    // A struct cannot hold itself; an array of at most one can.
    private var itemsStorage: [Schema] = []
    private var notStorage: [Schema] = []

    /// The schema of each element of an array.
    public var items: Schema? {
        get { itemsStorage.first }
        set { itemsStorage = newValue.map { [$0] } ?? [] }
    }

    /// A schema that must not hold.
    public var not: Schema? {
        get { notStorage.first }
        set { notStorage = newValue.map { [$0] } ?? [] }
    }

    /// Makes a schema that asks for nothing, or for one kind of value.
    public init(type: ValueType? = nil) { self.type = type }
}

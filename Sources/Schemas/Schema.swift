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

    // Schemas are large and are handed around for every value that is validated: one reference is all
    // that a copy costs. An array of exactly one holds the keywords.
    private var storage: [Keywords]

    /// Makes a schema that asks for nothing, or for one kind of value.
    public init(type: ValueType? = nil) { storage = [Keywords(type: type)] }

    /// What a schema says.
    private struct Keywords: Sendable, Hashable {
        var type: ValueType?
        var title: String?
        var description: String?
        var format: String?
        var defaultValue: JSON?
        var isNullable: Bool = false
        var allowedValues: [JSON]?
        var properties: [String: Schema] = [:]
        var required: [String] = []
        var additionalProperties: AdditionalProperties?
        var minimumProperties: Int?
        var maximumProperties: Int?
        var minimumItems: Int?
        var maximumItems: Int?
        var hasUniqueItems: Bool = false
        var minimumLength: Int?
        var maximumLength: Int?
        var pattern: String?
        var minimum: Double?
        var maximum: Double?
        var isMinimumExclusive: Bool = false
        var isMaximumExclusive: Bool = false
        var multipleOf: Double?
        var allOf: [Schema] = []
        var anyOf: [Schema] = []
        var oneOf: [Schema] = []
        var preservesUnknownFields: Bool = false
        var isIntOrString: Bool = false
        var isEmbeddedResource: Bool = false
        var listType: ListType?
        var listMapKeys: [String] = []
        var extensions: JSONObject = [:]
        var items: Schema?
        var not: Schema?

        init(type: ValueType?) { self.type = type }
    }
}

extension Schema {
    /// The kind of value; nil leaves it open.
    public var type: ValueType? {
        get { storage[0].type }
        set { storage[0].type = newValue }
    }

    /// A short title.
    public var title: String? {
        get { storage[0].title }
        set { storage[0].title = newValue }
    }

    /// What the value is for, as `kubectl explain` prints it.
    public var description: String? {
        get { storage[0].description }
        set { storage[0].description = newValue }
    }

    /// A named format, such as `date-time`.
    public var format: String? {
        get { storage[0].format }
        set { storage[0].format = newValue }
    }

    /// The value of an absent member.
    public var defaultValue: JSON? {
        get { storage[0].defaultValue }
        set { storage[0].defaultValue = newValue }
    }

    /// Whether `null` is a value as well.
    public var isNullable: Bool {
        get { storage[0].isNullable }
        set { storage[0].isNullable = newValue }
    }

    /// The values allowed; nil allows any.
    public var allowedValues: [JSON]? {
        get { storage[0].allowedValues }
        set { storage[0].allowedValues = newValue }
    }

    /// The members of an object that have names of their own.
    public var properties: [String: Schema] {
        get { storage[0].properties }
        set { storage[0].properties = newValue }
    }

    /// The names of members that must be there.
    public var required: [String] {
        get { storage[0].required }
        set { storage[0].required = newValue }
    }

    /// The members of an object beside ``properties``; nil means none are known.
    public var additionalProperties: AdditionalProperties? {
        get { storage[0].additionalProperties }
        set { storage[0].additionalProperties = newValue }
    }

    /// The least number of members.
    public var minimumProperties: Int? {
        get { storage[0].minimumProperties }
        set { storage[0].minimumProperties = newValue }
    }

    /// The greatest number of members.
    public var maximumProperties: Int? {
        get { storage[0].maximumProperties }
        set { storage[0].maximumProperties = newValue }
    }

    /// The least number of elements.
    public var minimumItems: Int? {
        get { storage[0].minimumItems }
        set { storage[0].minimumItems = newValue }
    }

    /// The greatest number of elements.
    public var maximumItems: Int? {
        get { storage[0].maximumItems }
        set { storage[0].maximumItems = newValue }
    }

    /// Whether elements must differ.
    public var hasUniqueItems: Bool {
        get { storage[0].hasUniqueItems }
        set { storage[0].hasUniqueItems = newValue }
    }

    /// The least number of Unicode scalars.
    public var minimumLength: Int? {
        get { storage[0].minimumLength }
        set { storage[0].minimumLength = newValue }
    }

    /// The greatest number of Unicode scalars.
    public var maximumLength: Int? {
        get { storage[0].maximumLength }
        set { storage[0].maximumLength = newValue }
    }

    /// A regular expression that the text must hold a match of.
    public var pattern: String? {
        get { storage[0].pattern }
        set { storage[0].pattern = newValue }
    }

    /// The least number.
    public var minimum: Double? {
        get { storage[0].minimum }
        set { storage[0].minimum = newValue }
    }

    /// The greatest number.
    public var maximum: Double? {
        get { storage[0].maximum }
        set { storage[0].maximum = newValue }
    }

    /// Whether the least number itself is refused.
    public var isMinimumExclusive: Bool {
        get { storage[0].isMinimumExclusive }
        set { storage[0].isMinimumExclusive = newValue }
    }

    /// Whether the greatest number itself is refused.
    public var isMaximumExclusive: Bool {
        get { storage[0].isMaximumExclusive }
        set { storage[0].isMaximumExclusive = newValue }
    }

    /// A number the value must be a multiple of.
    public var multipleOf: Double? {
        get { storage[0].multipleOf }
        set { storage[0].multipleOf = newValue }
    }

    /// Schemas of which all must hold.
    public var allOf: [Schema] {
        get { storage[0].allOf }
        set { storage[0].allOf = newValue }
    }

    /// Schemas of which at least one must hold.
    public var anyOf: [Schema] {
        get { storage[0].anyOf }
        set { storage[0].anyOf = newValue }
    }

    /// Schemas of which exactly one must hold.
    public var oneOf: [Schema] {
        get { storage[0].oneOf }
        set { storage[0].oneOf = newValue }
    }

    /// Whether members that are not described are kept: `x-kubernetes-preserve-unknown-fields`.
    public var preservesUnknownFields: Bool {
        get { storage[0].preservesUnknownFields }
        set { storage[0].preservesUnknownFields = newValue }
    }

    /// Whether the value is an integer or a string: `x-kubernetes-int-or-string`.
    public var isIntOrString: Bool {
        get { storage[0].isIntOrString }
        set { storage[0].isIntOrString = newValue }
    }

    /// Whether the value is a whole resource: `x-kubernetes-embedded-resource`.
    public var isEmbeddedResource: Bool {
        get { storage[0].isEmbeddedResource }
        set { storage[0].isEmbeddedResource = newValue }
    }

    /// How the list merges: `x-kubernetes-list-type`.
    public var listType: ListType? {
        get { storage[0].listType }
        set { storage[0].listType = newValue }
    }

    /// The members that identify an element of a map-like list: `x-kubernetes-list-map-keys`.
    public var listMapKeys: [String] {
        get { storage[0].listMapKeys }
        set { storage[0].listMapKeys = newValue }
    }

    /// Keywords that are carried along and not acted upon.
    public var extensions: JSONObject {
        get { storage[0].extensions }
        set { storage[0].extensions = newValue }
    }

    /// The schema of each element of an array.
    public var items: Schema? {
        get { storage[0].items }
        set { storage[0].items = newValue }
    }

    /// A schema that must not hold.
    public var not: Schema? {
        get { storage[0].not }
        set { storage[0].not = newValue }
    }
}

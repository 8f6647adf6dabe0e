import Values

extension Schema {
    /// A text.
    public static func string(
        _ description: String, enum allowed: [String]? = nil, pattern: String? = nil,
        minimumLength: Int? = nil, maximumLength: Int? = nil, format: String? = nil
    ) -> Schema {
        var schema = Schema(type: .string)
        schema.description = description
        schema.allowedValues = allowed.map { $0.map(JSON.string) }
        schema.pattern = pattern
        schema.minimumLength = minimumLength
        schema.maximumLength = maximumLength
        schema.format = format
        return schema
    }

    /// A moment in RFC 3339.
    public static func timestamp(_ description: String) -> Schema {
        string(description, format: "date-time")
    }

    /// A whole number.
    public static func integer(
        _ description: String, minimum: Int? = nil, maximum: Int? = nil
    ) -> Schema {
        var schema = Schema(type: .integer)
        schema.description = description
        schema.format = "int64"
        schema.minimum = minimum.map(Double.init)
        schema.maximum = maximum.map(Double.init)
        return schema
    }

    /// A number.
    public static func number(
        _ description: String, minimum: Double? = nil, maximum: Double? = nil
    ) -> Schema {
        var schema = Schema(type: .number)
        schema.description = description
        schema.minimum = minimum
        schema.maximum = maximum
        return schema
    }

    /// A boolean.
    public static func boolean(_ description: String) -> Schema {
        var schema = Schema(type: .boolean)
        schema.description = description
        return schema
    }

    /// An integer or a text, as durations and ports are written.
    public static func intOrString(_ description: String) -> Schema {
        var schema = Schema()
        schema.description = description
        schema.isIntOrString = true
        return schema
    }

    /// Any JSON value, kept whole.
    public static func anything(_ description: String) -> Schema {
        var schema = Schema()
        schema.description = description
        schema.preservesUnknownFields = true
        return schema
    }

    /// An object of any members, kept whole.
    public static func freeObject(_ description: String) -> Schema {
        var schema = Schema(type: .object)
        schema.description = description
        schema.preservesUnknownFields = true
        return schema
    }

    /// An object of named members.
    public static func object(
        _ description: String, required: [String] = [], _ properties: [String: Schema]
    ) -> Schema {
        var schema = Schema(type: .object)
        schema.description = description
        schema.properties = properties
        schema.required = required
        return schema
    }

    /// An object whose members all satisfy one schema.
    public static func map(_ description: String, of value: Schema) -> Schema {
        var schema = Schema(type: .object)
        schema.description = description
        schema.additionalProperties = .schema(value)
        return schema
    }

    /// A list; keys make it a map-like list, whose elements they identify.
    public static func array(
        _ description: String, of element: Schema, keys: [String] = [], listType: ListType? = nil,
        minimumItems: Int? = nil, maximumItems: Int? = nil
    ) -> Schema {
        var schema = Schema(type: .array)
        schema.description = description
        schema.items = element
        schema.listMapKeys = keys
        schema.listType = keys.isEmpty ? listType : .map
        schema.minimumItems = minimumItems
        schema.maximumItems = maximumItems
        return schema
    }
}

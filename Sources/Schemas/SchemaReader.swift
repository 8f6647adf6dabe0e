internal import Patterns
public import Values

extension Schema {
    /// Reads an `openAPIV3Schema`.
    ///
    /// Keywords this room does not act upon are carried in ``extensions``. Time is linear; nesting
    /// uses no stack.
    ///
    /// - Throws: ``SchemaError`` where a keyword has a value of the wrong kind, a pattern is no
    ///   regular expression, or a bound of ``SchemaLimits`` is passed.
    public init(json: JSON) throws(SchemaError) {
        self = try SchemaReader.read(json)
    }
}

/// Reads nested schemas outermost first and puts them together innermost first.
enum SchemaReader {
    /// Where a nested schema goes in the one around it.
    private enum Slot {
        case root, items, not, additional
        case property(String)
        case allOf, anyOf, oneOf
    }

    private struct Pending {
        let json: JSON
        let path: JSONPath
        let parent: Int
        let slot: Slot
        let depth: Int
    }

    static func read(_ root: JSON) throws(SchemaError) -> Schema {
        var pending = [Pending(json: root, path: .root, parent: 0, slot: .root, depth: 0)]
        var schemas: [Schema] = []
        // Parents come before children, so one pass forward finds all and one pass back joins them.
        var next = 0
        while next < pending.count {
            guard next < SchemaLimits.maximumSchemas else {
                throw SchemaError(
                    .root, "more than \(SchemaLimits.maximumSchemas) nested schemas")
            }
            let item = pending[next]
            guard item.depth <= SchemaLimits.maximumDepth else {
                throw SchemaError(
                    item.path, "nested deeper than \(SchemaLimits.maximumDepth) schemas")
            }
            var keywords = KeywordReader(item.json, at: item.path)
            schemas.append(try keywords.schema())
            for (slot, json, path) in try nested(in: item.json, at: item.path) {
                pending.append(
                    Pending(
                        json: json, path: path, parent: next, slot: slot, depth: item.depth + 1))
            }
            next += 1
        }
        for position in stride(from: pending.count - 1, to: 0, by: -1) {
            let schema = schemas[position]
            attach(schema, as: pending[position].slot, to: &schemas[pending[position].parent])
        }
        return schemas[0]
    }

    private static func attach(_ schema: Schema, as slot: Slot, to parent: inout Schema) {
        switch slot {
        case .root: break
        case .items: parent.items = schema
        case .not: parent.not = schema
        case .additional: parent.additionalProperties = .schema(schema)
        case .property(let name): parent.properties[name] = schema
        // Children are attached last first, so each goes to the front.
        case .allOf: parent.allOf.insert(schema, at: 0)
        case .anyOf: parent.anyOf.insert(schema, at: 0)
        case .oneOf: parent.oneOf.insert(schema, at: 0)
        }
    }

    private static func nested(
        in json: JSON, at path: JSONPath
    ) throws(SchemaError) -> [(Slot, JSON, JSONPath)] {
        var found: [(Slot, JSON, JSONPath)] = []
        if let items = json["items"] { found.append((.items, items, path.key("items"))) }
        if let not = json["not"] { found.append((.not, not, path.key("not"))) }
        if let additional = json["additionalProperties"], additional.boolValue == nil {
            found.append((.additional, additional, path.key("additionalProperties")))
        }
        if let properties = json["properties"] {
            let place = path.key("properties")
            guard let members = properties.objectValue else {
                throw SchemaError(place, "must be an object, not \(properties.kindName)")
            }
            for (name, value) in members { found.append((.property(name), value, place.key(name))) }
        }
        for (keyword, slot) in [("allOf", Slot.allOf), ("anyOf", .anyOf), ("oneOf", .oneOf)] {
            guard let list = json[keyword] else { continue }
            guard let elements = list.arrayValue else {
                throw SchemaError(path.key(keyword), "must be an array, not \(list.kindName)")
            }
            for (position, element) in elements.enumerated() {
                found.append((slot, element, path.key(keyword).index(position)))
            }
        }
        return found
    }
}

/// Reads the keywords of one schema that hold no other schema.
private struct KeywordReader {
    private var rest: JSONObject
    private let path: JSONPath
    private let kindName: String?

    private static let nesting = [
        "items", "not", "properties", "allOf", "anyOf", "oneOf",
    ]

    init(_ json: JSON, at path: JSONPath) {
        self.path = path
        rest = json.objectValue ?? [:]
        kindName = json.objectValue == nil ? json.kindName : nil
        for keyword in KeywordReader.nesting { rest[keyword] = nil }
    }

    mutating func schema() throws(SchemaError) -> Schema {
        if let kindName { throw SchemaError(path, "a schema must be an object, not \(kindName)") }
        var schema = Schema()
        if let name = try take("type", \.stringValue, "a string") {
            guard let type = Schema.ValueType(rawValue: name) else {
                throw SchemaError(path.key("type"), "there is no type \"\(name)\"")
            }
            schema.type = type
        }
        schema.title = try take("title", \.stringValue, "a string")
        schema.description = try take("description", \.stringValue, "a string")
        schema.format = try take("format", \.stringValue, "a string")
        schema.defaultValue = rest["default"]
        rest["default"] = nil
        schema.isNullable = try flag("nullable")
        schema.allowedValues = try take("enum", \.arrayValue, "an array")
        schema.required = try names("required")
        if let any = try take("additionalProperties", \.self, "a schema"), let flag = any.boolValue
        {
            schema.additionalProperties = flag ? .any : .forbidden
        }
        try readBounds(into: &schema)
        try readKubernetes(into: &schema)
        schema.extensions = rest
        return schema
    }

    private mutating func readBounds(into schema: inout Schema) throws(SchemaError) {
        schema.minimumProperties = try count("minProperties")
        schema.maximumProperties = try count("maxProperties")
        schema.minimumItems = try count("minItems")
        schema.maximumItems = try count("maxItems")
        schema.hasUniqueItems = try flag("uniqueItems")
        schema.minimumLength = try count("minLength")
        schema.maximumLength = try count("maxLength")
        schema.minimum = try take("minimum", \.doubleValue, "a number")
        schema.maximum = try take("maximum", \.doubleValue, "a number")
        schema.isMinimumExclusive = try flag("exclusiveMinimum")
        schema.isMaximumExclusive = try flag("exclusiveMaximum")
        schema.multipleOf = try take("multipleOf", \.doubleValue, "a number")
        schema.pattern = try take("pattern", \.stringValue, "a string")
        if let pattern = schema.pattern {
            do throws(PatternError) {
                _ = try Pattern(pattern)
            } catch {
                throw SchemaError(path.key("pattern"), error.description)
            }
        }
    }

    private mutating func readKubernetes(into schema: inout Schema) throws(SchemaError) {
        schema.preservesUnknownFields = try flag("x-kubernetes-preserve-unknown-fields")
        schema.isIntOrString = try flag("x-kubernetes-int-or-string")
        schema.isEmbeddedResource = try flag("x-kubernetes-embedded-resource")
        schema.listMapKeys = try names("x-kubernetes-list-map-keys")
        let keyword = "x-kubernetes-list-type"
        if let name = try take(keyword, \.stringValue, "a string") {
            guard let type = Schema.ListType(rawValue: name) else {
                throw SchemaError(path.key(keyword), "there is no list type \"\(name)\"")
            }
            schema.listType = type
        }
    }

    private mutating func take<Value>(
        _ keyword: String, _ read: (JSON) -> Value?, _ kind: String
    ) throws(SchemaError) -> Value? {
        guard let json = rest[keyword] else { return nil }
        rest[keyword] = nil
        guard let value = read(json) else {
            throw SchemaError(path.key(keyword), "must be \(kind), not \(json.kindName)")
        }
        return value
    }

    private mutating func flag(_ keyword: String) throws(SchemaError) -> Bool {
        try take(keyword, \.boolValue, "a boolean") ?? false
    }

    private mutating func count(_ keyword: String) throws(SchemaError) -> Int? {
        try take(keyword, { $0.integerValue.flatMap { $0 < 0 ? nil : Int($0) } }, "a count")
    }

    private mutating func names(_ keyword: String) throws(SchemaError) -> [String] {
        let list = try take(keyword, \.arrayValue, "an array") ?? []
        var names: [String] = []
        for element in list {
            guard let name = element.stringValue else {
                throw SchemaError(path.key(keyword), "must be a list of strings")
            }
            names.append(name)
        }
        return names
    }
}

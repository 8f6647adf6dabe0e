public import Values

extension Schema {
    /// The schema as an `openAPIV3Schema`, which ``init(json:)`` reads back as the same value.
    public var json: JSON {
        // Parents come before children; children are put into them from the last to the first.
        var pending: [(schema: Schema, parent: Int, path: JSONPath)] = [(self, 0, .root)]
        var written: [JSON] = []
        var next = 0
        while next < pending.count {
            let schema = pending[next].schema
            written.append(.object(schema.keywords))
            for (path, child) in schema.nested { pending.append((child, next, path)) }
            next += 1
        }
        for position in stride(from: pending.count - 1, to: 0, by: -1) {
            written[pending[position].parent][pending[position].path] = written[position]
        }
        return written[0]
    }

    /// The schemas directly inside this one, with their places.
    var nested: [(JSONPath, Schema)] {
        var found: [(JSONPath, Schema)] = []
        if let items { found.append((["items"], items)) }
        if let not { found.append((["not"], not)) }
        if case .schema(let schema)? = additionalProperties {
            found.append((["additionalProperties"], schema))
        }
        for (name, schema) in properties.sorted(by: { $0.key < $1.key }) {
            found.append((["properties", .key(name)], schema))
        }
        for (keyword, list) in [("allOf", allOf), ("anyOf", anyOf), ("oneOf", oneOf)] {
            for (position, schema) in list.enumerated() {
                found.append(([.key(keyword), .index(position)], schema))
            }
        }
        return found
    }

    /// The keywords of this schema, with room for those that hold others.
    var keywords: JSONObject {
        var json = extensions
        func set(_ keyword: String, _ value: JSON?) { if let value { json[keyword] = value } }
        func set(_ keyword: String, count: Int?) { set(keyword, count.map { .integer(Int64($0)) }) }
        func set(_ keyword: String, number: Double?) { set(keyword, number.map(Schema.number)) }
        func set(_ keyword: String, flag: Bool) { if flag { json[keyword] = true } }
        func set(_ keyword: String, names: [String]) {
            if !names.isEmpty { json[keyword] = .array(names.map(JSON.string)) }
        }
        set("type", type.map { .string($0.rawValue) })
        set("title", title.map(JSON.string))
        set("description", description.map(JSON.string))
        set("format", format.map(JSON.string))
        set("default", defaultValue)
        set("nullable", flag: isNullable)
        set("enum", allowedValues.map(JSON.array))
        set("required", names: required)
        switch additionalProperties {
        case .any: json["additionalProperties"] = true
        case .forbidden: json["additionalProperties"] = false
        case .schema, nil: break
        }
        set("minProperties", count: minimumProperties)
        set("maxProperties", count: maximumProperties)
        set("minItems", count: minimumItems)
        set("maxItems", count: maximumItems)
        set("uniqueItems", flag: hasUniqueItems)
        set("minLength", count: minimumLength)
        set("maxLength", count: maximumLength)
        set("pattern", pattern.map(JSON.string))
        set("minimum", number: minimum)
        set("maximum", number: maximum)
        set("exclusiveMinimum", flag: isMinimumExclusive)
        set("exclusiveMaximum", flag: isMaximumExclusive)
        set("multipleOf", number: multipleOf)
        set("x-kubernetes-preserve-unknown-fields", flag: preservesUnknownFields)
        set("x-kubernetes-int-or-string", flag: isIntOrString)
        set("x-kubernetes-embedded-resource", flag: isEmbeddedResource)
        set("x-kubernetes-list-type", listType.map { .string($0.rawValue) })
        set("x-kubernetes-list-map-keys", names: listMapKeys)
        for (keyword, list) in [("allOf", allOf), ("anyOf", anyOf), ("oneOf", oneOf)]
        where !list.isEmpty {
            json[keyword] = .array(list.map { _ in .null })
        }
        return json
    }

    private static func number(_ value: Double) -> JSON {
        Int64(exactly: value).map(JSON.integer) ?? .double(value)
    }
}

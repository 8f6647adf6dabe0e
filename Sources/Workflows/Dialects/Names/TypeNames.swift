import Values

/// The names of types in the dialects, and the short form of schemas.
enum TypeNames {
    /// The canonical names of those that have several.
    static let canonical: [String: String] = [
        "int": "integer", "float": "number", "bool": "boolean", "list": "array",
    ]

    /// The types that a document of research pipelines gives its outputs, with their kinds.
    static let research: [String: String] = [
        "scalar": "any", "artifact": "object", "dataset": "object", "metrics": "object",
    ]

    /// A type under its canonical name; what is no type stays for the schema to tell.
    static func name(_ json: JSON) -> JSON {
        guard let text = json.stringValue else { return json }
        return .string(canonical[text] ?? text)
    }

    /// The types of a task's outputs under their canonical names.
    static func outputs(_ json: JSON) -> JSON {
        guard let members = json.objectValue else { return json }
        return .object(JSONObject(members.map { ($0.key, name($0.value)) }))
    }

    /// An input with its type and schema in canonical form.
    static func input(
        _ json: JSON, at source: JSONPath, _ canonical: JSONPath, _ translation: inout Translation
    ) -> JSON {
        guard var members = json.objectValue else { return json }
        if let type = members["type"] {
            members["type"] = type.stringValue == "any" ? Optional<JSON>.none : name(type)
        }
        if let schema = members["schema"], isShorthand(schema) {
            members["schema"] = expanded(schema)
            translation.map.note(canonical.key("schema"), madeOf: source.key("schema"))
            noteFields(of: schema, source.key("schema"), canonical.key("schema"), &translation)
        }
        return .object(members)
    }

    // MARK: Schemas

    private static let keywords: Set<String> = [
        "type", "properties", "items", "required", "enum", "anyOf", "oneOf", "allOf", "not",
        "additionalProperties", "format", "pattern", "minimum", "maximum", "minLength",
        "maxLength", "minItems", "maxItems", "default", "description", "nullable", "title",
        "$ref", "$schema", "const",
    ]

    /// Whether a schema is written as `{temperature: float}`, names with their types.
    static func isShorthand(_ schema: JSON) -> Bool {
        guard let members = schema.objectValue, !members.isEmpty else { return false }
        return members.allSatisfy { name, value in
            guard !keywords.contains(name) else { return false }
            return value.stringValue.map(isType) ?? isShorthand(value, depth: 1)
        }
    }

    private static func isShorthand(_ schema: JSON, depth: Int) -> Bool {
        guard depth < WorkflowLimits.maximumShorthandDepth, let members = schema.objectValue,
            !members.isEmpty
        else { return false }
        return members.allSatisfy { name, value in
            !keywords.contains(name)
                && (value.stringValue.map(isType) ?? isShorthand(value, depth: depth + 1))
        }
    }

    private static func isType(_ name: String) -> Bool {
        ValueKind(name: canonical[name] ?? name) != nil
    }

    /// The schema that a short form stands for; its depth was bounded when it was recognised.
    private static func expanded(_ schema: JSON) -> JSON {
        let properties = (schema.objectValue ?? [:]).map { name, value -> (String, JSON) in
            guard let type = value.stringValue else { return (name, expanded(value)) }
            return (name, type == "any" ? [:] : ["type": .string(canonical[type] ?? type)])
        }
        return ["type": "object", "properties": .object(JSONObject(properties))]
    }

    private static func noteFields(
        of schema: JSON, _ source: JSONPath, _ canonical: JSONPath,
        _ translation: inout Translation
    ) {
        for (name, _) in schema.objectValue ?? [:] {
            translation.map.note(
                canonical.key("properties").key(name), madeOf: source.key(name))
        }
    }
}

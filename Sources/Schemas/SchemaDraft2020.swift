public import Values

/// How a schema is told in JSON Schema.
public struct JSONSchemaOptions: Sendable, Hashable {
    /// The schemas that are told by reference, with the URI references they are told as.
    public var references: [Schema: String]
    /// A pattern of texts that may stand in place of any value below the root, as expressions may.
    public var placeholder: String?

    /// Makes options.
    public init(references: [Schema: String] = [:], placeholder: String? = nil) {
        self.references = references
        self.placeholder = placeholder
    }
}

extension Schema {
    /// The dialect that ``jsonSchema(_:)`` writes, as the `$schema` of a document.
    public static let jsonSchemaDialect = "https://json-schema.org/draft/2020-12/schema"

    /// The schema in JSON Schema of draft 2020-12, as editors read it.
    ///
    /// What ``validate(_:at:unknownFields:asResource:)`` refuses, members that are not described
    /// among it, this refuses too; keywords of Kubernetes become those that mean the same, or are
    /// left out.
    public func jsonSchema(_ options: JSONSchemaOptions = JSONSchemaOptions()) -> JSON {
        struct Pending {
            let schema: Schema
            let parent: Int
            let path: JSONPath
            /// Whether it only adds to a schema beside it, which describes the members.
            let isPart: Bool
        }
        // Parents come before children; children are put into them from the last to the first.
        var pending = [Pending(schema: self, parent: 0, path: .root, isPart: false)]
        var written: [JSON] = []
        while written.count < pending.count {
            let next = pending[written.count]
            if !written.isEmpty, let reference = options.references[next.schema] {
                written.append(["$ref": .string(reference)])
                continue
            }
            let index = written.count
            written.append(.object(next.schema.draftKeywords(isPart: next.isPart)))
            for (path, child) in next.schema.nested {
                let isPart =
                    next.isPart || Schema.combinations.contains { path.components[0] == .key($0) }
                pending.append(Pending(schema: child, parent: index, path: path, isPart: isPart))
            }
        }
        for position in stride(from: pending.count - 1, to: 0, by: -1) {
            let place = pending[position]
            var json = written[position]
            if let pattern = options.placeholder, !place.isPart, place.schema.isNarrow {
                json = ["anyOf": [json, ["type": "string", "pattern": .string(pattern)]]]
            }
            written[place.parent][place.path] = json
        }
        return written[0]
    }

    private static let combinations = ["allOf", "anyOf", "oneOf", "not"]

    /// Whether some text does not satisfy the schema.
    private var isNarrow: Bool {
        if isIntOrString { return false }
        if type == .string {
            return allowedValues != nil || pattern != nil || format != nil
                || maximumLength != nil
        }
        return type != nil || !(anyOf + allOf + oneOf).isEmpty || allowedValues != nil
    }

    private func draftKeywords(isPart: Bool) -> JSONObject {
        var json = keywords
        for name in json.keys where name.hasPrefix("x-kubernetes-") || name == "nullable" {
            json[name] = nil
        }
        if isIntOrString { json["type"] = ["integer", "string"] }
        if isNullable, let type { json["type"] = [.string(type.rawValue), "null"] }
        for (limit, flag) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")]
        where json[flag] != nil {
            json[flag] = json[limit]
            json[limit] = nil
        }
        // Formats of OpenAPI say nothing beyond the type.
        if ["int64", "int32", "double", "float"].contains(format) { json["format"] = nil }
        if listType == .set { json["uniqueItems"] = true }
        let isOpen = preservesUnknownFields || isEmbeddedResource || additionalProperties != nil
        if !isPart, type == .object || !properties.isEmpty, !isOpen {
            json["additionalProperties"] = false
        }
        return json
    }
}

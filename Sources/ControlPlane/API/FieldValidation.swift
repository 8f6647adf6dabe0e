internal import Schemas
internal import Values

/// What becomes of fields that a kind does not have: the `fieldValidation` parameter.
enum FieldValidation: String, Sendable {
    case strict = "Strict"
    case warn = "Warn"
    case ignore = "Ignore"

    init(_ request: APIRequest) throws(APIFailure) {
        guard let text = request.parameter("fieldValidation"), !text.isEmpty else {
            self = .warn
            return
        }
        guard let value = FieldValidation(rawValue: text) else {
            throw .invalid(
                group: "meta.k8s.io", kind: "CreateOptions", name: "",
                [.notSupported("fieldValidation", .string(text), ["Ignore", "Strict", "Warn"])])
        }
        self = value
    }

    /// Drops what the kind does not have, which is an error, a warning or nothing.
    ///
    /// - Returns: the warnings.
    func prune(_ object: inout JSON, as resource: APIResource) throws(APIFailure) -> [String] {
        var warnings: [String] = []
        if self != .ignore {
            let unknown =
                resource.schema.validate(object, asResource: true)
                .filter { $0.code == .unknownField }.map(\.path.description)
                + BuiltinSchemas.objectMetadata.validate(
                    object["metadata"] ?? [:], at: ["metadata"]
                ).filter { $0.code == .unknownField }.map(\.path.description)
            let sentences = unknown.map { "unknown field \"\($0)\"" }
            if self == .strict, !sentences.isEmpty {
                throw .badRequest(
                    "\(resource.kind) in version \"\(resource.version)\" cannot be handled as a "
                        + "\(resource.kind): strict decoding error: "
                        + sentences.joined(separator: ", "))
            }
            warnings = sentences
        }
        resource.schema.prune(&object, asResource: true)
        var metadata = object["metadata"] ?? [:]
        BuiltinSchemas.objectMetadata.prune(&metadata)
        object["metadata"] = metadata
        return warnings
    }
}

extension APIResource {
    /// The faults of an object's own fields, in the words of the real server.
    func schemaFaults(_ object: JSON) -> [FieldFault] {
        schema.validate(object, unknownFields: .ignored, asResource: true).map { violation in
            let value = object[violation.path] ?? .null
            let field = violation.path.description
            switch violation.code {
            case .missing: return .required(field)
            case .notAllowed:
                let allowed = APIResource.schema(at: violation.path, in: schema)?.allowedValues
                return .notSupported(
                    field, value, (allowed ?? []).map { $0.stringValue ?? $0.text })
            case .wrongType:
                let type = APIResource.schema(at: violation.path, in: schema)?.type?.rawValue
                let found = value.kindName == "null" ? "null" : value.kindName
                return FieldFault(
                    reason: "FieldValueTypeInvalid", field: field,
                    message: "Invalid value: \"\(found)\": \(field) in body must be of type "
                        + "\(type ?? "integer or string"): \"\(found)\"")
            case .duplicate: return .duplicate(field, value)
            default:
                return FieldFault(
                    reason: violation.code.statusCauseReason, field: field,
                    message: "Invalid value: \(APIResource.excerpt(value)): \(field) in body "
                        + violation.message)
            }
        }
    }

    /// A value short enough for a message.
    private static func excerpt(_ value: JSON) -> String {
        let text = value.text
        return text.count <= 120 ? text : "\(text.prefix(120))…"
    }

    private static func schema(at path: JSONPath, in root: Schema) -> Schema? {
        var schema: Schema? = root
        for component in path.components {
            switch component {
            case .index: schema = schema?.items
            case .key(let name):
                if let property = schema?.properties[name] {
                    schema = property
                } else if case .schema(let element)? = schema?.additionalProperties {
                    schema = element
                } else {
                    return nil
                }
            }
        }
        return schema
    }

    /// Refuses metadata whose fields have values of the wrong kind.
    func checkMetadataTypes(_ object: JSON) throws(APIFailure) {
        let metadata = object["metadata"] ?? [:]
        let wrong = BuiltinSchemas.objectMetadata.validate(
            metadata, at: ["metadata"], unknownFields: .ignored
        ).filter { $0.code == .wrongType }
        guard let first = wrong.first else { return }
        let found = object[first.path]?.kindName ?? "value"
        throw .badRequest(
            "\(kind) in version \"\(version)\" cannot be handled as a \(kind): json: cannot "
                + "unmarshal \(found) into Go struct field ObjectMeta.\(first.path) of type "
                + "string")
    }
}

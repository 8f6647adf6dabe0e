import Resources
import Values

/// The metadata of a workflow whose dialect has only a name.
struct WorkflowIdentity {
    private(set) var metadata = CanonicalObject(at: ["metadata"])
    private var annotations: JSONObject = [:]

    /// Takes a field as the name of the object, made one that an API server takes.
    mutating func setName(_ field: SourceFields.Field?, _ translation: inout Translation) {
        guard let field else {
            translation.report(
                .missingName, "the workflow has no name", at: .root, help: "add name: my-workflow")
            return
        }
        guard let text = field.value.stringValue, ResourceName.problem(with: text) != nil else {
            metadata.copy("name", field, &translation)
            return
        }
        guard let corrected = ResourceName.corrected(text) else {
            metadata.copy("name", field, &translation)
            return
        }
        metadata.set("name", .string(corrected), from: field.path, &translation)
        annotate(Annotations.title, text)
        translation.report(
            .correctedName, "the name \(JSON.string(text).text) becomes \"\(corrected)\"",
            at: field.path, help: "write name: \(corrected), which an API server takes")
    }

    /// Notes a text about the object that the canonical form has no field for.
    mutating func annotate(_ name: String, _ text: String) { annotations[name] = .string(text) }

    /// Notes a field about the object that the canonical form has no field for.
    mutating func annotate(
        _ name: String, _ field: SourceFields.Field?, _ translation: inout Translation
    ) {
        guard let field else { return }
        annotations[name] = field.value.stringValue.map(JSON.string) ?? .string(field.value.text)
        translation.map.note(["metadata", "annotations", .key(name)], from: field.path)
    }

    /// Takes labels, annotations and a namespace that stand beside the name.
    mutating func copyRest(of fields: inout SourceFields, _ translation: inout Translation) {
        metadata.copy("namespace", fields.take("namespace"), &translation)
        metadata.copy("labels", fields.take("labels"), &translation)
        guard let written = fields.take("annotations") else { return }
        for (name, value) in written.value.objectValue ?? [:] {
            annotations[name] = value
            translation.map.note(
                ["metadata", "annotations", .key(name)], from: written.path.key(name))
        }
    }

    /// The object's metadata.
    var json: JSON {
        var object = metadata
        if !annotations.isEmpty { object.put("annotations", .object(annotations)) }
        return object.json
    }
}

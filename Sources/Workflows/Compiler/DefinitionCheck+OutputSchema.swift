import Expressions
import Values

extension DefinitionCheck {
    /// The JSON schema that a task asks its answer to have, where it is written out.
    func outputSchema(of task: TaskDefinition) -> JSON? {
        guard let name = taskTypes[task.type]?.outputSchemaInput, let schema = task.inputs[name],
            schema["properties"]?.objectValue != nil
        else { return nil }
        return schema
    }

    /// The names of the outputs that such a schema describes.
    func describedOutputs(of task: TaskDefinition) -> [String] {
        outputSchema(of: task)?["properties"]?.objectValue?.map(\.key) ?? []
    }

    /// Checks what the types of the outputs are made of: the types that a schema names.
    ///
    /// Other keywords are the provider's to judge, as it may know more of them.
    mutating func checkOutputSchema(of task: TaskDefinition, at inputs: JSONPath) {
        guard let name = taskTypes[task.type]?.outputSchemaInput, let schema = task.inputs[name]
        else { return }
        let place = inputs.key(name)
        guard schema.objectValue != nil else {
            let isKnownLater = schema.stringValue.map { TemplateText.shape(of: $0) != .constant }
            if isKnownLater != true {
                report(
                    .invalidConstraint, "a schema is an object, not \(JSON.phrase(schema))",
                    at: place, help: "write a JSON schema, as {type: object, properties: {…}}")
            }
            return
        }
        var pending = [(schema, place)]
        while let (next, place) = pending.popLast() {
            checkTypeNames(next["type"], at: place.key("type"))
            for (property, value) in next["properties"]?.objectValue ?? [:] {
                pending.append((value, place.key("properties").key(property)))
            }
            if let items = next["items"] { pending.append((items, place.key("items"))) }
        }
    }

    private mutating func checkTypeNames(_ written: JSON?, at place: JSONPath) {
        let names = written?.arrayValue ?? written.map { [$0] } ?? []
        for (position, name) in names.enumerated() {
            if let text = name.stringValue {
                let isKnownLater = TemplateText.shape(of: text) != .constant
                if isKnownLater || DefinitionCheck.schemaTypes.contains(text) { continue }
            }
            report(
                .invalidConstraint, "a schema has no type \(name.text)",
                at: written?.arrayValue == nil ? place : place.index(position),
                help: name.stringValue.flatMap {
                    DefinitionCheck.question($0, among: DefinitionCheck.schemaTypes)
                } ?? "the types are \(DefinitionCheck.schemaTypes.joined(separator: ", "))")
        }
    }

    /// Source: JSON Schema, draft 2020-12, section 6.1.1.
    private static let schemaTypes = [
        "array", "boolean", "integer", "null", "number", "object", "string",
    ]
}

import Resources
import Values

/// The form of research pipelines: `parameters`, and `steps` with a `step_type` and `dependencies`.
struct ResearchForm {
    var translation = Translation()
    var inputs = InputDeclarations()
    var steps: [String: StepVariables.Output] = [:]
    /// The containers around the step that is read.
    var chain: [StepVariables.Container] = []
    var locals: Set<String> = []
    /// How long an attempt of a step may take that does not say.
    var defaultTimeout: SourceFields.Field?
    /// The outputs that the workflow gives: those that its steps declare.
    var outputs: [(name: String, value: JSON, path: JSONPath)] = []

    static func translate(_ json: JSON) -> CanonicalManifest {
        var form = ResearchForm()
        let object = form.object(json)
        return CanonicalManifest(.research, object, form.translation)
    }

    private mutating func object(_ json: JSON) -> JSON {
        var fields = SourceFields(json, at: .root)
        var identity = WorkflowIdentity()
        let (id, name) = (fields.take("id"), fields.take("name"))
        identity.setName(name ?? id, &translation)
        if name != nil { identity.annotate("\(APIGroup.name)/id", id, &translation) }
        for field in ["created_at", "created_by"] {
            let name = field.split(separator: "_").joined(separator: "-")
            identity.annotate("\(APIGroup.name)/\(name)", fields.take(field), &translation)
        }
        identity.copyRest(of: &fields, &translation)
        var spec = CanonicalObject(at: ["spec"])
        translation.map.note(["spec"], madeOf: .root)
        if let text = fields.take("description"), !text.value.isNull {
            spec.copy("description", text, &translation)
        }
        spec.setText("version", fields.take("version"), &translation)
        if let parameters = fields.take("parameters") { declare(parameters) }
        defaultTimeout = fields.take("default_timeout").flatMap { $0.value.isNull ? nil : $0 }
        var config = CanonicalObject(at: ["spec", "config"])
        if let retry = fields.take("retry_policy", "retry"), !retry.value.isNull {
            config.setRetryPolicy(retry, &translation)
        }
        if !config.members.isEmpty { spec.put("config", config.json) }
        if let list = fields.take("steps") {
            spec.put("tasks", tasks(list.value, from: list.path))
        }
        setOutputs(&spec)
        if let triggers = fields.take("triggers") { setTriggers(triggers, &spec) }
        translation.refuseRest(of: &fields, in: "a research pipeline")
        if !inputs.list.isEmpty { spec.put("inputs", .array(inputs.list)) }
        return [
            "apiVersion": .string(APIGroup.apiVersion), "kind": "Workflow",
            "metadata": identity.json, "spec": spec.json,
        ]
    }

    /// `parameters`: inputs whose type is called `parameter_type`.
    private mutating func declare(_ parameters: SourceFields.Field) {
        guard let list = parameters.value.arrayValue else {
            inputs.read(parameters, &translation)
            return
        }
        inputs.willDeclare([])
        for (index, element) in list.enumerated() {
            let source = parameters.path.index(index)
            var fields = SourceFields(element, at: source)
            var input = CanonicalObject(at: inputs.nextPath)
            input.copy("name", fields.take("name"), &translation)
            if let type = fields.take("parameter_type", "type") {
                let name = type.value.stringValue.map { JSON.string($0.snakeCased) }
                input.set("type", TypeNames.name(name ?? type.value), from: type.path, &translation)
            }
            let standard = fields.take("default")
            if let standard, !standard.value.isNull {
                input.copy("default", standard, &translation)
            }
            let required = fields.take("required")
            // A parameter with a default need not be given, whatever else it says.
            if standard == nil || standard?.value.isNull == true {
                input.copy("required", required, &translation)
            }
            if let text = fields.take("description"), !text.value.isNull {
                input.copy("description", text, &translation)
            }
            input.copy("validation", fields.take("validation"), &translation)
            input.copy("schema", fields.take("schema"), &translation)
            translation.refuseRest(of: &fields, in: "a parameter")
            inputs.declare(input.json, from: source, &translation)
        }
    }

    /// `triggers`: `manual`, or one member that says which and what it needs.
    private mutating func setTriggers(
        _ field: SourceFields.Field, _ spec: inout CanonicalObject
    ) {
        let place = spec.path.key("triggers")
        translation.map.note(place, from: field.path)
        let written = field.value.arrayValue ?? [field.value]
        let triggers = written.enumerated().map { position, trigger -> JSON in
            if let type = trigger.stringValue { return ["type": .string(type.snakeCased)] }
            let place =
                field.value.arrayValue == nil ? field.path : field.path.index(position)
            let trigger = withoutOthers(trigger, at: place)
            guard let members = trigger.objectValue, members.count == 1,
                let settings = members[0].value.objectValue
            else { return trigger }
            var result: JSONObject = ["type": .string(members[0].key.snakeCased)]
            for (name, value) in settings { result[name.camelCased] = value }
            return .object(result)
        }
        spec.put("triggers", .array(triggers))
    }

    /// A trigger is what its only member says, and others are told; the canonical form has a `type`.
    private mutating func withoutOthers(_ trigger: JSON, at place: JSONPath) -> JSON {
        let members = trigger.objectValue ?? [:]
        let types = ["schedule", "event", "webhook", "manual"]
        guard !members.contains("type"), members.count > 1,
            let type = types.first(where: { members.contains($0) })
        else { return trigger }
        for (name, _) in members where name != type {
            translation.report(
                .unknownField, "a trigger of type \(type) has \"\(name)\" beside it",
                at: place.key(name), isAboutKey: true, help: "write it below \(type)")
        }
        return .object([type: members[type] ?? .null])
    }

    /// What the steps declare is what the run gives, under `step.output`.
    private mutating func setOutputs(_ spec: inout CanonicalObject) {
        guard !outputs.isEmpty else { return }
        let place = spec.path.key("outputs")
        var members: JSONObject = [:]
        for output in outputs {
            members[output.name] = output.value
            translation.map.note(place.key(output.name), madeOf: output.path)
        }
        spec.put("outputs", .object(members))
    }
}

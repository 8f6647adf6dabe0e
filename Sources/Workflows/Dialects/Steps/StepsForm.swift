import Values

/// The steps form: `name`, `version`, `description` and `steps`, which run one after the other.
///
/// The steps are gone through in order with a stack, as each may use the variables of those before it.
struct StepsForm {
    var translation = Translation()
    var inputs = InputDeclarations()
    var variables = StepVariables()
    /// The containers around the step that is read.
    var chain: [StepVariables.Container] = []

    static func translate(_ json: JSON) -> CanonicalManifest {
        var form = StepsForm()
        let object = form.object(json)
        return CanonicalManifest(.steps, object, form.translation)
    }

    private mutating func object(_ json: JSON) -> JSON {
        var fields = SourceFields(json, at: .root)
        var identity = WorkflowIdentity()
        identity.setName(fields.take("name", "id"), &translation)
        identity.copyRest(of: &fields, &translation)
        var spec = CanonicalObject(at: ["spec"])
        spec.copy("description", fields.take("description"), &translation)
        spec.setText("version", fields.take("version"), &translation)
        spec.copy("suspend", fields.take("suspend"), &translation)
        if let declared = fields.take("inputs") { inputs.read(declared, &translation) }
        setConfig(&fields, &spec)
        if let steps = fields.take("steps") {
            spec.put("tasks", tasks(steps.value, from: steps.path, to: ["spec", "tasks"]))
        }
        if let steps = fields.take("finally") {
            spec.put("finally", tasks(steps.value, from: steps.path, to: ["spec", "finally"]))
        }
        setOutputs(fields.take("outputs"), &spec)
        if let events = fields.take("events") {
            spec.put(
                "events",
                rewritten(
                    value: events.value, from: events.path, to: ["spec", "events"]))
        }
        spec.copy("triggers", fields.take("triggers"), &translation)
        translation.refuseRest(of: &fields, in: "a workflow of steps")
        if !inputs.list.isEmpty { spec.put("inputs", .array(inputs.list)) }
        translation.map.note(["spec"], madeOf: .root)
        return [
            "apiVersion": "orchestrator.llm/v1", "kind": "Workflow", "metadata": identity.json,
            "spec": spec.json,
        ]
    }

    private mutating func setConfig(_ fields: inout SourceFields, _ spec: inout CanonicalObject) {
        var config = CanonicalObject(at: ["spec", "config"])
        if let written = fields.take("config") {
            translation.map.note(["spec", "config"], from: written.path)
            var inner = SourceFields(written.value, at: written.path)
            config.setWorkflowSettings(&inner, &translation)
            translation.refuseRest(of: &inner, in: "config")
        }
        config.setWorkflowSettings(&fields, &translation)
        if !config.members.isEmpty { spec.put("config", config.json) }
    }

    /// The outputs of the workflow: `name: "{{ value }}"`, or `name: variable`.
    private mutating func setOutputs(_ field: SourceFields.Field?, _ spec: inout CanonicalObject) {
        guard let field else { return }
        let place: JSONPath = ["spec", "outputs"]
        guard let members = field.value.objectValue else {
            spec.copy("outputs", field, &translation)
            return
        }
        translation.map.note(place, from: field.path)
        var outputs: JSONObject = [:]
        for (name, value) in members {
            let (source, canonical) = (field.path.key(name), place.key(name))
            if let text = value.stringValue, variables.names[text] != nil {
                let expression = rewritten(
                    expression: MappedText(copying: text, at: source)
                ).wrapped
                translation.map.note(canonical, expression, from: source)
                outputs[name] = .string(expression.text)
            } else {
                outputs[name] = rewritten(value: value, from: source, to: canonical)
            }
        }
        spec.put("outputs", .object(outputs))
    }
}

extension CanonicalObject {
    /// Adds a field whose value should be a text, though numbers are often written: `version: 1.0`.
    mutating func setText(
        _ name: String, _ field: SourceFields.Field?, _ translation: inout Translation
    ) {
        guard let field else { return }
        switch field.value {
        case .integer, .double:
            set(name, .string(field.value.text), from: field.path, &translation)
        default: copy(name, field, &translation)
        }
    }

    /// Adds the settings of the whole run, written with names of either case.
    mutating func setWorkflowSettings(
        _ fields: inout SourceFields, _ translation: inout Translation
    ) {
        if let seconds = fields.take("timeout_seconds", "timeoutSeconds") {
            set("timeout", DurationFields.seconds(seconds.value), from: seconds.path, &translation)
        }
        setDuration("timeout", milliseconds: nil, text: fields.take("timeout"), &translation)
        copy(
            "maxParallel", fields.take("maxParallel", "max_parallel", "max_parallel_tasks"),
            &translation)
        setRetryPolicy(fields.take("retryPolicy", "retry_policy", "retry"), &translation)
        copy("onFailure", fields.take("onFailure", "on_failure"), &translation)
        copy("priority", fields.take("priority"), &translation)
        copy("resources", fields.take("resources"), &translation)
        setDuration(
            "maxLag", milliseconds: nil, text: fields.take("maxLag", "max_lag"), &translation)
        if let seconds = fields.take("checkpoint_interval_seconds") {
            set(
                "checkpointInterval", DurationFields.seconds(seconds.value), from: seconds.path,
                &translation)
        }
        setDuration(
            "checkpointInterval", milliseconds: nil,
            text: fields.take("checkpointInterval", "checkpoint_interval"), &translation)
    }
}

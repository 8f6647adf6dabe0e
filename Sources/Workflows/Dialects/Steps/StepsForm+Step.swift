import Values

extension StepsForm {
    /// The names under which the types of containers and others are written.
    private static let typeNames: [String: String] = [
        "switch": "branch", "router": "branch", "foreach": "loop", "for_each": "loop",
        "repeat": "loop", "subworkflow": "workflow", "sub_workflow": "workflow",
        "sub-workflow": "workflow",
    ]

    /// Reads one step; the bodies of a container are left for later.
    mutating func read(
        _ json: JSON, from source: JSONPath, to target: JSONPath, after previous: PreviousStep?
    ) -> StepReading {
        var fields = SourceFields(json, at: source)
        var step = StepReading(at: target)
        let id = fields.take("id")
        step.task.copy("id", id, &translation)
        step.id = id?.value.stringValue ?? ""
        setType(fields.take("type"), &step)
        setDependencies(&fields, previous, &step)
        setVariable(fields.take("output"), &step)
        if step.type != "branch", let condition = fields.take("condition", "if", "when") {
            step.isConditional = true
            setCondition(condition, "condition", &step.task)
        }
        setBehaviour(&fields, &step)
        switch step.type {
        case "parallel": readParallel(&fields, &step)
        case "branch": readBranch(&fields, &step)
        case "loop", "map": readLoop(&fields, &step)
        case "workflow": readWorkflow(&fields, &step)
        case "transform": readTransform(&fields, &step)
        default: readInputs(&fields, &step)
        }
        return step
    }

    private mutating func setType(_ field: SourceFields.Field?, _ step: inout StepReading) {
        guard let field else { return }
        let written = field.value.stringValue ?? ""
        step.type = StepsForm.typeNames[written] ?? written
        step.mainOutput = TaskType.mainOutput(ofTypeNamed: step.type)
        step.task.set(
            "type", written.isEmpty ? field.value : .string(step.type), from: field.path,
            &translation)
    }

    private mutating func setVariable(_ field: SourceFields.Field?, _ step: inout StepReading) {
        guard let field else { return }
        if let name = field.value.stringValue {
            step.variable = name
        } else {
            translation.report(
                .wrongType,
                "output must be the name of a variable, not"
                    + " \(JSON.phrase(field.value))", at: field.path)
        }
    }

    /// A step waits for the one before it, unless it says itself what it waits for.
    private mutating func setDependencies(
        _ fields: inout SourceFields, _ previous: PreviousStep?, _ step: inout StepReading
    ) {
        if let written = fields.take("dependsOn", "depends_on", "needs") {
            let value = written.value.stringValue.map { JSON.array([.string($0)]) }
            step.task.set(
                "dependsOn", value ?? written.value, from: written.path, &translation)
            step.task.copy("join", fields.take("join"), &translation)
            return
        }
        guard let previous, !previous.id.isEmpty else { return }
        let edge: JSON =
            previous.isConditional
            ? ["task": .string(previous.id), "when": "Completion"] : .string(previous.id)
        step.task.make("dependsOn", [edge], of: fields.path, &translation)
    }

    /// What every task may have besides its type's own.
    private mutating func setBehaviour(_ fields: inout SourceFields, _ step: inout StepReading) {
        step.task.copy("name", fields.take("name"), &translation)
        step.task.copy("description", fields.take("description"), &translation)
        step.task.copy("executor", fields.take("executor"), &translation)
        step.task.copy("onFalse", fields.take("onFalse", "on_false"), &translation)
        step.task.setRetryPolicy(fields.take("retryPolicy", "retry_policy", "retry"), &translation)
        if let seconds = fields.take("timeout_seconds") {
            step.task.set(
                "timeout", DurationFields.seconds(seconds.value), from: seconds.path, &translation)
        }
        step.task.setDuration(
            "timeout", milliseconds: fields.take("timeout_ms"), text: fields.take("timeout"),
            &translation)
        step.task.setDuration(
            "totalTimeout", milliseconds: nil, text: fields.take("totalTimeout", "total_timeout"),
            &translation)
        if let action = fields.take("onFailure", "on_failure", "on_error") {
            let word = action.value.stringValue.map { $0.prefix(1).uppercased() + $0.dropFirst() }
            step.task.set(
                "onFailure", word.map(JSON.string) ?? action.value, from: action.path, &translation)
        }
        step.task.copy(
            "onInterruption", fields.take("onInterruption", "on_interruption"), &translation)
        step.task.copy("resources", fields.take("resources"), &translation)
        for name in ["config", "fallback", "compensation", "cache"] {
            guard let field = fields.take(name) else { continue }
            step.task.put(
                name,
                rewritten(value: field.value, from: field.path, to: step.task.path.key(name)))
        }
        if let outputs = fields.take("outputs") {
            step.task.set(
                "outputs", TypeNames.outputs(outputs.value), from: outputs.path, &translation)
        }
    }

    /// Whether values in a text are encoded for what they are put into, which only `{{ }}` does.
    private static func encodes(_ name: String, of type: String, _ isScript: Bool) -> Bool {
        switch type {
        case "http", "stream": name == "url" || name == "body"
        case "command": name == "command" && isScript
        default: false
        }
    }

    /// Whatever a step has besides what all have is what its type takes.
    mutating func readInputs(_ fields: inout SourceFields, _ step: inout StepReading) {
        let place = step.task.path.key("inputs")
        let isScript = fields.peek("shell")?.boolValue ?? false
        var inputs: JSONObject = [:]
        if let written = fields.take("inputs", "with"), let members = written.value.objectValue {
            translation.map.note(place, from: written.path)
            for (name, value) in members {
                inputs[name] = rewritten(
                    value: value, from: written.path.key(name), to: place.key(name),
                    keepsOutputs: StepsForm.encodes(name, of: step.type, isScript))
            }
        } else {
            translation.map.note(place, madeOf: fields.path)
        }
        for field in fields.takeRest() {
            let name = InputNames.canonical(field.name, ofType: step.type)
            inputs[name] = rewritten(
                value: field.value, from: field.path, to: place.key(name),
                keepsOutputs: StepsForm.encodes(name, of: step.type, isScript))
        }
        if !inputs.isEmpty { step.task.put("inputs", .object(inputs)) }
    }
}

import Values

extension ResearchForm {
    /// The name of a step's type: a word, or `{custom: name}`.
    static func typeName(of step: JSON) -> String {
        let type = step["step_type"] ?? step["type"]
        if let name = type?.stringValue {
            return canonicalTypes[name.snakeCased] ?? name.snakeCased
        }
        return type?["custom"] != nil ? "custom" : ""
    }

    private static let canonicalTypes = [
        "conditional": "branch", "sub_workflow": "workflow", "subworkflow": "workflow",
        "sub-workflow": "workflow",
    ]

    /// A list of steps as canonical tasks; what is no list stays for the schema to tell.
    mutating func tasks(_ json: JSON, from source: JSONPath) -> JSON {
        translation.map.note(["spec", "tasks"], from: source)
        guard let list = json.arrayValue else { return json }
        return .array(translated(ResearchForm.items(list, at: source)))
    }

    static func items(_ list: [JSON], at source: JSONPath) -> [FormItem] {
        list.enumerated().map { FormItem(json: $0.element, path: source.index($0.offset)) }
    }

    /// Makes the steps of a scope known by their ids.
    mutating func open(_ items: [FormItem]) {
        for item in items {
            guard let id = item.json["id"]?.stringValue else { continue }
            let name = ResearchForm.typeName(of: item.json)
            steps[id] = StepVariables.Output(
                chain: chain, task: id, key: TaskType.mainOutput(ofTypeNamed: name))
        }
    }

    /// Reads one step; the bodies of a container are left for later.
    mutating func read(_ item: FormItem, to target: JSONPath) -> (CanonicalObject, [FormBody]) {
        var fields = SourceFields(item.json, at: item.path)
        var task = CanonicalObject(at: target)
        task.copy("id", fields.take("id"), &translation)
        task.copy("name", fields.take("name"), &translation)
        task.copy("description", fields.take("description"), &translation)
        let type = ResearchForm.typeName(of: item.json)
        if let written = fields.take("step_type", "type") {
            task.set(
                "type", type.isEmpty ? written.value : .string(type), from: written.path,
                &translation)
            var inner = SourceFields(written.value, at: written.path)
            if let name = inner.take("custom") {
                task.set("executor", name.value, from: name.path, &translation)
                translation.refuseRest(of: &inner, in: "a type")
            }
        }
        if let list = fields.take("dependencies"), list.value.arrayValue?.isEmpty != true {
            task.copy("dependsOn", list, &translation)
        }
        setCondition(fields.take("condition"), &task)
        if let retry = fields.take("retry", "retry_policy"), !retry.value.isNull {
            task.setRetryPolicy(retry, &translation)
        }
        if let timeout = fields.take("timeout"), !timeout.value.isNull {
            task.setDuration("timeout", milliseconds: nil, text: timeout, &translation)
        } else if let defaultTimeout {
            task.setDuration("timeout", milliseconds: nil, text: defaultTimeout, &translation)
        }
        setOutputs(fields.take("outputs"), &task)
        let config = fields.take("config")
        translation.refuseRest(of: &fields, in: "a step")
        let bodies = setConfig(config, type, &task)
        return (task, bodies)
    }

    /// `{expression, on_false}`, or an expression alone.
    private mutating func setCondition(
        _ field: SourceFields.Field?, _ task: inout CanonicalObject
    ) {
        guard let field, !field.value.isNull else { return }
        var text: SourceFields.Field? = field
        if field.value.objectValue != nil {
            var fields = SourceFields(field.value, at: field.path)
            text = fields.take("expression")
            if let action = fields.take("on_false", "onFalse") {
                let word = action.value.stringValue.map {
                    $0.prefix(1).uppercased() + $0.dropFirst()
                }
                task.set(
                    "onFalse", word.map(JSON.string) ?? action.value, from: action.path,
                    &translation)
            }
            translation.refuseRest(of: &fields, in: "a condition")
        }
        guard let text else { return }
        setExpression(text, "condition", &task)
    }

    mutating func setExpression(
        _ field: SourceFields.Field, _ name: String, _ object: inout CanonicalObject
    ) {
        guard let source = field.value.stringValue else {
            object.copy(name, field, &translation)
            return
        }
        let expression = condition(MappedText(copying: source, at: field.path))
        translation.map.note(object.path.key(name), expression, from: field.path)
        object.put(name, .string(expression.text))
    }

    /// `[{name, output_type}]`: the outputs with their kinds; a type that has no kind of its own is
    /// kept for the executor.
    private mutating func setOutputs(_ field: SourceFields.Field?, _ task: inout CanonicalObject) {
        guard let field, let list = field.value.arrayValue else {
            task.copy("outputs", field, &translation)
            return
        }
        let place = task.path.key("outputs")
        var kinds: JSONObject = [:]
        var types: JSONObject = [:]
        for (index, element) in list.enumerated() {
            var fields = SourceFields(element, at: field.path.index(index))
            let (name, type) = (fields.take("name"), fields.take("output_type", "type"))
            translation.refuseRest(of: &fields, in: "an output")
            guard let name, let text = name.value.stringValue else { continue }
            let written = type?.value.stringValue?.snakeCased ?? "any"
            if let kind = TypeNames.research[written] {
                kinds[text] = .string(kind)
                types[text] = .string(written)
            } else {
                kinds[text] = TypeNames.name(.string(written))
            }
            translation.map.note(place.key(text), from: type?.path ?? name.path)
            if chain.isEmpty, let id = task["id"]?.stringValue {
                let output = StepVariables.Output(chain: [], task: id, key: text)
                let expression = StepVariables.expression(output, from: [])
                outputs.append(
                    ("\(id).\(text)", .string("${{ \(expression) }}"), field.path.index(index)))
            }
        }
        if !kinds.isEmpty { task.put("outputs", .object(kinds)) }
        if !types.isEmpty {
            task.make("config", ["outputTypes": .object(types)], of: field.path, &translation)
        }
    }

    // MARK: Inputs

    /// `config` of a step: `parameters` that are written out, `inputs` that refer to something, and
    /// `resources`.
    private mutating func setConfig(
        _ config: SourceFields.Field?, _ type: String, _ task: inout CanonicalObject
    ) -> [FormBody] {
        guard let config, !config.value.isNull else { return [] }
        var fields = SourceFields(config.value, at: config.path)
        var inputs = CanonicalObject(at: task.path.key("inputs"))
        translation.map.note(inputs.path, madeOf: config.path)
        var bodies: [FormBody] = []
        if let parameters = fields.take("parameters") {
            var inner = SourceFields(parameters.value, at: parameters.path)
            bodies = setControl(type, &inner, &task)
            for field in inner.takeRest() {
                inputs.put(
                    field.name,
                    rewritten(
                        value: field.value, from: field.path, to: inputs.path.key(field.name)))
            }
        }
        if let references = fields.take("inputs") {
            for (name, reference) in references.value.objectValue ?? [:] {
                setInput(name, reference, references.path.key(name), &inputs)
            }
        }
        if let resources = fields.take("resources"), !resources.value.isNull {
            task.copy("resources", resources, &translation)
        }
        translation.refuseRest(of: &fields, in: "the config of a step")
        if !inputs.members.isEmpty { task.put("inputs", inputs.json) }
        return bodies
    }

    /// One input: `{parameter}`, `{step_output: {step_id, output_name}}`, `{literal}` or
    /// `{expression}`; anything else is a literal itself.
    private mutating func setInput(
        _ name: String, _ reference: JSON, _ source: JSONPath, _ inputs: inout CanonicalObject
    ) {
        let place = inputs.path.key(name)
        guard let members = reference.objectValue, members.count == 1 else {
            refuseOthers(beside: reference, source)
            inputs.put(name, rewritten(value: reference, from: source, to: place))
            return
        }
        let inner = source.key(members[0].key)
        switch (members[0].key, members[0].value) {
        case ("parameter", .string(let parameter)):
            self.inputs.use(parameter, at: TextPlace(path: inner, offset: 0), &translation)
            var text = MappedText()
            text.append("${{ workflow.inputs.", for: TextPlace(path: inner, offset: 0))
            text.append(MappedText(copying: parameter, at: inner))
            text.append(" }}", for: TextPlace(path: inner, offset: 0))
            translation.map.note(place, text, from: inner)
            inputs.put(name, .string(text.text))
        case ("step_output", let output):
            var fields = SourceFields(output, at: inner)
            let names = [fields.take("step_id"), fields.take("output_name")]
            translation.refuseRest(of: &fields, in: "step_output")
            guard names.allSatisfy({ $0?.value.stringValue?.isEmpty == false }) else {
                translation.report(
                    .missingField, "step_output names a step and one of its outputs", at: inner,
                    help: "write {step_id: STEP, output_name: NAME}")
                return
            }
            inputs.put(name, .string(stepOutput(output, inner)))
            translation.map.note(place, madeOf: inner)
        case ("literal", let value):
            inputs.set(name, value.mappingStrings(LiteralText.escaped), from: inner, &translation)
        case ("expression", let value):
            let field = SourceFields.Field(name: "expression", value: value, path: inner)
            setExpression(field, name, &inputs)
        default:
            let near = Spelling.nearest(to: members[0].key, among: Self.references)
            if let near, near != members[0].key {
                translation.report(
                    .unknownField, "an input has no field \"\(members[0].key)\"", at: inner,
                    isAboutKey: true, help: "did you mean \"\(near)\"?")
            }
            inputs.put(name, rewritten(value: reference, from: source, to: place))
        }
    }

    /// A reference has nothing beside it; an object that only looks like one is a literal.
    private mutating func refuseOthers(beside reference: JSON, _ source: JSONPath) {
        let members = reference.objectValue ?? [:]
        guard let kind = Self.references.first(where: { members.contains($0) }) else { return }
        for (name, _) in members where name != kind {
            translation.report(
                .unknownField, "an input that is a \(kind) has no field \"\(name)\"",
                at: source.key(name), isAboutKey: true,
                help: "remove it, or write the whole object below literal")
        }
    }

    private static let references = ["parameter", "step_output", "literal", "expression"]

    private func stepOutput(_ reference: JSON, _ path: JSONPath) -> String {
        let id = reference["step_id"]?.stringValue ?? ""
        let name = reference["output_name"]?.stringValue ?? ""
        let around = steps[id]?.chain ?? []
        let output = StepVariables.Output(chain: around, task: id, key: name)
        return "${{ \(StepVariables.expression(output, from: chain)) }}"
    }
}

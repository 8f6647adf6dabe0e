import Values

extension EngineForm {
    /// Reads one task; the bodies of a container are left for later.
    mutating func read(_ item: FormItem, to target: JSONPath) -> (CanonicalObject, [FormBody]) {
        var fields = SourceFields(item.json, at: item.path)
        var task = CanonicalObject(at: target)
        task.copy("id", fields.take("id"), &translation)
        task.copy("name", fields.take("name"), &translation)
        task.copy("description", fields.take("description"), &translation)
        setDependencies(&fields, item, &task)
        if let condition = fields.take("condition"), !condition.value.isNull {
            setCondition(condition, "condition", &task)
        }
        if let retry = fields.take("retry_policy", "retryPolicy"), !retry.value.isNull {
            task.setRetryPolicy(retry, &translation)
        }
        if let timeout = fields.take("timeout"), !timeout.value.isNull {
            task.setDuration("timeout", milliseconds: nil, text: timeout, &translation)
        }
        setConfig(&fields, &task)
        var bodies: [FormBody] = []
        if let type = fields.take("type", "task_type") {
            if type.value.objectValue != nil {
                var inner = SourceFields(type.value, at: type.path)
                translation.refuseRest(of: &fields, in: "a task")
                let name = inner.take("type")
                bodies = setType(name ?? type, &inner, &task)
            } else {
                bodies = setType(type, &fields, &task)
            }
        } else {
            translation.refuseRest(of: &fields, in: "a task")
        }
        return (task, bodies)
    }

    private mutating func setDependencies(
        _ fields: inout SourceFields, _ item: FormItem, _ task: inout CanonicalObject
    ) {
        let written = fields.take("depends_on", "dependsOn")
        guard let index = item.index, written?.value.arrayValue != nil || written == nil else {
            task.copy("dependsOn", written, &translation)
            return
        }
        let place = task.path.key("dependsOn")
        let found = tasks.list[index].dependencies
        guard !found.isEmpty else { return }
        if let written { translation.map.note(place, from: written.path) }
        for (position, dependency) in found.enumerated() {
            translation.map.note(place.index(position), from: dependency.path)
        }
        task.put("dependsOn", .array(found.map { .string($0.id) }))
    }

    /// A task of the file by its index.
    func item(_ index: Int) -> FormItem {
        FormItem(json: tasks.list[index].json, path: tasks.list[index].path, index: index)
    }

    /// All tasks are known from the start.
    func open(_ items: [FormItem]) {}

    // MARK: Settings

    /// `config` of a task: what its failure does, and settings of its executor.
    private mutating func setConfig(_ fields: inout SourceFields, _ task: inout CanonicalObject) {
        var settings: JSONObject = [:]
        var action = fields.take("on_failure")
        if let config = fields.take("config"), !config.value.isNull {
            var inner = SourceFields(config.value, at: config.path)
            action = inner.take("on_failure") ?? action
            let place = task.path.key("config")
            translation.map.note(place, from: config.path)
            for field in inner.takeRest() {
                let name = field.name.camelCased
                let near = DefinitionCheck.question(field.name, among: ["on_failure"])
                if let near {
                    translation.report(
                        .unknownField, "the config of a task has no field \"\(field.name)\"",
                        at: field.path, isAboutKey: true, help: near)
                }
                settings[name] = rewritten(
                    value: field.value, from: field.path, to: place.key(name))
            }
        }
        if !settings.isEmpty { task.put("config", .object(settings)) }
        if let action { setFailureAction(action, &task) }
    }

    private static let failureActions = ["Fail", "Continue", "Retry", "Rollback"]

    private mutating func setFailureAction(
        _ action: SourceFields.Field, _ task: inout CanonicalObject
    ) {
        switch action.value.stringValue?.lowercased() {
        case "retry":
            // A policy makes the attempts; what is left after the last is a failure.
            if task["retryPolicy"] == nil {
                task.make("retryPolicy", ["maxAttempts": 3], of: action.path, &translation)
            }
            task.make("onFailure", "Fail", of: action.path, &translation)
        case "rollback":
            task.make(
                "onFailure", allowsRollback ? "Rollback" : "Fail", of: action.path, &translation)
        case "fail": task.set("onFailure", "Fail", from: action.path, &translation)
        case "continue": task.set("onFailure", "Continue", from: action.path, &translation)
        case let name?:
            translation.report(
                .valueNotAllowed, "there is no on_failure \(action.value.text)",
                at: action.path,
                help: DefinitionCheck.question(name, among: EngineForm.failureActions)
                    ?? "it is one of \(EngineForm.failureActions.joined(separator: ", "))")
        case nil: task.copy("onFailure", action, &translation)
        }
    }
}

import Values

extension DefinitionCheck {
    /// Checks what a reference asks a task for.
    mutating func checkFields(
        _ names: [String], of target: TaskAddress, at place: JSONPath, offset: Int
    ) {
        guard names.count > 2 else { return }
        switch names[2] {
        case "phase": break
        case "outputs": checkOutputs(names, of: target, at: place, offset: offset)
        default:
            let task = task(at: target)
            let help =
                hasOutput(names[2], task, target) == true
                ? "write tasks.\(task.id).outputs.\(names[2])"
                : DefinitionCheck.question(names[2], among: ["outputs", "phase"])
            report(
                .unknownTaskField, "a task has outputs and phase, and no \"\(names[2])\"",
                at: place, offset: offset, help: help ?? "write tasks.\(task.id).outputs.NAME")
        }
    }

    /// Follows the names behind `outputs`, from a container into the tasks of its bodies.
    private mutating func checkOutputs(
        _ names: [String], of target: TaskAddress, at place: JSONPath, offset: Int
    ) {
        var current = target
        for name in names.dropFirst(3) {
            let task = task(at: current)
            guard hasOutput(name, task, current) != false else {
                let list = outputNames(of: task, current)
                let all =
                    list.isEmpty ? "it gives none" : "it gives \(list.joined(separator: ", "))"
                report(
                    .unknownOutput, "task \"\(task.id)\" has no output \"\(name)\"", at: place,
                    offset: offset, help: DefinitionCheck.question(name, among: list) ?? all)
                return
            }
            guard let inner = innerTask(name, of: task) else { return }
            current = inner
        }
    }

    /// Whether a task gives an output; nil where that cannot be known.
    private func hasOutput(_ name: String, _ task: TaskDefinition, _ address: TaskAddress) -> Bool?
    {
        guard let type = taskTypes[task.type] else { return nil }
        if task.type == "command", let format = task.inputs["outputFormat"]?.stringValue,
            !DefinitionCheck.givesOutput(name, in: format)
        {
            return false
        }
        if task.outputs[name] != nil || type.outputs[name] != nil { return true }
        if let child = child(of: task) { return child.outputs[name] != nil }
        if type.givesInputs, task.inputs.contains(name) { return true }
        if innerTask(name, of: task) != nil { return true }
        let described = describedOutputs(of: task)
        if !described.isEmpty { return described.contains(name) }
        return type.givesMore(than: task.outputs) ? nil : false
    }

    /// Whether a command whose output is read in a format may give an output.
    private static func givesOutput(_ name: String, in format: String) -> Bool {
        switch (format, name) {
        case ("text", "json"), ("text", "lines"), ("json", "lines"), ("lines", "json"): false
        default: true
        }
    }

    private func outputNames(of task: TaskDefinition, _ address: TaskAddress) -> [String] {
        guard let type = taskTypes[task.type] else { return [] }
        var names = Set(task.outputs.keys).union(type.outputs.keys)
        if task.type == "command", let format = task.inputs["outputFormat"]?.stringValue {
            names = names.filter { DefinitionCheck.givesOutput($0, in: format) }
        }
        if type.givesInputs { names.formUnion(task.inputs.keys) }
        names.formUnion(describedOutputs(of: task))
        if let child = child(of: task) { names.formUnion(child.outputs.keys) }
        for scope in bodies(of: task) { names.formUnion(scopes[scope].indices.keys) }
        return names.sorted()
    }

    /// The task of that id in the bodies of a container that gives its tasks' outputs.
    func innerTask(_ id: String, of task: TaskDefinition) -> TaskAddress? {
        for scope in bodies(of: task) {
            if let index = scopes[scope].indices[id] {
                return TaskAddress(scope: scope, task: index)
            }
        }
        return nil
    }

    /// The bodies whose tasks are seen in the outputs of a container.
    private func bodies(of task: TaskDefinition) -> [Int] {
        switch task.control {
        case .group(let scope): [scope]
        case .branch(let branch):
            branch.cases.compactMap(\.scope) + [branch.otherwise].compactMap { $0 }
        case .loop, .dynamic, nil: []
        }
    }

    /// The task that an id means in a scope.
    func find(_ id: String, from site: Int) -> TaskAddress? {
        var current: Int? = site
        while let scope = current {
            if let index = scopes[scope].indices[id] {
                return TaskAddress(scope: scope, task: index)
            }
            current = scopes[scope].parent
        }
        return nil
    }
}

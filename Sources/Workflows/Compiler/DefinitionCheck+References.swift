import Expressions
import Values

/// Where a reference stands.
enum ReferenceUser {
    /// In the inputs or condition of a task.
    case task(Int)
    /// In the outputs of the workflow.
    case outputs
}

extension DefinitionCheck {
    /// What every expression may use, beside the tasks and inputs.
    private static let runFields = ["name", "namespace", "uid"]
    private static let variables = ["run", "tasks", "workflow"]

    /// Checks one chain of names, and takes note of the edge or the use that it makes.
    mutating func check(
        _ names: [String], at place: JSONPath, offset: Int, from user: ReferenceUser
    ) {
        switch names.first {
        case "workflow": checkInput(names, at: place, offset: offset)
        case "tasks": checkTask(names, at: place, offset: offset, from: user)
        case "run":
            guard names.count > 1, !DefinitionCheck.runFields.contains(names[1]) else { return }
            report(
                .unknownVariable, "there is no run.\(names[1])", at: place, offset: offset,
                help: DefinitionCheck.question(names[1], among: DefinitionCheck.runFields)
                    ?? "a run has name, namespace and uid")
        case let name?:
            report(
                .unknownVariable, "there is no variable \"\(name)\"", at: place, offset: offset,
                help: suggestion(forVariable: name, names))
        case nil: break
        }
    }

    /// People write the inner name alone: `inputs.x`, `x`, or a task's id.
    private func suggestion(forVariable name: String, _ names: [String]) -> String? {
        if name == "inputs" {
            return "write workflow.\(names.prefix(2).joined(separator: "."))"
        }
        if inputIndices[name] != nil { return "write workflow.inputs.\(name)" }
        if taskIndices[name] != nil {
            return "write tasks.\(names.prefix(3).joined(separator: "."))"
        }
        return DefinitionCheck.question(name, among: DefinitionCheck.variables)
            ?? "expressions use workflow.inputs, tasks and run"
    }

    private mutating func checkInput(_ names: [String], at place: JSONPath, offset: Int) {
        guard names.count > 1 else {
            usesAllInputs = true
            return
        }
        guard names[1] == "inputs" else {
            report(
                .unknownVariable, "there is no workflow.\(names[1])", at: place, offset: offset,
                help: "write workflow.inputs.\(names[1])")
            return
        }
        guard names.count > 2 else {
            usesAllInputs = true
            return
        }
        usedInputs.insert(names[2])
        guard inputIndices[names[2]] == nil else { return }
        report(
            .unknownInput, "input \"\(names[2])\" is not declared", at: place, offset: offset,
            help: question(names[2], among: inputIndices.keys)
                ?? "declare it under inputs")
    }

    private mutating func checkTask(
        _ names: [String], at place: JSONPath, offset: Int, from user: ReferenceUser
    ) {
        guard names.count > 1 else {
            report(
                .unknownTaskField, "tasks can only be referred to one by one, by name", at: place,
                offset: offset, help: "write tasks.ID.outputs.NAME")
            return
        }
        guard let target = taskIndices[names[1]] else {
            report(
                .unknownTask, "there is no task \"\(names[1])\"", at: place, offset: offset,
                help: question(names[1], among: taskIndices.keys))
            return
        }
        if case .task(let index) = user {
            if index == target {
                report(
                    .selfReference, "task \"\(names[1])\" refers to itself", at: place,
                    offset: offset)
                return
            }
            referenceEdges.append(
                ReferenceEdge(task: index, dependency: target, path: place, offset: offset))
        }
        checkTaskField(names, of: definition.tasks[target], at: place, offset: offset)
    }

    private mutating func checkTaskField(
        _ names: [String], of task: TaskDefinition, at place: JSONPath, offset: Int
    ) {
        guard names.count > 2 else { return }
        switch names[2] {
        case "phase": break
        case "outputs":
            guard names.count > 3, let known = knownOutputs(of: task), known[names[3]] == nil else {
                return
            }
            let list = known.keys.sorted()
            let all = list.isEmpty ? "it gives none" : "it gives \(list.joined(separator: ", "))"
            report(
                .unknownOutput, "task \"\(task.id)\" has no output \"\(names[3])\"", at: place,
                offset: offset, help: DefinitionCheck.question(names[3], among: list) ?? all)
        default:
            let fields = ["outputs", "phase"]
            let help =
                knownOutputs(of: task)?[names[2]] != nil
                ? "write tasks.\(task.id).outputs.\(names[2])"
                : DefinitionCheck.question(names[2], among: fields)
            report(
                .unknownTaskField, "a task has outputs and phase, and no \"\(names[2])\"",
                at: place, offset: offset, help: help ?? "write tasks.\(task.id).outputs.NAME")
        }
    }

    /// The outputs a task can have, with their kinds; nil where its type is not known.
    private func knownOutputs(of task: TaskDefinition) -> [String: ValueKind]? {
        guard let type = taskTypes[task.type] else { return nil }
        var known = type.outputs
        if type.givesInputs { for name in task.inputs.keys { known[name] = .any } }
        return known.merging(task.outputs) { $1 }
    }

    /// The kind of what a chain of names leads to, where it is declared.
    func kind(of names: [String]) -> ValueKind? {
        if names.count == 3, names[0] == "workflow", names[1] == "inputs" {
            return inputIndices[names[2]].map { definition.inputs[$0].kind }
        }
        guard names.count > 2, names[0] == "tasks", let index = taskIndices[names[1]] else {
            return nil
        }
        if names.count == 3 { return names[2] == "phase" ? .string : nil }
        guard names.count == 4, names[2] == "outputs" else { return nil }
        return knownOutputs(of: definition.tasks[index])?[names[3]]
    }
}

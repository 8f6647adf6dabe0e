import Expressions
import Values

extension DefinitionCheck {
    private static let runFields = ["name", "namespace", "uid"]
    private static let endingFields = ["message", "phase", "reason"]
    private static let errorFields = ["code", "message", "type"]

    /// Checks one chain of names, and takes note of the edge or the use that it makes.
    mutating func check(_ reference: Reference, at place: JSONPath, from site: ExpressionSite) {
        let (names, offset) = (reference.path, reference.offset)
        switch names.first {
        case "workflow": checkInput(names, at: place, offset: offset)
        case "tasks" where site.seesTasks: checkTask(reference, at: place, from: site)
        case "run": checkRun(names, at: place, offset: offset, from: site)
        case "error" where site.extra.contains("error"):
            guard names.count > 1, !DefinitionCheck.errorFields.contains(names[1]) else { return }
            report(
                .unknownVariable, "there is no error.\(names[1])", at: place, offset: offset,
                help: DefinitionCheck.question(names[1], among: DefinitionCheck.errorFields)
                    ?? "an error has type, message and code")
        case let name?:
            if sees(name, from: site) { return }
            report(
                .unknownVariable, "there is no variable \"\(name)\"", at: place, offset: offset,
                help: suggestion(forVariable: name, names, from: site))
        case nil: break
        }
    }

    private func sees(_ name: String, from site: ExpressionSite) -> Bool {
        site.extra.contains(name) || scopes[site.scope].variables.contains(name)
    }

    private mutating func checkRun(
        _ names: [String], at place: JSONPath, offset: Int, from site: ExpressionSite
    ) {
        guard names.count > 1, !DefinitionCheck.runFields.contains(names[1]) else { return }
        let seesEnding = site.seesEnding || scopes[site.scope].seesEnding
        let isEnding = DefinitionCheck.endingFields.contains(names[1])
        if isEnding, seesEnding { return }
        let all = DefinitionCheck.runFields + (seesEnding ? DefinitionCheck.endingFields : [])
        report(
            .unknownVariable,
            isEnding
                ? "run.\(names[1]) is only known in finally and events"
                : "there is no run.\(names[1])", at: place, offset: offset,
            help: isEnding
                ? nil
                : DefinitionCheck.question(names[1], among: all)
                    ?? "a run has name, namespace and uid")
    }

    /// People write the inner name alone: `inputs.x`, `x`, or a task's id.
    private mutating func suggestion(
        forVariable name: String, _ names: [String], from site: ExpressionSite
    ) -> String? {
        if name == "inputs" {
            return "write workflow.\(names.prefix(2).joined(separator: "."))"
        }
        if inputIndices[name] != nil { return "write workflow.inputs.\(name)" }
        if site.seesTasks, scopes[site.scope].indices[name] != nil {
            return "write tasks.\(names.prefix(3).joined(separator: "."))"
        }
        if let help = DefinitionCheck.loopHelp[name] { return help }
        var known = ["run", "workflow"] + site.extra + scopes[site.scope].variables
        if site.seesTasks { known.append("tasks") }
        return DefinitionCheck.question(name, among: known)
            ?? "expressions here use \(DefinitionCheck.list(known.sorted()))"
    }

    private static let loopHelp = [
        "previous": "only an expression in a loop that runs one iteration at a time has previous",
        "index": "only an expression in a loop or map has index",
        "item": "only an expression in a loop or map over items has item",
        "error": "only retryPolicy.retryIf and fallback have error",
        "attempt": "only retryPolicy.retryIf has attempt",
        "accumulator": "only aggregate.value has accumulator",
        "result": "only until and aggregate have result",
    ]

    static func list(_ names: [String]) -> String {
        guard names.count > 1, let last = names.last else { return names.joined() }
        return "\(names.dropLast().joined(separator: ", ")) and \(last)"
    }

    private mutating func checkInput(_ names: [String], at place: JSONPath, offset: Int) {
        guard names.count > 1 else {
            usesAllInputs = true
            return
        }
        guard names[1] == "inputs" else {
            // A misspelt `inputs` has the name of the input behind it.
            let isNear = Spelling.nearest(to: names[1], among: ["inputs"]) != nil
            let input = isNear && names.count > 2 ? names[2] : names[1]
            report(
                .unknownVariable, "there is no workflow.\(names[1])", at: place, offset: offset,
                help: "write workflow.inputs.\(input)")
            return
        }
        guard names.count > 2 else {
            usesAllInputs = true
            return
        }
        usedInputs.insert(names[2])
        guard inputIndices[names[2]] == nil else { return }
        useUndeclared(names[2], at: place, offset: offset)
    }
}

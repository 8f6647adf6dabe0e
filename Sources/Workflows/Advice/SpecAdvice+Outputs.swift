import Expressions
import Values

extension SpecAdvice {
    /// Tells outputs of the workflow that need a task which may give nothing, and have no fallback.
    mutating func adviseOnOutputs() {
        guard let outputs = spec["outputs"]?.objectValue,
            let tasks = spec["tasks"]?.arrayValue
        else { return }
        for (name, output) in outputs where output.isNull {
            report(
                .invalidOutput, "output \"\(name)\" has no value",
                at: path.key("outputs").key(name),
                isAboutKey: true, help: "write an expression, as ${{ tasks.ID.outputs.NAME }}")
        }
        let doubts = SpecAdvice.doubts(about: tasks)
        let certain = SpecAdvice.certainMembers(of: tasks)
        guard !doubts.isEmpty || !certain.isEmpty else { return }
        for (name, output) in outputs {
            var place = path.key("outputs").key(name)
            var value = output
            if let members = output.objectValue {
                guard members["fallback"] == nil, let inner = members["value"] else { continue }
                (value, place) = (inner, place.key("value"))
            }
            guard let template = try? ValueTemplate(parsing: value) else { continue }
            for (inner, reference) in template.references {
                guard reference.path.count > 2, reference.path[0] == "tasks",
                    reference.path[2] == "outputs",
                    let doubt = doubts[reference.path[1]]
                        ?? certain[reference.path[1]].flatMap({
                            SpecAdvice.doubt(about: reference.path, certain: $0)
                        }), let text = value[inner]?.stringValue, !SpecAdvice.minds(text)
                else { continue }
                diagnostics.append(
                    Diagnostic(
                        .missingFallback,
                        "task \"\(reference.path[1])\" \(doubt), and then the output is missing",
                        at: JSONPath(place.components + inner.components),
                        offset: reference.offset, suggestion: "add a fallback"))
                break
            }
        }
    }

    /// For each branch, the tasks that every way through it has.
    private static func certainMembers(of tasks: [JSON]) -> [String: Set<String>] {
        var members: [String: Set<String>] = [:]
        for task in tasks {
            guard task["type"] == "branch", let id = task["id"]?.stringValue else { continue }
            let bodies = (task["cases"]?.arrayValue ?? []).map { $0["tasks"] } + [task["default"]]
            let names = bodies.map { body in
                Set((body?.arrayValue ?? []).compactMap { $0["id"]?.stringValue })
            }
            members[id] = names.dropFirst().reduce(names.first ?? []) { $0.intersection($1) }
        }
        return members
    }

    private static func doubt(about names: [String], certain: Set<String>) -> String? {
        guard names.count > 3, names[3] != "case", !certain.contains(names[3]) else { return nil }
        return "may take a case without \"\(names[3])\""
    }

    /// Whether an expression says itself what holds where something is missing.
    private static func minds(_ text: String) -> Bool {
        ["has(", ".?", "[?", "orValue", ".phase"].contains { text.contains($0) }
    }

    /// The tasks that may end without outputs, with why; those whose last fallback gives a value do not.
    private static func doubts(about tasks: [JSON]) -> [String: String] {
        var doubts: [String: String] = [:]
        for task in tasks {
            guard let id = task["id"]?.stringValue else { continue }
            let last = task["fallback"]?.arrayValue?.last
            if let condition = task["condition"]?.stringValue, constant(condition) != true,
                task["onFalse"]?.stringValue != "Fail"
            {
                doubts[id] = "may be skipped"
            } else if task["onFailure"]?.stringValue == "Continue", last?["value"] == nil {
                doubts[id] = "may fail"
            } else if last?["skip"] == true {
                doubts[id] = "may be skipped"
            }
        }
        return doubts
    }
}

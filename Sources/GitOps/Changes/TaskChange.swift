public import Values
public import Workflows

/// What a change of a workflow's definition means for one of its tasks.
public struct TaskChange: Sendable, Hashable {
    /// What happens to the task.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// It is new.
        case added
        /// It is gone.
        case removed
        /// What it does has changed, so no earlier result of it holds.
        case changed
        /// Only what holds around it has changed: retries, limits, names.
        case adjusted
        /// It is as it was, and depends on one that is not.
        case downstream
    }

    /// The task's id; those of `finally` have it before theirs: `finally.notify`.
    public let task: String
    /// What happens to it.
    public let kind: Kind
    /// Why, where it is not the task's own change: the task or input it depends on.
    public let cause: String?

    /// Whether a run made anew from an earlier one runs the task again.
    public var runsAgain: Bool { [.added, .changed, .downstream].contains(kind) }

    /// The members of a task that say nothing of its result.
    private static let settings: Set = [
        "name", "description", "retryPolicy", "timeout", "totalTimeout", "onFailure",
        "onInterruption", "priority", "resources", "cache", "dependsOn", "compensation",
    ]

    /// Compares two definitions in canonical form, in the order of the new one; removed tasks last.
    ///
    /// - Parameter plan: the plan of the new one, which knows what depends on what.
    public static func between(
        _ old: JSON, and new: JSON, plan: WorkflowPlan
    ) -> [TaskChange] {
        let inputs = changedInputs(old, new)
        var kinds: [String: (kind: Kind, cause: String?)] = [:]
        for scope in ["tasks", "finally"] {
            let before = named(old[scope], prefix: scope == "tasks" ? "" : "finally.")
            let after = named(new[scope], prefix: scope == "tasks" ? "" : "finally.")
            for (id, task) in after.list {
                kinds[id] = change(from: before.index[id], to: task, inputs)
            }
            for (id, _) in before.list where after.index[id] == nil { kinds[id] = (.removed, nil) }
        }
        // What depends on a task that runs again runs again; nearest causes are told.
        for index in plan.topologicalOrder {
            let id = plan.tasks[index].id
            guard kinds[id] == nil || kinds[id]?.kind == .adjusted else { continue }
            let cause = plan.dependencies(of: index).map { plan.tasks[Int($0)].id }.first {
                [.added, .changed, .downstream].contains(kinds[$0]?.kind)
            }
            if let cause { kinds[id] = (.downstream, cause) }
        }
        let order =
            named(new["tasks"], prefix: "").list.map(\.id)
            + named(new["finally"], prefix: "finally.").list.map(\.id)
        let removed = kinds.filter { $0.value.kind == .removed }.keys.sorted()
        return (order + removed).compactMap { id in
            kinds[id].map { TaskChange(task: id, kind: $0.kind, cause: $0.cause) }
        }
    }

    private static func change(
        from old: JSON?, to new: JSON, _ inputs: Set<String>
    ) -> (kind: Kind, cause: String?)? {
        guard let old else { return (.added, nil) }
        if essence(old) != essence(new) { return (.changed, nil) }
        if let input = inputs.sorted().first(where: { mentions(new, input: $0) }) {
            return (.changed, "workflow.inputs.\(input)")
        }
        return old == new ? nil : (.adjusted, nil)
    }

    private static func named(
        _ tasks: JSON?, prefix: String
    ) -> (list: [(id: String, task: JSON)], index: [String: JSON]) {
        let list = (tasks?.arrayValue ?? []).compactMap { task in
            task["id"]?.stringValue.map { (id: prefix + $0, task: task) }
        }
        return (list, Dictionary(list.map { ($0.id, $0.task) }, uniquingKeysWith: { a, _ in a }))
    }

    /// What of a task its result depends on.
    private static func essence(_ task: JSON) -> JSON {
        .object(
            JSONObject(
                (task.objectValue ?? [:]).filter { !settings.contains($0.key) }.map {
                    ($0.key, $0.value)
                }))
    }

    /// The inputs whose value may be another though a run is given the same.
    private static func changedInputs(_ old: JSON, _ new: JSON) -> Set<String> {
        func defaults(_ spec: JSON) -> [String: JSON] {
            let list = (spec["inputs"]?.arrayValue ?? []).compactMap { input in
                input["name"]?.stringValue.map { ($0, input["default"] ?? .null) }
            }
            return Dictionary(list, uniquingKeysWith: { a, _ in a })
        }
        let (before, after) = (defaults(old), defaults(new))
        return Set(after.keys.filter { before[$0] != after[$0] })
    }

    /// Whether an expression of a task, or of what is in it, refers to an input.
    private static func mentions(_ task: JSON, input: String) -> Bool {
        let name = "inputs.\(input)"
        var pending = [task]
        while let next = pending.popLast() {
            switch next {
            case .string(let text):
                var rest = text[...]
                while let found = rest.firstRange(of: name) {
                    rest = rest[found.upperBound...]
                    let follows = rest.unicodeScalars.first
                    let goesOn =
                        follows.map {
                            $0 == "_" || $0 == "-" || $0.properties.isAlphabetic
                                || $0.properties.numericType != nil
                        } ?? false
                    if !goesOn { return true }
                }
            case .array(let elements): pending += elements
            case .object(let members): pending += members.values
            default: break
            }
        }
        return false
    }
}

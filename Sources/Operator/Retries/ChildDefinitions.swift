import Crypto
import Engine
import Kubernetes
import Resources
import Values
import Workflows

/// What the definitions say now that tasks of type `workflow` run, and whether it is what they ran.
///
/// Such a task names a definition, and what it gives depends on what that says, and on what all the
/// definitions say that it runs in turn.
struct ChildDefinitions {
    /// How many runs are looked through for one task's result, and how many tries of a run.
    enum Bounds {
        static let runs = 10_000
        static let tries = 100
    }

    /// The run of a key.
    let run: (ObjectKey) -> KubernetesObject?
    /// The runs that are owned by one of a UID.
    let ownedRuns: (String) -> [KubernetesObject]
    /// The definition of a kind and key.
    let definition: (_ kind: String, ObjectKey) -> KubernetesObject?

    /// The results that may still stand in for attempts.
    ///
    /// Those of child runs may only while everything that these ran says what it said then. Where
    /// nobody knows that, the task is to run again.
    ///
    /// - Parameter source: the run that the results are of, with its spec.
    func current(
        _ results: [String: TaskResult], of source: RunIdentity, _ spec: JSON
    ) -> [String: TaskResult] {
        results.filter { _, result in
            let runsDefinition = result.workflow != nil
            switch result.origin {
            case .given: return true
            case .cache: return !runsDefinition
            case .attempt(let number):
                return !runsDefinition
                    || isCurrent(
                        childOf: source.name, source.uid, source.namespace, result.path, number)
            case .fallback(let number, let other):
                // Its own definition failed, and may be another by now: it ran for the first attempt.
                let attempts = [runsDefinition ? 1 : nil, other == nil ? nil : number]
                return attempts.compactMap(\.self).allSatisfy { attempt in
                    isCurrent(
                        childOf: source.name, source.uid, source.namespace, result.path, attempt)
                }
            case .earlierTry:
                return isCurrent(
                    result.path, takenOverBy: spec, source.namespace,
                    runsDefinition: runsDefinition)
            }
        }
    }

    /// Whether the child run of an attempt ran what its definitions say now.
    func isCurrent(
        childOf run: String, _ uid: String, _ namespace: String, _ path: String, _ attempt: Int
    ) -> Bool {
        let name = RunName.attempt(run: run, runUID: uid, task: path, attempt: attempt)
        guard let child = self.run(ObjectKey(namespace: namespace, name: name)),
            child.isOwned(byUID: uid)
        else { return false }
        return isCurrent(child)
    }

    /// Whether a run and all that it started ran what their definitions say now.
    private func isCurrent(_ child: KubernetesObject) -> Bool {
        var pending = [child]
        var seen = 0
        while let run = pending.popLast() {
            seen += 1
            let pin = run.status["workflow"]
            guard seen <= Bounds.runs, let uid = run.uid, let name = pin?["name"]?.stringValue,
                let digest = pin?["digest"]?.stringValue,
                let present = definition(
                    pin?["kind"]?.stringValue ?? "Workflow",
                    ObjectKey(namespace: run.namespace, name: name)),
                WorkflowCompiler.digest(of: present.spec).description == digest
            else { return false }
            pending += ownedRuns(uid)
        }
        return true
    }

    /// Whether the child runs are current that a task's result came from by way of earlier tries.
    ///
    /// - Parameter runsDefinition: Whether the task itself runs a definition; its fallback may as well.
    private func isCurrent(
        _ path: String, takenOverBy spec: JSON, _ namespace: String, runsDefinition: Bool
    ) -> Bool {
        guard let first = firstTry(of: path, takenOverBy: spec, namespace) else {
            return !runsDefinition
        }
        func isCurrent(_ attempt: Int) -> Bool {
            self.isCurrent(childOf: first.run, first.uid, namespace, first.path, attempt)
        }
        let isFallback = first.entry["fallback"] != nil
        guard runsDefinition else {
            let attempt = first.attempt
            let name = RunName.attempt(
                run: first.run, runUID: first.uid, task: first.path, attempt: attempt)
            // A fallback that left no run ran none.
            return !isFallback || run(ObjectKey(namespace: namespace, name: name)) == nil
                || isCurrent(attempt)
        }
        return isCurrent(first.attempt) && (!isFallback || isCurrent(1))
    }

    /// The attempt that a task's result came from by way of earlier tries.
    private struct FirstTry {
        let run: String
        let uid: String
        let path: String
        let entry: JSON
        let attempt: Int
    }

    private func firstTry(
        of path: String, takenOverBy spec: JSON, _ namespace: String
    ) -> FirstTry? {
        var spec = spec
        for _ in 0..<Bounds.tries {
            let name = spec["retryOf"]?["run"] ?? spec["restoreFrom"]?["run"]
            guard let name = name?.stringValue,
                let source = run(ObjectKey(namespace: namespace, name: name)),
                let uid = source.uid, let tasks = source.status["tasks"]
            else { return nil }
            let place = ChildDefinitions.lastAttempt(of: path, among: tasks)
            guard let entry = tasks[place], entry["phase"] == "Completed" else { return nil }
            guard entry["reason"] == "Reused" else {
                guard entry["reason"] == nil, let attempt = entry["attempt"]?.integerValue else {
                    return nil
                }
                return FirstTry(
                    run: name, uid: uid, path: place, entry: entry, attempt: Int(attempt))
            }
            spec = source.spec
        }
        return nil
    }

    /// The path that a task has among the tasks of a run, where everything it is in is at its last
    /// attempt: a result is taken over from there to the path that names no attempts.
    static func lastAttempt(of path: String, among tasks: JSON) -> String {
        var parts = path.split(separator: ".", omittingEmptySubsequences: false)
        let task = parts.removeLast()
        var prefix = ""
        for part in parts {
            let bracket = part.firstIndex(of: "[") ?? part.endIndex
            prefix += part[..<bracket]
            let attempt = tasks[prefix]?["attempt"]?.integerValue ?? 1
            if attempt > 1 { prefix += "#\(attempt)" }
            prefix += "\(part[bracket...])."
        }
        return prefix + task
    }

    // MARK: The cache

    /// The key of a cached result with what a definition says, and all the definitions that it names;
    /// nil where nobody knows that, as one is not there or decides what it runs while it runs.
    func key(_ key: String, _ workflow: ChildWorkflow?, namespace: String) -> String? {
        guard let workflow else { return key }
        var parts: JSON = ["key": .string(key)]
        var pending = [workflow]
        while let next = pending.popLast() {
            let name = "\(next.kind)/\(next.name)"
            guard parts[name] == nil else { continue }
            let object = ObjectKey(namespace: namespace, name: next.name)
            guard let spec = definition(next.kind, object)?.spec,
                let children = ChildDefinitions.children(of: spec)
            else { return nil }
            parts[name] = .string(WorkflowCompiler.digest(of: spec).description)
            pending += children
        }
        return parts.digest.description
    }

    /// The definitions that one names; nil where it is not valid, or decides while it runs.
    private static func children(of spec: JSON) -> [ChildWorkflow]? {
        guard case .success(let plan) = WorkflowCompiler.compile(spec: spec, at: ["spec"]) else {
            return nil
        }
        for task in plan.scopes.lazy.flatMap(\.tasks) {
            if case .dynamic = task.control { return nil }
        }
        return plan.definition.scopes.flatMap { $0.tasks.flatMap(\.children) }
    }
}

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
            guard result.workflow != nil else { return true }
            switch result.origin {
            case .given: return true
            case .cache: return false
            case .attempt(let number):
                return isCurrent(
                    childOf: source.name, source.uid, source.namespace, result.path, number)
            case .earlierTry: return isCurrent(result.path, takenOverBy: spec, source.namespace)
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

    /// Whether the child run is current that a task's result came from by way of earlier tries.
    private func isCurrent(_ path: String, takenOverBy spec: JSON, _ namespace: String) -> Bool {
        var spec = spec
        for _ in 0..<Bounds.tries {
            let name = spec["retryOf"]?["run"] ?? spec["restoreFrom"]?["run"]
            guard let name = name?.stringValue,
                let source = run(ObjectKey(namespace: namespace, name: name)),
                let uid = source.uid, let entry = source.status["tasks"]?[path],
                entry["phase"] == "Completed"
            else { return false }
            guard entry["reason"] == "Reused" else {
                guard entry["reason"] == nil, let attempt = entry["attempt"]?.integerValue else {
                    return false
                }
                return isCurrent(childOf: name, uid, namespace, path, Int(attempt))
            }
            spec = source.spec
        }
        return false
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

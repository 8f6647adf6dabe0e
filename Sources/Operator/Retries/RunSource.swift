import Engine
import Kubernetes
import Resources
import Values
import Workflows

/// What a run takes over from another: one that it tries again, or a checkpoint of one.
struct RunSource {
    /// The definition that the other ran.
    let definition: JSON
    /// Where that came from.
    let pin: JSON
    /// The inputs the other had.
    let inputs: JSONObject
    /// What its tasks gave, by their paths.
    let results: [String: TaskResult]

    /// What was found of it.
    enum Finding {
        /// The run takes over nothing.
        case none
        /// It cannot be taken over yet.
        case waiting(reason: String, message: String)
        /// It can never be taken over.
        case refused(reason: String, message: String)
        case found(RunSource)
    }

    /// The runs that a run's spec names to go on from.
    static func keys(of run: KubernetesObject) -> [ObjectKey] {
        [run.spec["retryOf"]?["run"], run.spec["restoreFrom"]?["run"]].compactMap { name in
            name?.stringValue.map { ObjectKey(namespace: run.namespace, name: $0) }
        }
    }

    /// The checkpoint by hand that a run's spec names to go on from, which goes with its run.
    static func checkpoint(of run: KubernetesObject) -> ObjectKey? {
        run.spec["restoreFrom"]?["checkpoint"]?.stringValue.map {
            ObjectKey(namespace: run.namespace, name: $0)
        }
    }

    /// Looks for what a run's spec names.
    ///
    /// - Parameters:
    ///   - source: the run that the spec names, with all its tasks in its status once it has ended.
    ///   - checkpoint: the `RunCheckpoint` that the spec names, with all tasks in its state.
    ///   - children: knows whether what child runs gave still holds.
    static func of(
        _ run: KubernetesObject, source: KubernetesObject?, checkpoint: KubernetesObject?,
        children: ChildDefinitions
    ) -> Finding {
        if let retry = run.spec["retryOf"], let name = retry["run"]?.stringValue {
            return retried(name, retry, source, children)
        }
        if let restore = run.spec["restoreFrom"], let name = restore["checkpoint"]?.stringValue {
            return restored(name, of: restore["run"]?.stringValue ?? "", checkpoint, children)
        }
        return .none
    }

    private static func retried(
        _ name: String, _ retry: JSON, _ source: KubernetesObject?, _ children: ChildDefinitions
    ) -> Finding {
        guard let source, let uid = source.uid else {
            return .waiting(
                reason: "RetrySourceNotFound", message: "waiting for the run \(name) to try again")
        }
        if let wanted = retry["uid"]?.stringValue, wanted != uid {
            return .refused(
                reason: "RetrySourceReplaced",
                message: "the run \(name) is another one than that which was to be tried again")
        }
        guard RunPhases.hasEnded(source) else {
            return .waiting(
                reason: "RetrySourceRunning",
                message: "waiting for the run \(name) to end; cancel it to try it again now")
        }
        guard let definition = source.status["definition"] ?? source.spec["workflowSpec"] else {
            return .refused(
                reason: "NoDefinition", message: "the run \(name) ended before it had a definition")
        }
        let task = retry["mode"] == "Task" ? retry["task"]?.stringValue : nil
        let identity = RunIdentity(namespace: source.namespace, name: source.name, uid: uid)
        let found = read(source.status, definition, identity, without: task)
        return found.keeping { children.current($0, of: identity, source.spec) }
    }

    private static func restored(
        _ name: String, of named: String, _ checkpoint: KubernetesObject?,
        _ children: ChildDefinitions
    ) -> Finding {
        guard let checkpoint else {
            return .waiting(
                reason: "CheckpointNotFound", message: "waiting for the RunCheckpoint \(name)")
        }
        let spec = checkpoint.spec
        guard spec["purpose"] == "Manual", let state = spec["state"],
            let definition = state["definition"], let uid = spec["run"]?["uid"]?.stringValue
        else {
            return .refused(
                reason: "InvalidCheckpoint",
                message: "the RunCheckpoint \(name) is none that a run can go on from")
        }
        let identity = RunIdentity(
            namespace: checkpoint.namespace, name: spec["run"]?["name"]?.stringValue ?? "", uid: uid
        )
        guard named.isEmpty || named == identity.name else {
            return .refused(
                reason: "CheckpointOfAnotherRun",
                message: "the RunCheckpoint \(name) is of the run \(identity.name), and not of"
                    + " \(named): correct spec.restoreFrom.run, or leave it out")
        }
        let found = read(state, definition, identity, without: nil)
        // What the run took over itself is known while it is there.
        let run = children.run(ObjectKey(namespace: identity.namespace, name: identity.name))
        let own = run?.uid == identity.uid ? run?.spec : nil
        return found.keeping { children.current($0, of: identity, own ?? [:]) }
    }

    /// Reads the results out of a stored status.
    private static func read(
        _ status: JSON, _ definition: JSON, _ identity: RunIdentity, without task: String?
    ) -> Finding {
        let inputs = status["inputs"]?.objectValue ?? [:]
        let pin = status["workflow"] ?? [:]
        // One that ended before it started has nothing to take over.
        guard (status["checkpoint"]?["sequence"]?.integerValue ?? 0) > 0 else {
            return .found(
                RunSource(definition: definition, pin: pin, inputs: inputs, results: [:]))
        }
        guard case .success(let plan) = WorkflowCompiler.compile(spec: definition, at: ["spec"])
        else {
            return .refused(
                reason: "InvalidDefinition",
                message: "the definition of the run \(identity.name) cannot be read any more")
        }
        do {
            let machine = try RunMachine(resuming: status, plan: plan, identity: identity)
            if let task, machine.phase(ofTask: task) == nil {
                return .refused(
                    reason: "UnknownTask", message: "the run \(identity.name) has no task \(task)")
            }
            return .found(
                RunSource(
                    definition: definition, pin: pin, inputs: inputs,
                    results: machine.results(without: task)))
        } catch {
            return .refused(reason: "InvalidCheckpoint", message: error.description)
        }
    }

    /// The inputs of the run: those of the other that its own definition takes, and over them what
    /// it was given itself.
    func inputs(overriddenBy given: JSONObject, for plan: WorkflowPlan) -> JSONObject {
        let names = Set(plan.definition.inputs.map(\.name))
        var merged = JSONObject(inputs.filter { names.contains($0.0) })
        merged.merge(given)
        return merged
    }
}

extension RunSource.Finding {
    /// The same with what is kept of the results.
    fileprivate func keeping(
        _ keep: ([String: TaskResult]) -> [String: TaskResult]
    ) -> RunSource.Finding {
        guard case .found(let source) = self else { return self }
        return .found(
            RunSource(
                definition: source.definition, pin: source.pin, inputs: source.inputs,
                results: keep(source.results)))
    }
}

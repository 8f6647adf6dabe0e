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
    /// What its tasks gave, by their keys: see `TaskKey`.
    let results: [String: JSONObject]

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

    /// Looks for what a run's spec names.
    ///
    /// - Parameters:
    ///   - source: the run that the spec names, with all its tasks in its status once it has ended.
    ///   - checkpoint: the `RunCheckpoint` that the spec names, with all tasks in its state.
    static func of(
        _ run: KubernetesObject, source: KubernetesObject?, checkpoint: KubernetesObject?
    ) -> Finding {
        if let retry = run.spec["retryOf"], let name = retry["run"]?.stringValue {
            return retried(name, retry, source)
        }
        if let name = run.spec["restoreFrom"]?["checkpoint"]?.stringValue {
            return restored(name, checkpoint)
        }
        return .none
    }

    private static func retried(
        _ name: String, _ retry: JSON, _ source: KubernetesObject?
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
        return read(source.status, definition, identity, without: task)
    }

    private static func restored(_ name: String, _ checkpoint: KubernetesObject?) -> Finding {
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
        return read(state, definition, identity, without: nil)
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
            var results = machine.results()
            if let task {
                guard machine.phase(ofTask: task) != nil else {
                    return .refused(
                        reason: "UnknownTask",
                        message: "the run \(identity.name) has no task \(task)")
                }
                for path in paths(in: status, below: task) {
                    if let key = machine.taskKey(ofTask: path) { results[key] = nil }
                }
            }
            return .found(
                RunSource(definition: definition, pin: pin, inputs: inputs, results: results))
        } catch {
            return .refused(reason: "InvalidCheckpoint", message: error.description)
        }
    }

    /// A task and, where it is a container, what is in it.
    private static func paths(in status: JSON, below task: String) -> [String] {
        let all = status["tasks"]?.objectValue?.keys.map { String($0) } ?? []
        return [task]
            + all.filter { path in
                ["\(task).", "\(task)[", "\(task)#"].contains { path.hasPrefix($0) }
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

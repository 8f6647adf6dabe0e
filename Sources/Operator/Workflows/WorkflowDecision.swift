import GitOps
import Kubernetes
import Resources
import Values
import Workflows

/// What is to be done about one `Workflow`, decided from what is seen and nothing else.
///
/// A workflow that appears, or whose definition changes, gets one run of that definition; runs of an
/// earlier one that go on are cancelled; a workflow that is deleted waits for its runs to end. See
/// docs/decisions/003-what-a-workflow-object-does.md.
struct WorkflowDecision {
    /// One thing to do, in this order.
    enum Action: Hashable {
        /// Keep the object until its runs have ended.
        case addFinalizer
        /// Ask a run to end, and say why.
        case cancelRun(ObjectKey, uid: String, reason: String, message: String)
        /// Create the run; one of that name that is there already is the same one.
        case createRun(KubernetesObject)
        /// Write the status.
        case writeStatus(JSON)
        /// Let the object go.
        case removeFinalizer
    }

    private let workflow: KubernetesObject
    private let plan: Result<WorkflowPlan, Diagnostics>
    private let runs: [KubernetesObject]
    private let now: Timestamp
    private let environment: [String: String]

    /// Takes what is seen.
    ///
    /// - Parameters:
    ///   - workflow: the object.
    ///   - plan: its definition, compiled.
    ///   - runs: the runs in its namespace that were made of it and go on, and the one that it
    ///     launched last, in any order.
    ///   - now: the time for conditions that change.
    ///   - environment: the variables that required inputs may take their values from.
    init(
        workflow: KubernetesObject, plan: Result<WorkflowPlan, Diagnostics>,
        runs: [KubernetesObject], now: Timestamp, environment: [String: String] = [:]
    ) {
        self.environment = environment
        self.workflow = workflow
        self.plan = plan
        self.runs = runs.sorted { $0.name < $1.name }
        self.now = now
    }

    /// Whether a change of a run is one of what is looked at here, and not only of how far it has come:
    /// a run writes its status many times, and each look costs something for each run that goes on.
    static func goes(by change: ObjectChange) -> Bool {
        guard case .updated(let old, let new) = change else { return true }
        return RunView(old) != RunView(new)
    }

    /// What is looked at of a run.
    private struct RunView: Hashable {
        let uid: String?
        let launcher: String?
        let desired: JSON?
        let status: [JSON?]

        init(_ run: KubernetesObject) {
            uid = run.uid
            launcher = run.label(Labels.workflowUID)
            desired = run.spec["desiredState"]
            let whole = run.status
            status =
                ["phase", "startTime", "completionTime"].map { whole[$0] } + [
                    whole["workflow"]?["uid"]
                ]
        }
    }

    /// What is to be done.
    var actions: [Action] {
        if workflow.isDeleting { return actionsOfDeletion }
        guard case .success(let plan) = plan else { return [.writeStatus(invalidStatus)] }
        var actions: [Action] = []
        if !workflow.finalizers.contains(Finalizers.cleanup) { actions.append(.addFinalizer) }
        var last = lastRun
        if let run = launch(of: plan) {
            for superseded in activeRuns where superseded.name != run.name && isLaunched(superseded)
            {
                actions.append(
                    cancel(
                        superseded, "Superseded",
                        "superseded by \(run.name), since the workflow's definition changed"))
            }
            actions.append(.createRun(run))
            last = [
                "name": .string(run.name), "digest": .string(plan.digest.description),
                "phase": "Pending",
            ]
        }
        actions.append(.writeStatus(status(of: plan, lastRun: last)))
        return actions
    }

    private var activeRuns: [KubernetesObject] {
        runs.filter { !RunPhases.hasEnded($0) }
    }

    /// Whether the run was made for this object rather than by a person who refers to it.
    private func isLaunched(_ run: KubernetesObject) -> Bool {
        run.label(Labels.workflowUID) == workflow.uid
    }

    private func cancel(_ run: KubernetesObject, _ reason: String, _ message: String) -> Action {
        .cancelRun(run.key, uid: run.uid ?? "", reason: reason, message: message)
    }

    private var actionsOfDeletion: [Action] {
        guard workflow.finalizers.contains(Finalizers.cleanup) else { return [] }
        let active = activeRuns
        guard !active.isEmpty else { return [.removeFinalizer] }
        return active.filter { !RunPhases.isToEnd($0) }.map {
            cancel($0, "WorkflowDeleted", "cancelled, since its workflow was deleted")
        }
    }

    /// The run that this definition should have and does not.
    private func launch(of plan: WorkflowPlan) -> KubernetesObject? {
        guard !plan.definition.isSuspended, !hasTriggers,
            plan.missingInputs(given: environment).isEmpty,
            lastRun?["digest"]?.stringValue != plan.digest.description, let uid = workflow.uid
        else { return nil }
        let name = RunName.triggered(
            workflow: workflow.name, workflowUID: uid,
            key: "\(workflow.generation) \(plan.digest)")
        var run = KubernetesObject(
            .workflowRuns, ObjectKey(namespace: workflow.namespace, name: name))
        run.labels = [
            Labels.workflow: .string(ResourceName.labelValue(workflow.name)),
            Labels.workflowUID: .string(uid),
        ]
        var annotations: JSONObject = [
            Annotations.workflowDigest: .string(plan.digest.description),
            Annotations.workflowGeneration: .string("\(workflow.generation)"),
        ]
        for name in [Annotations.commit, Annotations.path] {
            annotations[name] = workflow.annotation(name).map { .string($0) }
        }
        run.annotations = annotations
        // The run carries its definition, so nothing that is edited later can reach it (law 16).
        run.spec = [
            "workflowRef": ["kind": "Workflow", "name": .string(workflow.name)],
            "workflowSpec": workflow.spec,
        ]
        return run
    }

    /// Whether runs are started by something else than the definition being there.
    private var hasTriggers: Bool { workflow.spec["triggers"]?.arrayValue?.isEmpty == false }
}

extension WorkflowDecision {
    private var lastRun: JSON? {
        guard var last = workflow.status["lastRun"] else { return nil }
        guard let run = runs.first(where: { $0.name == last["name"]?.stringValue }) else {
            return last
        }
        last["uid"] = run.uid.map { .string($0) }
        last["phase"] = run.status["phase"] ?? "Pending"
        for field in ["startTime", "completionTime"] { last[field] = run.status[field] }
        return last
    }

    private func status(of plan: WorkflowPlan, lastRun: JSON?) -> JSON {
        var status: JSON = [
            "observedGeneration": .integer(workflow.generation),
            "digest": .string(plan.digest.description),
            "tasks": .integer(Int64(plan.tasks.count)),
            "activeRuns": .integer(Int64(activeRuns.count)),
            "conditions": readiness(of: plan).json(
                replacing: workflow.status["conditions"], generation: workflow.generation, now: now),
        ]
        status["lastRun"] = lastRun
        return status
    }

    private func readiness(of plan: WorkflowPlan) -> ReadyState {
        if plan.definition.isSuspended {
            return .ready(reason: "Suspended", message: "valid; spec.suspend holds new runs back")
        }
        if hasTriggers {
            return .ready(
                reason: "WaitingForTrigger", message: "valid; runs are started by its triggers")
        }
        let missing = plan.missingInputs(given: environment)
        guard missing.isEmpty else {
            return .ready(
                reason: "WaitingForInputs",
                message: "valid; create a WorkflowRun that gives \(missing.joined(separator: ", "))"
            )
        }
        return .ready(reason: "Valid", message: "\(plan.tasks.count) tasks")
    }

    private var invalidStatus: JSON {
        guard case .failure(let diagnostics) = plan else { return [:] }
        var status: JSON = [
            "observedGeneration": .integer(workflow.generation),
            "activeRuns": .integer(Int64(activeRuns.count)),
            "diagnostics": .array(diagnostics.all.prefix(20).map(\.statusJSON)),
            "conditions": ReadyState.stalled(
                reason: "InvalidDefinition", message: diagnostics.summary
            ).json(
                replacing: workflow.status["conditions"], generation: workflow.generation, now: now),
        ]
        status["lastRun"] = lastRun
        status["digest"] = workflow.status["digest"]
        return status
    }
}

extension Diagnostic {
    /// The diagnostic as a status lists it.
    var statusJSON: JSON {
        var json: JSON = [
            "severity": .string(severity.rawValue), "code": .string(code.rawValue),
            "path": .string(path.description), "message": .string(message),
        ]
        json["suggestion"] = suggestion.map { .string($0) }
        return json
    }
}

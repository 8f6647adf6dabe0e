import Engine
import Kubernetes
import Resources
import Values
import Workflows

/// How a run that this process does not drive yet is taken up, decided from the object alone.
enum RunAdoption: ~Copyable {
    /// It ended before; there is nothing to do.
    case ended
    /// It cannot start yet.
    case waiting(reason: String, message: String)
    /// It can never start, or go on, as it is.
    case refused(reason: String, message: String)
    /// Drive it.
    case drive(RunMachine, firstStatus: JSONObject)

    /// The most bytes of a definition that is copied into a run's status: what is left of a status
    /// under its bound (law 28) must hold the run itself.
    static let maximumPinnedBytes = 128 << 10

    /// The most shards that a run's checkpoint may have, of 256 KiB each.
    static let maximumShards = 64

    /// The reason of a run that waits for its definition.
    static let noDefinition = "DefinitionNotFound"

    /// The reason of a run that has started, and whose checkpoint cannot be read.
    static let damaged = "CheckpointDamaged"

    /// Decides.
    ///
    /// - Parameters:
    ///   - run: the object.
    ///   - shards: the statuses of the shards that it refers to.
    ///   - finding: what it takes over from another run.
    ///   - environment: the variables that required inputs may take their values from.
    ///   - bounds: what a run may take at most.
    ///   - lookUp: gives the definition of a kind and name in the run's namespace.
    static func of(
        _ run: KubernetesObject, shards: [Int: JSON] = [:],
        takingOver finding: RunSource.Finding = .none, environment: [String: String] = [:],
        bounds: RunLimits = RunLimits(),
        lookUp: (_ kind: String, _ name: String) -> KubernetesObject?
    ) -> RunAdoption {
        guard !RunPhases.hasEnded(run), let uid = run.uid else { return .ended }
        let identity = RunIdentity(namespace: run.namespace, name: run.name, uid: uid)
        let isResumed = run.checkpointSequence > 0
        // One that has started goes on as it did, whatever an earlier release let pass (law 38).
        if !isResumed,
            let problem = RunSpecCheck.problem(
                in: run.spec, name: run.name, label: run.label(Labels.workflow))
        {
            return .refused(reason: RunSpecCheck.reason, message: problem)
        }
        var source: RunSource?
        switch finding {
        case .none: break
        case .found(let found): source = found
        // A run that has started goes on without what is gone since: it knows what it took over.
        case .waiting(let reason, let message):
            if !isResumed { return .waiting(reason: reason, message: message) }
        case .refused(let reason, let message):
            if !isResumed { return .refused(reason: reason, message: message) }
        }
        if let pinned = run.status["definition"] ?? run.spec["workflowSpec"] {
            return isResumed
                ? resume(run, shards, pinned, identity, bounds, source)
                : start(
                    run, pinned, identity, environment, bounds, pin: inlinePin(run), source)
        }
        if let source, run.spec["workflowRef"] == nil {
            return start(
                run, source.definition, identity, environment, bounds, pin: source.pin, source,
                copies: true)
        }
        guard let reference = run.spec["workflowRef"], let name = reference["name"]?.stringValue
        else {
            return .refused(
                reason: "NoDefinition",
                message: "the run names no definition: set spec.workflowRef or spec.workflowSpec")
        }
        let kind = reference["kind"]?.stringValue ?? "Workflow"
        guard let definition = lookUp(kind, name) else {
            return .waiting(
                reason: noDefinition,
                message: "waiting for the \(kind) \(name) in the namespace \(run.namespace)")
        }
        return start(
            run, definition.spec, identity, environment, bounds,
            pin: pin(kind: kind, definition), source,
            copies: true)
    }

    private static func start(
        _ run: KubernetesObject, _ spec: JSON, _ identity: RunIdentity,
        _ environment: [String: String], _ bounds: RunLimits, pin: JSON, _ source: RunSource?,
        copies: Bool = false
    ) -> RunAdoption {
        let depth = WorkflowLimits.maximumDefinitionDepth
        guard !spec.nests(deeperThan: depth) else {
            return .refused(
                reason: "DefinitionTooDeep",
                message: "the definition nests deeper than the \(depth) levels that a run may hold")
        }
        let plan: WorkflowPlan
        switch WorkflowCompiler.compile(spec: spec, at: ["spec"]) {
        case .success(let compiled): plan = compiled
        case .failure(let diagnostics):
            return .refused(reason: "InvalidDefinition", message: diagnostics.summary)
        }
        let inputs: JSONObject
        let given = run.spec["inputs"]?.objectValue ?? [:]
        let wanted = source?.inputs(overriddenBy: given, for: plan) ?? given
        switch plan.resolveInputs(plan.inputs(wanted, completedFrom: environment)) {
        case .success(let resolved): inputs = resolved
        case .failure(let diagnostics):
            return .refused(reason: "InvalidInputs", message: diagnostics.summary)
        }
        var pin = pin
        pin["digest"] = .string(plan.digest.description)
        let started = StartedSpec.of(run.spec)
        var status: JSONObject = [
            "workflow": pin, "inputs": .object(inputs), "startedWith": started,
        ]
        var limits = bounds
        limits.otherStatusBytes = started.bytes.count
        limits.asksForAdmission = true
        limits.maximumShards = maximumShards
        if copies {
            let size = spec.bytes.count
            guard size <= maximumPinnedBytes else {
                return .refused(
                    reason: "DefinitionTooLarge",
                    message: "the definition has \(size) bytes; a run that refers to one takes at "
                        + "most \(maximumPinnedBytes). Give it as spec.workflowSpec instead")
            }
            status["definition"] = spec
            limits.otherStatusBytes += size
        }
        return .drive(
            RunMachine(
                plan: plan, identity: identity, inputs: inputs, limits: limits,
                reusing: source?.results ?? [:]),
            firstStatus: status)
    }

    private static func resume(
        _ run: KubernetesObject, _ shards: [Int: JSON], _ spec: JSON, _ identity: RunIdentity,
        _ bounds: RunLimits, _ source: RunSource?
    ) -> RunAdoption {
        guard case .success(let plan) = WorkflowCompiler.compile(spec: spec, at: ["spec"]),
            plan.digest.description == run.status["workflow"]?["digest"]?.stringValue
        else {
            return .waiting(
                reason: "DefinitionChanged",
                message: "the definition in the run was edited after the run started; put it back, "
                    + "or terminate the run")
        }
        do {
            var limits = bounds
            limits.asksForAdmission = true
            limits.maximumShards = maximumShards
            limits.otherStatusBytes =
                (run.status["definition"]?.bytes.count ?? 0)
                + (run.status["startedWith"]?.bytes.count ?? 0)
            let machine = try RunMachine(
                resuming: run.status, shards: shards, plan: plan, identity: identity,
                limits: limits, reusing: source?.results ?? [:])
            return .drive(machine, firstStatus: [:])
        } catch {
            return .waiting(
                reason: damaged,
                message: "the status cannot be that of the run: \(error): put it back, or terminate"
                    + " the run")
        }
    }

    /// Where the definition that a run carries came from, as far as its maker noted it.
    private static func inlinePin(_ run: KubernetesObject) -> JSON {
        var pin: JSON = [
            "kind": run.spec["workflowRef"]?["kind"] ?? "Workflow",
            "name": run.spec["workflowRef"]?["name"] ?? .string(run.name),
        ]
        pin["uid"] = run.label(Labels.workflowUID).map { .string($0) }
        pin["generation"] = run.annotation(Annotations.workflowGeneration).flatMap { Int64($0) }
            .map { .integer($0) }
        pin["commit"] = run.annotation(Annotations.commit).map { .string($0) }
        pin["path"] = run.annotation(Annotations.path).map { .string($0) }
        return pin
    }

    /// What a run that ends before it starts keeps, where its definition asks that somebody be told of
    /// that: the definition, which may be another by then, and the inputs, as far as they are right.
    ///
    /// - Parameter pin: where the definition comes from; nil where the run carries it.
    static func pinned(
        _ run: KubernetesObject, _ spec: JSON, pin: JSON?, environment: [String: String]
    ) -> JSONObject {
        guard spec["events"] != nil, spec.bytes.count <= maximumPinnedBytes,
            case .success(let plan) = WorkflowCompiler.compile(spec: spec, at: ["spec"])
        else { return [:] }
        var status: JSONObject = [:]
        if let pin {
            status["definition"] = spec
            status["workflow"] = pin
        }
        let given = run.spec["inputs"]?.objectValue ?? [:]
        if case .success(let inputs) = plan.resolveInputs(
            plan.inputs(given, completedFrom: environment))
        {
            status["inputs"] = .object(inputs)
        }
        return status
    }

    static func pin(kind: String, _ definition: KubernetesObject) -> JSON {
        var pin: JSON = [
            "kind": .string(kind), "name": .string(definition.name),
            "generation": .integer(definition.generation),
        ]
        pin["uid"] = definition.uid.map { .string($0) }
        pin["repository"] = definition.label(Labels.repository).map { .string($0) }
        pin["commit"] = definition.annotation(Annotations.commit).map { .string($0) }
        pin["path"] = definition.annotation(Annotations.path).map { .string($0) }
        return pin
    }
}

extension Diagnostics {
    /// The first error, and how many more there are.
    var summary: String {
        let first = errors.first?.description ?? "not valid"
        return errors.count > 1 ? "\(first) (and \(errors.count - 1) more)" : first
    }
}

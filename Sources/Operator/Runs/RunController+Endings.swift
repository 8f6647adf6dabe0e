import Engine
import GitOps
import Kubernetes
import Observability
import Resources
import Values

/// Runs that end, or have ended, without a machine.
extension RunController {
    /// Ends a run that was cancelled before it started, or is terminated while it waits for repair.
    func concludeIfCancelled(_ object: KubernetesObject) async -> Bool {
        guard let end = RunRepair.end(of: object) else { return false }
        await conclude(object, .cancelled, end.reason, end.message)
        return true
    }

    /// Ends a run that cannot be driven.
    func conclude(
        _ object: KubernetesObject, _ phase: RunPhase, _ reason: String, _ message: String
    ) async {
        var more: JSONObject
        do throws(IllegalTransition) {
            more = try RunRepair.ending(
                object.status, as: phase, reason: reason, at: context.time.now())
        } catch {
            context.logger.error(
                "a run cannot end as it is",
                ["run": .string("\(object.key)"), "error": .string("\(error)")])
            return
        }
        more.merge(pinned(of: object))
        if await write(object, phase, reason, message, more) {
            let steps = more["transitions"]?.arrayValue ?? []
            // One that is paused takes two steps; the list is as long as before where it is full.
            let isPaused = object.status["phase"]?.stringValue == RunPhase.paused.rawValue
            context.audit.note(
                steps.suffix(isPaused ? 2 : 1).compactMap { PhaseChange(ofRun: $0) }, object,
                object.checkpointSequence)
        }
        context.metrics.runsFinished.increment([phase.rawValue])
        context.record(object, isWarning: phase != .cancelled, reason: reason, message: message)
    }

    @discardableResult
    func write(
        _ object: KubernetesObject, _ phase: RunPhase, _ reason: String, _ message: String,
        _ more: JSONObject = [:]
    ) async -> Bool {
        let now = context.time.now()
        var status: JSON = [
            "phase": .string(phase.rawValue), "reason": .string(reason),
            "message": .string(message), "observedGeneration": .integer(object.generation),
            "conditions": ReadyState(phase: phase, reason: reason, message: message).json(
                replacing: object.status["conditions"], generation: object.generation, now: now),
        ]
        for (name, value) in more { status[name] = value }
        return await store(status, of: object)
    }

    /// What a run that ends before it starts is to keep of its definition, as that is now.
    private func pinned(of run: KubernetesObject) -> JSONObject {
        guard run.checkpointSequence == 0 else { return [:] }
        if let own = run.status["definition"] ?? run.spec["workflowSpec"] {
            return RunAdoption.pinned(run, own, pin: nil, environment: context.environment)
        }
        if let reference = run.spec["workflowRef"], let name = reference["name"]?.stringValue {
            let kind = reference["kind"]?.stringValue ?? "Workflow"
            let key = ObjectKey(namespace: run.namespace, name: name)
            return definitions(kind, key).map {
                RunAdoption.pinned(
                    run, $0.spec, pin: RunAdoption.pin(kind: kind, $0),
                    environment: context.environment)
            } ?? [:]
        }
        guard let name = run.spec["retryOf"]?["run"]?.stringValue,
            let source = cache.object(ObjectKey(namespace: run.namespace, name: name)),
            let definition = source.status["definition"] ?? source.spec["workflowSpec"]
        else { return [:] }
        return RunAdoption.pinned(
            run, definition, pin: source.status["workflow"] ?? [:],
            environment: context.environment)
    }

    /// Refuses what users asked of a run that had ended by then, as far as its status has room for it.
    func refuseOperations(of run: KubernetesObject) async {
        let refused = RequestedOperations.refused(of: run, now: context.time.now())
        guard !refused.isEmpty, await store(["operations": .object(refused)], of: run) else {
            return
        }
        for (id, record) in refused {
            context.record(
                run, isWarning: true, reason: "OperationRefused",
                message: "\(record["message"]?.stringValue ?? "") (\(id))")
        }
    }
}

extension PhaseChange {
    /// A step of a run as its status has it.
    fileprivate init?(ofRun step: JSON) {
        guard let time = step["time"]?.stringValue.flatMap({ Timestamp($0) }),
            let from = step["from"]?.stringValue, let to = step["to"]?.stringValue
        else { return nil }
        self.init(time: time, from: from, to: to, reason: step["reason"]?.stringValue)
    }
}

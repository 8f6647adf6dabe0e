import Engine
import Kubernetes
import Resources
import Values

/// What is told of a run that has started and cannot go on until somebody repairs it.
///
/// `status.reason` and `status.message` of such a run are the engine's: they say how it ends, and what
/// it goes on from. So why it waits is told beside them, in `status.waiting`
/// ([decision 044](../../../docs/decisions/044-waits-are-told-beside-the-checkpoint.md)).
enum RunRepair {
    /// The change of a run's status that tells why it waits; nil where the status tells it already.
    static func told(
        of run: KubernetesObject, _ reason: String, _ message: String, now: Timestamp
    ) -> JSON? {
        let text = EventText.cut(message)
        let present = run.status["waiting"]
        guard
            present?["reason"]?.stringValue != reason || present?["message"]?.stringValue != text
        else { return nil }
        return [
            "waiting": [
                "reason": .string(reason), "message": .string(text),
                "time": present?["time"] ?? .string(now.description),
            ],
            "conditions": ReadyState.stalled(reason: reason, message: text).json(
                replacing: run.status["conditions"], generation: run.generation, now: now),
            "observedGeneration": .integer(run.generation),
        ]
    }

    /// The change that takes it back, as the run goes on; nil where nothing was told.
    static func takenBack(from run: KubernetesObject, now: Timestamp) -> JSON? {
        guard let waiting = run.status["waiting"], !waiting.isNull else { return nil }
        let phase = run.status["phase"]?.stringValue.flatMap { RunPhase(rawValue: $0) } ?? .running
        let state = ReadyState(
            phase: phase, reason: run.status["reason"]?.stringValue,
            message: run.status["message"]?.stringValue)
        return [
            "waiting": .null,
            "conditions": state.json(
                replacing: run.status["conditions"], generation: run.generation, now: now),
            "observedGeneration": .integer(run.generation),
        ]
    }

    /// What the status of a run that nobody drives says at its end, beside why: its phase by the table of
    /// phases, when that was, and nothing of what it was about to do.
    static func ending(
        _ status: JSON, as end: RunPhase, reason: String, at now: Timestamp
    ) throws(IllegalTransition) -> JSONObject {
        var fields = try RunHistory.ending(status, as: end, reason: reason, at: now)
        fields["completionTime"] = .string(now.description)
        if status["startTime"] == nil { fields["startTime"] = .string(now.description) }
        for name in ["decision", "subphase", "timers", "waiting"] where status[name] != nil {
            fields[name] = .null
        }
        if status["admission"]?["position"] != nil {
            fields["admission"] = ["position": .null, "reason": .null]
        }
        return fields
    }

    /// How a run that nobody can drive ends because its user asks for that; nil where it does not.
    ///
    /// A cancel promises what `finally` and compensations say, which takes a run that can be driven: so
    /// one that has started waits for its repair then, too. To terminate promises nothing.
    static func end(of run: KubernetesObject) -> (reason: String, message: String)? {
        guard RunPhases.isToEnd(run) else { return nil }
        guard run.checkpointSequence > 0 else {
            return ("Cancelled", "cancelled before it started")
        }
        guard run.spec["desiredState"] == "Terminated" else { return nil }
        return (
            "TerminateRequested",
            "terminated while it waited for repair: nothing that it did was undone, and finally did"
                + " not run"
        )
    }
}

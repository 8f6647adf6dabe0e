import Admission
import Engine
import Kubernetes
import Resources
import Values
import Workflows

extension RunController {
    /// Whether a run may start now.
    ///
    /// That it may is recorded in its first checkpoint; one that has such a record may in any case.
    func admit(
        _ object: KubernetesObject, _ priority: Admission.Priority, into status: inout JSONObject
    ) async -> Bool {
        guard let uid = object.uid else { return false }
        // A child is part of its parent, which has its place and waits for it.
        if object.isChildRun { return true }
        if object.isAdmitted {
            gate.restore(object.key, uid: uid)
            return true
        }
        let (answer, others) = gate.request(
            object.key, uid: uid, priority: priority, number: object.priorityNumber,
            created: object.creationTimestamp, version: object.resourceVersion)
        enqueue(others)
        switch answer {
        case .admitted:
            var record: JSON = [
                "time": .string(context.time.now().description),
                "priority": .string(priority.rawValue),
            ]
            // What was written of its wait is over: a merge patch must say so.
            if let waited = object.status["admission"]?.objectValue {
                for name in ["position", "reason"] where waited[name] != nil {
                    record[name] = .null
                }
                status["reason"] = .null
                status["message"] = .null
            }
            status["admission"] = record
            return true
        case .waits(let wait):
            await show(wait, of: object, priority)
            return false
        }
    }

    /// Writes how a run waits, where that is news.
    func show(
        _ wait: RunGate.Wait, of object: KubernetesObject, _ priority: Admission.Priority? = nil
    ) async {
        guard let uid = object.uid else { return }
        if await concludeIfCancelled(object) {
            forgetWaiting(object.key)
            return
        }
        // Whoever changed its class is told that it was heard, wherever that brings it.
        let isOtherClass = priority.map {
            object.status["admission"]?["priority"] != .string($0.rawValue)
        }
        guard isOtherClass == true || RunGate.isNews(wait, after: object.waitTold) else {
            gate.told(wait, to: object.key, uid: uid)
            return
        }
        var admission: JSON = object.status["admission"] ?? [:]
        admission["position"] = .integer(Int64(wait.position))
        admission["reason"] = .string(wait.reason.word)
        if let priority { admission["priority"] = .string(priority.rawValue) }
        if admission["queuedTime"] == nil {
            admission["queuedTime"] = .string(context.time.now().description)
        }
        gate.told(wait, to: object.key, uid: uid)
        await write(
            object, .pending, wait.reason.word,
            "number \(wait.position) in line of its namespace; it waits for \(wait.reason)",
            ["admission": admission])
    }

    /// Forgets a run that waited, and is gone or ended.
    func forgetWaiting(_ key: ObjectKey) {
        waiting.forget(key)
        enqueue(gate.forget(key))
    }
}

extension KubernetesObject {
    /// Whether a run was let in to start: its status says so, or it has started already.
    var isAdmitted: Bool {
        status["admission"]?["time"]?.stringValue != nil || checkpointSequence > 0
    }

    /// Whether a task of another run made this one.
    var isChildRun: Bool { ownerReferences.contains { $0.kind == "WorkflowRun" } }

    /// The number by which a run's spec says how urgent it is; nil where it does not.
    var priorityNumber: Int64? { spec["priority"]?.integerValue }

    /// The class of a run: its own, else that of its definition.
    func runPriority(or given: Workflows.Priority?) -> Admission.Priority {
        if let number = priorityNumber { return Admission.Priority(number: number) }
        return given.flatMap { Admission.Priority(rawValue: $0.rawValue) } ?? .normal
    }

    /// How the status says that the run waits; nil where it says nothing of that.
    fileprivate var waitTold: RunGate.Told? {
        guard let admission = status["admission"], admission["time"] == nil,
            let position = admission["position"]?.integerValue,
            let word = admission["reason"]?.stringValue
        else { return nil }
        return RunGate.Told(position: Int(clamping: position), word: word)
    }
}

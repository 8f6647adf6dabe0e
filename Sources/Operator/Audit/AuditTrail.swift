import Engine
import Kubernetes
import Values

/// Tells whoever keeps the audit trail what became of runs, tasks and approvals, one line each.
///
/// A line is told once what it says is stored: before that it may never come true. A process that is
/// killed between the two leaves the lines of that write out, and the takeover that follows shows it, as
/// the numbers of a run's checkpoints leave none out. What is told is what statuses say as well: phases,
/// reasons, names of people and of tasks, and no inputs, outputs or messages.
struct AuditTrail: Sendable {
    private let keep: (@Sendable ([JSON]) -> Void)?

    /// Makes a trail; nil means that nobody keeps it.
    init(_ keep: (@Sendable ([JSON]) -> Void)? = nil) { self.keep = keep }

    /// Whether anybody keeps it.
    var isKept: Bool { keep != nil }

    /// Tells the steps that a stored checkpoint of a run carries.
    func note(_ changes: [PhaseChange], _ run: KubernetesObject, _ sequence: Int64) {
        guard let keep, !changes.isEmpty else { return }
        let subject = AuditTrail.subject(run, sequence)
        keep(
            changes.map { change in
                var line = subject
                line["time"] = .string(change.time.description)
                line["type"] = change.task == nil ? "Run" : "Task"
                line["from"] = .string(change.from)
                line["to"] = .string(change.to)
                line["reason"] = change.reason.map { .string($0) }
                if let task = change.task {
                    line["task"] = .string(task)
                    if change.attempt > 0 { line["attempt"] = .integer(Int64(change.attempt)) }
                }
                return line
            })
    }

    /// Tells that a process goes on with a run, from which checkpoint.
    func noteTakeover(of run: KubernetesObject, by holder: String, at now: Timestamp) {
        guard let keep else { return }
        var line = AuditTrail.subject(run, run.checkpointSequence)
        line["time"] = .string(now.description)
        line["type"] = "Takeover"
        line["holder"] = .string(holder)
        keep([line])
    }

    /// Tells that an approval was decided, and by whom.
    ///
    /// - Parameter before: The phase that was stored before; nil where there was none.
    func note(approval: KubernetesObject, before: String?, at now: Timestamp) {
        guard let keep, let phase = approval.status["phase"]?.stringValue, phase != before else {
            return
        }
        var line: JSON = [
            "time": .string(now.description), "type": "Approval",
            "namespace": .string(approval.namespace), "approval": .string(approval.name),
            "to": .string(phase),
        ]
        line["from"] = before.map { .string($0) }
        line["run"] = approval.spec["run"]?["name"]
        line["task"] = approval.spec["task"]
        line["reason"] = approval.status["reason"]
        let answers = (approval.spec["decisions"]?.arrayValue ?? []).compactMap { answer -> JSON? in
            guard let user = answer["user"] else { return nil }
            return ["user": user, "decision": answer["decision"] ?? .null]
        }
        // Not every answer counts: one may come from somebody who was not asked.
        if !answers.isEmpty { line["decisions"] = .array(answers) }
        line["approvers"] = approval.status["approvers"]
        keep([line])
    }

    private static func subject(_ run: KubernetesObject, _ sequence: Int64) -> JSON {
        [
            "namespace": .string(run.namespace), "run": .string(run.name),
            "uid": .string(run.uid ?? ""), "checkpoint": .integer(sequence),
        ]
    }
}

import Executors
import GitOps
import Kubernetes
import Values
import Workflows

/// Runs `approval` tasks: asks people through an `Approval` object, and waits for what they decide.
///
/// Nothing of it is lost with the process: the next attempt finds the object again by its name.
struct ApprovalExecutor: TaskExecutor {
    let type = "approval"
    let context: OperatorContext
    let cache: ObjectCache
    let signals: ObjectSignals
    let controller: ApprovalController

    func execute(
        _ attempt: TaskAttemptRequest, output: any AttemptOutputSink
    ) async -> AttemptOutcome {
        do throws(TaskError) {
            let question = try ApprovalQuestion(attempt.inputs, now: context.time.now())
            let owned = OwnedObject(context: context, type: .approvals, cache: cache)
            var draft = owned.draft(of: attempt)
            draft.spec = question.spec(for: attempt)
            // What is asked is read by more people than the run is (law 35). Its digest is that of what
            // the task asks, which a secret that is learned of later does not change.
            for text in ["message", "payload"] {
                draft.spec[text] = draft.spec[text].map {
                    context.redact(value: $0, in: attempt.namespace)
                }
            }
            let approval = try await owned.createOrAdopt(draft, for: attempt) { present in
                ApprovalExecutor.difference(of: present, from: draft)
            }
            controller.note(question.asked(by: approval, draft.spec), by: approval)
            defer { controller.forget(approval) }
            let line = "asks for approval: \(approval.name), \(question.digest)\n"
            await output.write(stream: .stdout, bytes: Array(line.utf8))
            return await owned.outcome(
                of: approval, signals, ifGone: ("ApprovalDeleted", "was deleted undecided"),
                read: { ApprovalExecutor.outcome(of: $0) }
            ) {
                controller.withdraw(approval)
                return .cancelled
            }
        } catch {
            return Task.isCancelled ? .cancelled : .failed(error)
        }
    }

    /// What makes an approval another one than that of a draft.
    ///
    /// By what the operator noted of it. The spec is judged later: it may have been changed since, and
    /// put back. Only one that an earlier release has decided tells by its spec what it was of.
    private static func difference(
        of present: KubernetesObject, from draft: KubernetesObject
    ) -> String? {
        let noted = present.status["question"]?["digest"]
        let phase = present.status["phase"]?.stringValue ?? ""
        guard noted != nil || !["", "Pending"].contains(phase) else { return nil }
        return noted ?? present.spec["digest"] == draft.spec["digest"]
            ? nil : "its digest is another one: what is to be approved has changed"
    }

    /// How the attempt ends, once the approval is decided.
    private static func outcome(of approval: KubernetesObject) -> AttemptOutcome? {
        let status = approval.status
        switch status["phase"]?.stringValue {
        case "Approved":
            return .succeeded(outputs: [
                "approved": true, "approvers": status["approvers"] ?? [],
                "comment": status["comment"] ?? "",
            ])
        case "Rejected":
            return .failed(
                TaskError(
                    type: "ApprovalRejected",
                    message: status["message"]?.stringValue ?? "rejected", isRetryable: false))
        case "Withdrawn":
            return .failed(
                TaskError(
                    type: "ApprovalWithdrawn",
                    message: status["message"]?.stringValue ?? "withdrawn", isRetryable: false))
        default: return nil
        }
    }
}

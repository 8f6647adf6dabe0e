import Executors
import GitOps
import Kubernetes
import Resources
import Values
import Workflows

/// Runs `workflow` tasks: each is a run of its own, whose outputs are the task's.
///
/// Nothing of it is lost with the process: the next attempt finds the run again by its name.
struct ChildRunExecutor: TaskExecutor {
    /// How many runs may be started by one another, the outermost not counted.
    static let maximumDepth = 16

    let type = "workflow"
    let context: OperatorContext
    let runs: ObjectCache
    let signals: ObjectSignals
    let controller: ChildRunController

    func execute(
        _ attempt: TaskAttemptRequest, output: any AttemptOutputSink
    ) async -> AttemptOutcome {
        do throws(TaskError) {
            guard let definition = attempt.workflow else {
                throw .invalid("the task names no definition: set its workflow")
            }
            try checkDepth(of: attempt)
            try checkNesting(of: .object(attempt.inputs), "the inputs of the run")
            let owned = OwnedObject(context: context, type: .workflowRuns, cache: runs)
            var draft = owned.draft(of: attempt)
            draft.labels[Labels.workflow] = .string(ResourceName.labelValue(definition.name))
            let reference: JSON = [
                "kind": .string(definition.kind), "name": .string(definition.name),
            ]
            draft.spec = ["workflowRef": reference, "inputs": .object(attempt.inputs)]
            let child = try await owned.createOrAdopt(draft, for: attempt) { present in
                guard present.spec["workflowRef"] == reference else {
                    return "it runs another definition"
                }
                return present.spec["inputs"] ?? [:] == .object(attempt.inputs)
                    ? nil : "it was given other inputs"
            }
            let line = "runs \(definition.kind) \(definition.name) as \(child.name)\n"
            await output.write(stream: .stdout, bytes: Array(line.utf8))
            return await owned.outcome(
                of: child, signals, ifGone: ("ChildRunDeleted", "was deleted before it ended"),
                read: { ChildRunExecutor.outcome(of: await whole($0)) }
            ) {
                // Only the run itself may end its child, and then waits until it has ended.
                controller.withdraw(child)
                return nil
            }
        } catch {
            return Task.isCancelled ? .cancelled : .failed(error)
        }
    }

    /// A workflow that starts itself, directly or through others, ends here.
    private func checkDepth(of attempt: TaskAttemptRequest) throws(TaskError) {
        var depth = 1
        var run = runs.object(ObjectKey(namespace: attempt.namespace, name: attempt.run))
        while let owner = run?.controller, owner.kind == "WorkflowRun" {
            depth += 1
            guard depth <= ChildRunExecutor.maximumDepth else {
                throw TaskError(
                    type: "DepthExceeded",
                    message: "more than \(ChildRunExecutor.maximumDepth) runs were started by one"
                        + " another; does a workflow start itself?",
                    isRetryable: false)
            }
            run = runs.object(ObjectKey(namespace: attempt.namespace, name: owner.name))
        }
    }

    /// The child with the tasks that are not in its status, where it tells by them why it failed.
    private func whole(_ child: KubernetesObject) async -> KubernetesObject {
        guard RunPhases.hasEnded(child), child.status["phase"] != "Completed",
            ShardReader.isSharded(child)
        else { return child }
        // Only the type of the error is in doubt without them.
        return (try? await ShardReader(client: context.client).whole(child)) ?? child
    }

    /// How the attempt ends, once the child has.
    static func outcome(of child: KubernetesObject) -> AttemptOutcome? {
        let status = child.status
        let message = status["message"]?.stringValue ?? ""
        let told = "the run \(child.name) ended: \(status["phase"]?.stringValue ?? "")"
        let sentence = message.isEmpty ? told : "\(told): \(message)"
        switch status["phase"]?.stringValue {
        case "Completed":
            return .succeeded(outputs: status["outputs"]?.objectValue ?? [:])
        case "Failed", "RolledBack":
            return .failed(
                TaskError(
                    type: failedTask(status) ?? status["reason"]?.stringValue ?? "ChildRunFailed",
                    message: sentence, isRetryable: false))
        case "TimedOut":
            return .failed(
                TaskError(type: TaskError.Kind.timeout, message: sentence, isRetryable: true))
        case "Cancelled":
            return .failed(
                TaskError(type: "ChildRunCancelled", message: sentence, isRetryable: false))
        default: return nil
        }
    }

    /// The type of the error that ended the child: that of the task which failed first.
    private static func failedTask(_ status: JSON) -> String? {
        let failed = (status["tasks"]?.objectValue ?? [:]).filter { _, task in
            ["Failed", "TimedOut"].contains(task["phase"]?.stringValue ?? "")
        }
        return failed.min { first, second in
            let times = [first, second].map { $0.1["completionTime"]?.stringValue ?? "~" }
            return (times[0], first.0) < (times[1], second.0)
        }?.1["error"]?["type"]?.stringValue
    }
}

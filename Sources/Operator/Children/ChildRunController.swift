import GitOps
import Kubernetes
import Observability
import Resources
import Synchronization
import Values

/// Keeps every child run in step with the run that started it: paused and resumed with it, and
/// cancelled once nobody waits for it.
///
/// It goes by the objects alone: a process that died between the end of a run and the cancellation of
/// its children leaves nothing behind.
final class ChildRunController: Sendable {
    static let workers = 4

    private let context: OperatorContext
    private let runs: ObjectCache
    private let queue: WorkQueue<ObjectKey>
    /// Child runs that their attempts want no more, by UID.
    private let withdrawn = Mutex<Set<String>>([])

    /// Makes a controller over a cache of runs, which finds them by owner.
    init(context: OperatorContext, runs: ObjectCache) {
        self.context = context
        self.runs = runs
        queue = WorkQueue(time: context.time, random: context.random)
    }

    /// Looks at a run that changed, where it is a child, and at its children.
    func runChanged(_ run: KubernetesObject) {
        if run.controller?.kind == "WorkflowRun" { queue.add(run.key) }
        guard let uid = run.uid else { return }
        queue.add(contentsOf: runs.objects(index: ObjectIndex.owner.name, value: uid).map(\.key))
    }

    /// Ends a child run, as its parent wants no more of the attempt that started it.
    func withdraw(_ child: KubernetesObject) {
        guard let uid = child.uid else { return }
        withdrawn.withLock { _ = $0.insert(uid) }
        queue.add(child.key)
    }

    /// Works until the task is cancelled.
    func run() async {
        await queue.work(workers: ChildRunController.workers) { await self.reconcile($0) }
    }

    private func reconcile(_ key: ObjectKey) async {
        // Until the cache shows our own last write, it shows the past (law 23).
        guard let current = runs.current(key) else { return }
        guard let child = current, let uid = child.uid, !child.isDeleting,
            !RunPhases.hasEnded(child)
        else {
            if let uid = current?.uid { withdrawn.withLock { _ = $0.remove(uid) } }
            queue.forget(key)
            return
        }
        guard let change = change(of: child) else {
            queue.forget(key)
            return
        }
        do {
            let written = try await context.client.patch(
                .workflowRuns, key, .merge(change.patch(uid: uid)))
            runs.recordWrite(written)
            queue.forget(key)
            context.record(
                written, isWarning: false, reason: change.reason, message: change.message)
        } catch {
            if error.code != .conflict && error.code != .notFound {
                context.logger.warning(
                    "child run not brought in step",
                    ["run": .string("\(key)"), "error": error.logField])
            }
            queue.addAfterBackoff(key)
        }
    }

    private func change(of child: KubernetesObject) -> ChildRunChange? {
        if withdrawn.withLock({ $0.contains(child.uid ?? "") }) {
            return ChildRunChange.cancelling(child, "the task that started it was cancelled")
        }
        guard let owner = child.controller, owner.kind == "WorkflowRun" else { return nil }
        let parent = runs.object(ObjectKey(namespace: child.namespace, name: owner.name))
        return ChildRunChange.of(child, parent: parent)
    }
}

/// What a child run is told, decided from it and its parent and nothing else.
struct ChildRunChange: Hashable {
    let desiredState: String
    let reason: String
    let message: String
    /// Whether the annotation stands that says whose pause it is; nil leaves it.
    let isPausedWithParent: Bool?

    static func of(_ child: KubernetesObject, parent: KubernetesObject?) -> ChildRunChange? {
        switch ParentTask.of(child, run: parent) {
        case .unknown: return nil
        case .gone(let why):
            let isTerminated = parent?.spec["desiredState"]?.stringValue == "Terminated"
            return cancelling(child, why, isTerminated: isTerminated)
        case .waiting: break
        }
        let desired = child.spec["desiredState"]?.stringValue ?? "Running"
        // A cancel is the last wish (law 18).
        guard !RunPhases.isToEnd(child) else { return nil }
        let isParentPaused = parent?.spec["desiredState"]?.stringValue == "Paused"
        if isParentPaused, desired == "Running" {
            return ChildRunChange(
                desiredState: "Paused", reason: "PausedWithParent",
                message: "paused with the run that started it", isPausedWithParent: true)
        }
        // A pause that somebody asked of the child itself is theirs to end.
        let isOurs = child.annotation(Annotations.pausedWithParent) != nil
        if !isParentPaused, desired == "Paused", isOurs {
            return ChildRunChange(
                desiredState: "Running", reason: "ResumedWithParent",
                message: "resumed with the run that started it", isPausedWithParent: false)
        }
        return nil
    }

    /// A child of a run that does not even do what `finally` says does not do so either.
    static func cancelling(
        _ child: KubernetesObject, _ why: String, isTerminated: Bool = false
    ) -> ChildRunChange? {
        let wanted = isTerminated ? "Terminated" : "Cancelled"
        let present = child.spec["desiredState"]?.stringValue
        guard present != wanted, present != "Terminated" else { return nil }
        return ChildRunChange(
            desiredState: wanted, reason: "CancelledWithParent",
            message: "cancelled, since \(why)", isPausedWithParent: nil)
    }

    func patch(uid: String) -> JSON {
        var metadata: JSON = ["uid": .string(uid)]
        if let isPausedWithParent {
            metadata["annotations"] = [
                Annotations.pausedWithParent: isPausedWithParent ? "true" : .null
            ]
        }
        return ["metadata": metadata, "spec": ["desiredState": .string(desiredState)]]
    }
}

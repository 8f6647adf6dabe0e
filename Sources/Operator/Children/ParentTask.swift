import Engine
import Kubernetes
import Resources
import Values

/// How the task that made an object stands, as its run's status tells.
///
/// Whoever started the object may be gone since; from here it is known all the same whether anybody
/// still waits for it.
enum ParentTask: Hashable {
    /// The run is not known here: nothing is decided.
    case unknown
    /// The task waits for the object.
    case waiting
    /// The run or the task went on without it.
    case gone(String)

    /// Looks at the run that owns an object.
    static func of(_ object: KubernetesObject, run: KubernetesObject?) -> ParentTask {
        guard let run, let uid = run.uid, object.isOwned(byUID: uid) else { return .unknown }
        if run.isDeleting { return .gone("its run \(run.name) is being deleted") }
        if RunPhases.hasEnded(run), let end = run.status["phase"]?.stringValue {
            return .gone("its run \(run.name) ended: \(end)")
        }
        if RunPhases.isToEnd(run) {
            return .gone("its run \(run.name) is cancelled")
        }
        // Without an entry the task's state is not stored yet, or is in a shard: it is not known.
        guard let path = object.annotation(Annotations.task),
            let task = run.status["tasks"]?[path]
        else { return .waiting }
        let current = task["attempt"]?.integerValue ?? 0
        let own = object.annotation(Annotations.attempt).flatMap { Int64($0) } ?? current
        // A later attempt of the task asks anew. An entry of an earlier one is an old view.
        if current > own { return .gone("its task \(path) went on to attempt \(current)") }
        let phase = task["phase"]?.stringValue ?? ""
        guard current == own, TaskPhase(rawValue: phase)?.isTerminal == true else {
            return .waiting
        }
        return .gone("its task \(path) ended: \(phase)")
    }
}

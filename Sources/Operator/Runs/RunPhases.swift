import Kubernetes
import Values

/// What the phase in a run's status says of it.
enum RunPhases {
    /// The phases that no run leaves.
    static let ends: Set<String> = ["Completed", "Failed", "Cancelled", "TimedOut", "RolledBack"]

    /// Whether somebody asked a run to end, be it by deleting it.
    static func isToEnd(_ run: KubernetesObject) -> Bool {
        run.isDeleting
            || ["Cancelled", "Terminated"].contains(run.spec["desiredState"]?.stringValue ?? "")
    }

    /// Whether a run has begun and has not ended, as its status tells.
    static func isUnderWay(_ run: KubernetesObject) -> Bool {
        run.checkpointSequence > 0 && !hasEnded(run)
    }

    /// Whether a run has ended, as its status tells.
    static func hasEnded(_ run: KubernetesObject) -> Bool {
        ends.contains(run.status["phase"]?.stringValue ?? "")
    }
}

import Engine
import Kubernetes
import Values

/// What the phase in a run's status says of it.
enum RunPhases {
    /// Whether a word is that of a phase which no run leaves.
    static func isEnd(_ phase: String?) -> Bool {
        phase.flatMap { RunPhase(rawValue: $0) }?.isTerminal == true
    }

    /// Whether somebody asked a run to end, be it by deleting it.
    static func isToEnd(_ run: KubernetesObject) -> Bool {
        if run.isDeleting { return true }
        let desired = run.spec["desiredState"]?.stringValue
        return desired.flatMap { DesiredRunState(rawValue: $0) }?.isEnd == true
    }

    /// Whether a run has begun and has not ended, as its status tells.
    static func isUnderWay(_ run: KubernetesObject) -> Bool {
        run.checkpointSequence > 0 && !hasEnded(run)
    }

    /// Whether a run has ended, as its status tells.
    static func hasEnded(_ run: KubernetesObject) -> Bool {
        isEnd(run.status["phase"]?.stringValue)
    }
}

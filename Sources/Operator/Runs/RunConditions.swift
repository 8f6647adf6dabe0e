public import Engine
public import Resources

extension ReadyState {
    /// What kstatus is told of a run in a phase.
    ///
    /// A run that was cancelled, failed or timed out will not get to its end by itself: stalled.
    public init(phase: RunPhase, reason: String?, message: String?) {
        let reason = reason ?? phase.rawValue
        switch phase {
        case .completed:
            self = .ready(reason: reason, message: message ?? "the run completed")
        case .failed, .cancelled, .timedOut, .rolledBack:
            self = .stalled(reason: reason, message: message ?? "the run ended: \(phase.rawValue)")
        case .pending:
            self = .reconciling(reason: reason, message: message ?? "the run has not started")
        case .running:
            self = .reconciling(reason: reason, message: message ?? "the run is going on")
        case .paused:
            self = .reconciling(reason: reason, message: message ?? "the run is paused")
        }
    }
}

/// Where a run stands.
public enum RunPhase: String, Sendable, Hashable, CaseIterable {
    /// Not started.
    case pending = "Pending"
    /// Tasks are started as they become ready, or the last of them are being stopped.
    case running = "Running"
    /// What runs goes on to its end; nothing new starts.
    case paused = "Paused"
    /// Every task ended and none failed the run.
    case completed = "Completed"
    /// A task, an output or a limit failed the run.
    case failed = "Failed"
    /// Cancelled as asked.
    case cancelled = "Cancelled"
    /// The run's own timeout passed.
    case timedOut = "TimedOut"

    /// Whether the phase is an end, which no run ever leaves.
    public var isTerminal: Bool {
        switch self {
        case .pending, .running, .paused: false
        case .completed, .failed, .cancelled, .timedOut: true
        }
    }

    /// Whether a run may go from this phase to the other in one step.
    public func mayBecome(_ next: RunPhase) -> Bool {
        switch self {
        case .pending: next != .pending
        case .running: next != .pending && next != .running
        case .paused: next != .pending && next != .paused
        case .completed, .failed, .cancelled, .timedOut: false
        }
    }
}

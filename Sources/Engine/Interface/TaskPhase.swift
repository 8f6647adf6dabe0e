/// Where a task of a run stands.
public enum TaskPhase: String, Sendable, Hashable, CaseIterable {
    /// Waits for a task it depends on.
    case pending = "Pending"
    /// Nothing it depends on is missing; waits for a free place or for the run to resume.
    case ready = "Ready"
    /// The intent to start an attempt is recorded, or about to be; the effect has not begun.
    case launching = "Launching"
    /// An attempt was handed out to be executed.
    case running = "Running"
    /// An attempt failed; the next waits for its time.
    case retrying = "Retrying"
    /// Ended well.
    case completed = "Completed"
    /// Ended with an error that is not, or no longer, retried.
    case failed = "Failed"
    /// Never ran, by a condition, a missing output, or the failure of the run.
    case skipped = "Skipped"
    /// Stopped, or never started, because the run was cancelled, failed or timed out.
    case cancelled = "Cancelled"
    /// The last attempt passed its deadline.
    case timedOut = "TimedOut"

    /// Whether the phase is an end, which no task ever leaves.
    public var isTerminal: Bool {
        switch self {
        case .pending, .ready, .launching, .running, .retrying: false
        case .completed, .failed, .skipped, .cancelled, .timedOut: true
        }
    }

    /// Whether an attempt of the task may be executing, or be about to.
    public var isActive: Bool { self == .launching || self == .running }

    /// Whether a task may go from this phase to the other in one step.
    ///
    /// Every change of a task's phase in the engine passes this table. A launching or running task
    /// goes back to ready only where the fate of its attempt is unknown after a crash. A ready one is
    /// retrying where its attempt was not admitted.
    public func mayBecome(_ next: TaskPhase) -> Bool {
        switch self {
        case .pending: next == .ready || next == .skipped || next == .failed || next == .cancelled
        case .ready:
            next == .launching || next == .retrying || next == .completed || next == .failed
                || next == .skipped || next == .cancelled
        case .launching: next == .running || next == .ready || next == .failed || next == .cancelled
        case .running:
            next != .pending && next != .launching && next != .skipped && next != .running
        case .retrying: next == .ready || next == .skipped || next == .cancelled
        case .completed, .failed, .skipped, .cancelled, .timedOut: false
        }
    }
}

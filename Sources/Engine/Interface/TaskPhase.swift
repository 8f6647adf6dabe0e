/// Where a task of a run stands.
public enum TaskPhase: String, Sendable, Hashable, CaseIterable {
    /// Waits for a task it depends on.
    case pending = "Pending"
    /// Waits for a moment, as a task of type `wait` does.
    case waiting = "Waiting"
    /// Nothing it depends on is missing; waits for a free place or for the run to resume.
    case ready = "Ready"
    /// The intent to start an attempt is recorded, or about to be; the effect has not begun.
    case launching = "Launching"
    /// An attempt was handed out to be executed; of a container, its body runs.
    case running = "Running"
    /// The decision of people is awaited.
    case waitingApproval = "WaitingApproval"
    /// An attempt failed; the next waits for its time.
    case retrying = "Retrying"
    /// An attempt was cut off and nobody knows what it did; a user decides what becomes of the task.
    case inDoubt = "InDoubt"
    /// Ended well.
    case completed = "Completed"
    /// Ended with an error that is not, or no longer, retried.
    case failed = "Failed"
    /// Never ran, by a condition, a missing output, a user's wish, or the failure of what it is part
    /// of.
    case skipped = "Skipped"
    /// Stopped, or never started, because what it is part of was cancelled, failed or timed out.
    case cancelled = "Cancelled"
    /// The last attempt passed its deadline.
    case timedOut = "TimedOut"

    /// Whether the phase is an end, which no task ever leaves.
    public var isTerminal: Bool {
        switch self {
        case .pending, .waiting, .ready, .launching, .running, .waitingApproval, .retrying,
            .inDoubt:
            false
        case .completed, .failed, .skipped, .cancelled, .timedOut: true
        }
    }

    /// Whether an attempt of the task may be executing, or be about to.
    public var isActive: Bool {
        self == .launching || self == .running || self == .waitingApproval
    }

    /// Whether a task may go from this phase to the other in one step.
    ///
    /// Every change of a task's phase in the engine passes this table, and a step that is not in it is
    /// not taken: see ``RunMachine/fault``. A task whose attempt is under way goes back to ready only
    /// where the fate of that attempt is unknown after a crash, where a fallback is tried, or where the
    /// owner refuses the attempt after a pause.
    public func mayBecome(_ next: TaskPhase) -> Bool {
        switch (self, next) {
        // It can start, cannot start, is settled by a user, or is swept away with the run.
        case (.pending, .ready), (.pending, .completed), (.pending, .failed),
            (.pending, .skipped), (.pending, .cancelled):
            true
        // A place is free: what has an effect is staged, what has none is done or waits on the spot;
        // or the owner does not let the attempt begin.
        case (.ready, .launching), (.ready, .running), (.ready, .waiting), (.ready, .retrying),
            (.ready, .completed), (.ready, .failed), (.ready, .skipped), (.ready, .cancelled),
            (.ready, .timedOut):
            true
        // The intent is stored; or a crash or a user came between.
        case (.launching, .running), (.launching, .waitingApproval), (.launching, .ready),
            (.launching, .inDoubt), (.launching, .completed), (.launching, .failed),
            (.launching, .skipped), (.launching, .cancelled):
            true
        case (.running, .ready), (.running, .retrying), (.running, .inDoubt),
            (.waitingApproval, .ready), (.waitingApproval, .retrying),
            (.waitingApproval, .inDoubt):
            true
        case (.running, _), (.waitingApproval, _): next.isTerminal
        // A wait has no attempt that could fail, and only ends too late.
        case (.waiting, .completed), (.waiting, .skipped), (.waiting, .cancelled),
            (.waiting, .retrying), (.waiting, .ready), (.waiting, .failed), (.waiting, .timedOut):
            true
        case (.retrying, .ready), (.retrying, .completed), (.retrying, .skipped),
            (.retrying, .cancelled):
            true
        case (.inDoubt, .ready), (.inDoubt, .completed), (.inDoubt, .failed),
            (.inDoubt, .skipped), (.inDoubt, .cancelled):
            true
        default: false
        }
    }
}

internal import Values

/// What is known of the run itself.
struct RunState: Sendable {
    var phase: RunPhase = .pending
    var reason: String?
    var message: String?
    var started: Timestamp?
    var completed: Timestamp?
    var outputs: JSONObject?
    /// When the run times out; while it is paused, when it would have.
    var deadline: Timestamp?
    var pausedSince: Timestamp?
    /// Why it stops, while some attempts have yet to end.
    var ending: Ending?
    /// How it ends, once that is decided and something is still to be done.
    var decision: Decision?
    /// What it is doing; follows from the decision and the reason.
    var stage = Stage.main
    /// The last changes of its phase.
    var transitions: [RunTransition] = []
    /// What came of users' operations, by their ids.
    var operations: [String: OperationRecord] = [:]
    /// The wish last heard.
    var desired: DesiredRunState = .running
    /// Whether `start` was heard.
    var begun = false
    /// Whether `finish` was given.
    var finished = false
    /// The fields that a stored status may have of the run.
    var writtenFields: RunFields = []
    /// The fields among those that are lists or maps and changed since they were last handed out.
    var changedFields: RunFields = [.transitions, .operations, .outputs]

    /// What a run does, one after the other.
    enum Stage: Sendable {
        /// The tasks of the workflow.
        case main
        /// The compensations of those that completed.
        case rollback
        /// The tasks of `finally`.
        case finally
    }

    /// How a run ends.
    struct Decision: Sendable, Hashable {
        var phase: RunPhase
        var reason: String?
        var message: String?
    }
}

/// Why a run stops while some of its attempts have yet to end; stored as the run's reason.
enum Ending: String, Sendable, CaseIterable {
    case failing = "Failing"
    case cancelling = "Cancelling"
    case terminating = "Terminating"
    case timingOut = "TimingOut"
    case rollingBack = "RollingBack"
    /// Its status would have no room for its end.
    case rejecting = "Rejecting"

    /// The phase the run ends in.
    var phase: RunPhase {
        switch self {
        case .failing, .rejecting: .failed
        case .cancelling, .terminating: .cancelled
        case .timingOut: .timedOut
        case .rollingBack: .rolledBack
        }
    }

    /// The reason of tasks that are settled by it.
    var taskReason: TaskReason {
        switch self {
        case .failing, .rejecting: .runFailed
        case .cancelling, .terminating: .runCancelled
        case .timingOut: .runTimedOut
        case .rollingBack: .runRolledBack
        }
    }

    /// The reason the run ends with.
    var finalReason: String {
        switch self {
        case .failing: RunReason.taskFailed
        case .cancelling: RunReason.cancelled
        case .terminating: RunReason.terminated
        case .timingOut: RunReason.timedOut
        case .rollingBack: RunReason.rolledBack
        case .rejecting: RunReason.tooLarge
        }
    }
}

/// The reasons a run ends with, in words that stay the same.
enum RunReason {
    static let completedWithFailures = "CompletedWithFailures"
    static let taskFailed = "TaskFailed"
    static let outputFailed = "OutputFailed"
    static let finallyFailed = "FinallyFailed"
    static let rollbackFailed = "RollbackFailed"
    static let tooLarge = "RunTooLarge"
    static let cancelled = "CancelRequested"
    static let terminated = "TerminateRequested"
    static let timedOut = "RunTimeout"
    static let rolledBack = "RolledBack"
    /// The tasks of `finally` run.
    static let finalizing = "Finalizing"
    /// The compensations run.
    static let compensating = "Compensating"
}

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
    /// The wish last heard.
    var desired: DesiredRunState = .running
    /// Whether `start` was heard.
    var begun = false
    /// Whether `finish` was given.
    var finished = false
    /// The fields that a stored status may have of the run.
    var writtenFields: RunFields = []
}

/// Why a run stops while some of its attempts have yet to end; stored as the run's reason.
enum Ending: String, Sendable, CaseIterable {
    case failing = "Failing"
    case cancelling = "Cancelling"
    case timingOut = "TimingOut"
    /// Its status would have no room for its end.
    case rejecting = "Rejecting"

    /// The phase the run ends in.
    var phase: RunPhase {
        switch self {
        case .failing, .rejecting: .failed
        case .cancelling: .cancelled
        case .timingOut: .timedOut
        }
    }

    /// The reason of tasks that are settled by it.
    var taskReason: TaskReason {
        switch self {
        case .failing, .rejecting: .runFailed
        case .cancelling: .runCancelled
        case .timingOut: .runTimedOut
        }
    }
}

extension Ending {
    /// The reason the run ends with.
    var finalReason: String {
        switch self {
        case .failing: RunReason.taskFailed
        case .cancelling: RunReason.cancelled
        case .timingOut: RunReason.timedOut
        case .rejecting: RunReason.tooLarge
        }
    }
}

/// The reasons a run ends with, in words that stay the same.
enum RunReason {
    static let completedWithFailures = "CompletedWithFailures"
    static let taskFailed = "TaskFailed"
    static let outputFailed = "OutputFailed"
    static let tooLarge = "RunTooLarge"
    static let cancelled = "CancelRequested"
    static let timedOut = "RunTimeout"
}

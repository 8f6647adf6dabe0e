internal import Values

/// What is known of one task: what the status says of it, and a little that follows from that.
///
/// It is small and flat, as a run holds one for every task of its plan; what few tasks have is in
/// ``TaskDetail``.
struct TaskState: Sendable {
    var phase: TaskPhase = .pending
    var reason: TaskReason?
    var marks: TaskMarks = []
    /// The fields that a stored status may have of this task, so that a patch must clear them.
    var writtenFields: TaskFields = []
    /// How many of its dependencies have not ended.
    var unmet: Int32 = 0
    /// The number of the current or last attempt; 0 before the first.
    var attempt: Int32 = 0
    /// How many attempts ended in an unknown fate.
    var interruptions: Int32 = 0
    var started: Timestamp?
    var completed: Timestamp?
}

/// What only some tasks have.
struct TaskDetail: Sendable, Hashable {
    var nextAttempt: Timestamp?
    var errorType: String?
    var errorMessage: String?
    var message: String?
    var isEmpty: Bool { self == TaskDetail() }
}

/// Passing marks of a task; none of them is stored.
struct TaskMarks: OptionSet, Sendable {
    let rawValue: UInt8
    /// Is in the list of what the next patch carries.
    static let changed = TaskMarks(rawValue: 1)
    /// `cancelAttempt` was given for the current attempt.
    static let cancelled = TaskMarks(rawValue: 2)
    /// The current attempt passed its deadline.
    static let expired = TaskMarks(rawValue: 4)
}

/// Why a task is where it is, in words that stay the same.
enum TaskReason: String, Sendable, CaseIterable {
    /// Its own condition was false.
    case conditionFalse = "ConditionFalse"
    /// A task it depends on was skipped by a condition, directly or not.
    case dependencySkipped = "DependencySkipped"
    /// It needs an output of a task that has none.
    case missingOutput = "MissingOutput"
    /// The run failed before the task ended.
    case runFailed = "RunFailed"
    /// The run was cancelled before the task ended.
    case runCancelled = "RunCancelled"
    /// The run timed out before the task ended.
    case runTimedOut = "RunTimedOut"
    /// A crash left the fate of an attempt unknown, and the next one waits for its start.
    case interrupted = "Interrupted"

    /// Its next attempt waits to be admitted; the message says for what.
    case queued = "Queued"

    /// Whether the task was settled only because the run ended.
    var isSweep: Bool {
        self == .runFailed || self == .runCancelled || self == .runTimedOut
    }

    /// Whether the task was skipped by a condition, its own or one before it.
    var isConditional: Bool { self == .conditionFalse || self == .dependencySkipped }
}

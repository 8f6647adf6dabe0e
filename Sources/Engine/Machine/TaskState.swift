internal import Values
internal import Workflows

/// What is known of one task: what the status says of it, and a little that follows from that.
///
/// It is small and flat, as a run holds one for every task of its plan; what few tasks have is in
/// ``TaskDetail``.
struct TaskState: Sendable {
    var phase: TaskPhase = .pending
    var reason: TaskReason?
    var marks: TaskMarks = []
    /// How urgent it is: 0 is the most.
    ///
    /// From the plan.
    var urgency: UInt8 = 2
    /// What is special about it.
    ///
    /// From the plan.
    var traits: TaskTraits = []
    /// The fields that a stored status may have of this task, so that a patch must clear them.
    var writtenFields: TaskFields = []
    /// The shard of the checkpoint that holds it; 0 is the status itself.
    var shard: UInt16 = 0
    /// The scope instance it is part of.
    var instance: Int32 = 0
    /// How many of its dependencies have not ended.
    var unmet: Int32 = 0
    /// The number of the current or last attempt; 0 before the first.
    var attempt: Int32 = 0
    /// How many attempts ended in an unknown fate.
    var interruptions: Int32 = 0
    var started: Timestamp?
    var completed: Timestamp?

    /// Its place among the ready tasks: what takes no place comes first, then by urgency.
    var level: UInt8 { traits.contains(.companion) ? 0 : urgency + 1 }

    /// Whether bodies of it run, or are about to end.
    var isOpenContainer: Bool { marks.contains(.container) }

    /// Goes to a phase, which the next patch is to say.
    mutating func enter(_ phase: TaskPhase) {
        self.phase = phase
        marks.insert(.changed)
    }

    /// Takes up its next attempt.
    mutating func begin(at now: Timestamp) {
        attempt += 1
        reason = nil
        if started == nil { started = now }
    }

    /// Keeps why and when it ended, and lets go of what passes with that.
    mutating func finish(_ reason: TaskReason?, at now: Timestamp) {
        self.reason = reason
        marks.subtract([.container, .lookedUp, .missed])
        if let started { completed = max(started, now) }
    }
}

/// What only some tasks have.
struct TaskDetail: Sendable, Hashable {
    var nextAttempt: Timestamp?
    /// How many seconds the next attempt is waited for, rounded up; 0 in statuses of earlier releases.
    var wait: Int32 = 0
    var errorType: String?
    var errorMessage: String?
    /// The number that the other side gave.
    var errorCode: Int32?
    var message: String?
    /// The case that a branch took.
    var caseName: String?
    /// When the attempt under way must have ended, where that outlives this process: of a container,
    /// and of an attempt that is idempotent by a name.
    ///
    /// Of a wait, where that is before what it waits for.
    var deadline: Timestamp?
    /// When all attempts must have ended, where a pause has moved that.
    var totalDeadline: Timestamp?
    /// Since when the next attempt waits to be admitted.
    var queued: Timestamp?
    /// When a task that waits for a moment is done.
    var until: Timestamp?
    /// The number of the fallback in use, from 1; 0 is the task itself.
    var fallback: Int32 = 0
    /// The place of its end among those of all tasks that can be undone, from 1.
    var order: Int32 = 0
    /// What the attempt under way, or the last one, last said of its progress.
    var progress: JSONObject?
    /// The bytes of that.
    var progressBytes: Int32 = 0
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
    /// It is running by its bodies and not by an attempt.
    ///
    /// Follows from phase, plan and fallback.
    static let container = TaskMarks(rawValue: 8)
    /// The answer to a look-up is awaited.
    ///
    /// After a crash the task is ready and asks again.
    static let lookedUp = TaskMarks(rawValue: 16)
    /// No look-up is needed any more.
    ///
    /// After a crash one more is made, to no harm.
    static let missed = TaskMarks(rawValue: 32)
    /// It ran in this run, or depends on one that did: what earlier runs gave is not for it.
    ///
    /// Follows from phases and reasons.
    static let fresh = TaskMarks(rawValue: 64)
    /// What it depends on is to be looked at: not all of it completed, or nobody counted.
    ///
    /// Set for every task of a run that is rebuilt.
    static let uneven = TaskMarks(rawValue: 128)
}

/// Why a task is where it is, in words that stay the same.
enum TaskReason: String, Sendable, CaseIterable {
    /// Its own condition was false.
    case conditionFalse = "ConditionFalse"
    /// A task it depends on was skipped by a condition, directly or not.
    case dependencySkipped = "DependencySkipped"
    /// Too few of the tasks it depends on ended as it asks.
    case dependencyUnmet = "DependencyUnmet"
    /// It needs an output of a task that has none.
    case missingOutput = "MissingOutput"
    /// The run failed before the task ended.
    case runFailed = "RunFailed"
    /// The run was cancelled before the task ended.
    case runCancelled = "RunCancelled"
    /// The run timed out before the task ended.
    case runTimedOut = "RunTimedOut"
    /// The run was rolled back before the task ended.
    case runRolledBack = "RunRolledBack"
    /// Another task of the container failed before the task ended.
    case scopeFailed = "ContainerFailed"
    /// The container timed out before the task ended.
    case scopeTimedOut = "ContainerTimedOut"
    /// The container was ended by a user.
    case scopeEnded = "ContainerEnded"
    /// The attempt is past its deadline, and was asked to stop: so it stays whatever a clock says.
    case expired = "DeadlineExceeded"
    /// A crash left the fate of an attempt unknown, and the next one waits for its start.
    case interrupted = "Interrupted"
    /// The result of an earlier try of the run stands in for an attempt.
    case reused = "Reused"
    /// A result from the cache stands in for an attempt.
    case cached = "Cached"
    /// The task failed, and a value stands in for what it would have given.
    case fallbackValue = "FallbackValue"
    /// The task failed, and counts as skipped.
    case fallbackSkipped = "FallbackSkipped"
    /// A user skipped it.
    case skippedByUser = "SkippedByUser"
    /// A user gave its outputs.
    case setByUser = "SetByUser"

    /// Its next attempt waits to be admitted; the message says for what.
    case queued = "Queued"

    /// Whether the task was settled only because the run ended.
    var isSweep: Bool {
        switch self {
        case .runFailed, .runCancelled, .runTimedOut, .runRolledBack: true
        default: false
        }
    }

    /// Whether the task was settled only because what it is part of ended.
    var isImposed: Bool {
        isSweep || self == .scopeFailed || self == .scopeTimedOut || self == .scopeEnded
    }

    /// Whether the task was skipped by a condition, its own or one before it.
    var isConditional: Bool {
        self == .conditionFalse || self == .dependencySkipped || self == .dependencyUnmet
    }
}

public import Expressions

/// That a task waits for another of its scope.
public struct DependencyEdge: Sendable, Hashable {
    /// The task that is waited for, by index in the scope.
    public var task: Int32
    /// How far it must have come for the edge to hold.
    public var when: DependencyCondition
    /// Whether outputs or the phase of the task are referred to.
    public var isData: Bool
    /// Whether the edge fails to hold where the task was skipped by its condition: so for a task that
    /// is named without `when`, and not for one that is only referred to.
    public var passesSkip: Bool

    /// Makes an edge.
    public init(
        task: Int32, when: DependencyCondition, isData: Bool = false, passesSkip: Bool = true
    ) {
        self.task = task
        self.when = when
        self.isData = isData
        self.passesSkip = passesSkip
    }
}

/// How far a task must have come for those that depend on it.
public enum DependencyCondition: String, Sendable, Hashable, CaseIterable {
    /// It completed.
    case success = "Success"
    /// It ended in any way.
    case completion = "Completion"
    /// It failed or took too long.
    case failure = "Failure"
    /// Its first attempt was begun: both may run at once.
    case started = "Started"
}

/// How many of a task's edges must hold for it to run.
public enum JoinRule: Sendable, Hashable {
    /// All of them, once all have ended.
    case all
    /// One, as soon as it does.
    case any
    /// So many, as soon as they do.
    case atLeast(Int)
    /// As many as make the expression over `tasks.ID.phase` true, looked at whenever one has ended.
    case expression(Expression)
}

/// What a false condition does.
public enum FalseAction: String, Sendable, Hashable, CaseIterable {
    /// The task is skipped.
    case skip = "Skip"
    /// The task fails, with an error of type `ConditionError`.
    case fail = "Fail"
}

/// What becomes of an attempt whose end a crash hid.
public enum InterruptionAction: String, Sendable, Hashable, CaseIterable {
    /// Another attempt is made.
    case retry = "Retry"
    /// The task fails.
    case fail = "Fail"
    /// The task waits until the user has decided.
    case hold = "Hold"
}

/// How urgent a run or an attempt is.
public enum Priority: String, Sendable, Hashable, CaseIterable, Comparable {
    case low, normal, high, critical

    /// The least number above 0, or the largest below, that `WorkflowRun.spec.priority` has in its
    /// place.
    public var level: Int {
        switch self {
        case .low: -1
        case .normal: 0
        case .high: 1
        case .critical: 100
        }
    }

    /// Whether the first is less urgent than the second.
    public static func < (first: Priority, second: Priority) -> Bool { first.level < second.level }
}

public import Values

/// One attempt at one task of a run.
public struct AttemptReference: Sendable, Hashable, CustomStringConvertible {
    /// The task's index in its plan.
    public let task: Int
    /// The number of the attempt, from 1, without gaps.
    public let attempt: Int

    /// Makes a reference.
    public init(task: Int, attempt: Int) {
        self.task = task
        self.attempt = attempt
    }

    /// The reference for logs: `3#1` is the first attempt of the task at index 3.
    public var description: String { "\(task)#\(attempt)" }
}

/// An attempt that its owner is asked to admit.
public struct AttemptRequest: Sendable, Hashable {
    /// The attempt it will be.
    public let reference: AttemptReference
    /// The task's id.
    public let taskID: String
    /// The task's type, which names its executor.
    public let type: String
}

/// An attempt with everything its executor needs.
public struct TaskAttempt: Sendable, Hashable {
    /// The attempt, as the owner reports its end.
    public let reference: AttemptReference
    /// The task's id.
    public let taskID: String
    /// The task's type, which names its executor.
    public let type: String
    /// The task's inputs, evaluated.
    public let inputs: JSONObject
    /// When the attempt must have ended: by the task's timeout or the run's, whichever is first.
    ///
    /// Nil where there is neither.
    public internal(set) var deadline: Timestamp?
}

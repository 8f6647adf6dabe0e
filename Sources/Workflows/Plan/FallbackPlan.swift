public import Expressions
public import Values

/// One thing that is tried after the last attempt of a task failed.
public enum FallbackPlan: Sendable {
    /// Another attempt, by other means.
    case attempt(FallbackAttempt)
    /// Outputs in place of the task's; an object. Sees `error` beside what the task sees.
    case value(ValueTemplate)
    /// The result of an earlier run of the same task, no older than this.
    case cached(maximumAge: Duration?)
    /// The task counts as skipped.
    case skip
}

/// An attempt by other means; it is made once.
public struct FallbackAttempt: Sendable {
    /// The type, that of the task where none is written.
    public var type: String
    /// The implementation.
    public var executor: String?
    /// What it takes, that of the task where none is written.
    ///
    /// Sees `error` (type, message, code)
    /// beside what the task sees.
    public var inputs: ValueTemplate
    /// Settings of the executor's own.
    public var config: JSONObject
    /// The definition that an attempt of type `workflow` runs.
    public var workflow: ChildWorkflow?

    /// Makes an attempt.
    public init(
        type: String, executor: String? = nil, inputs: ValueTemplate, config: JSONObject = [:],
        workflow: ChildWorkflow? = nil
    ) {
        self.type = type
        self.executor = executor
        self.inputs = inputs
        self.config = config
        self.workflow = workflow
    }
}

/// What undoes a completed task when its run is rolled back.
public struct CompensationPlan: Sendable {
    /// The type of the undoing attempt.
    public var type: String
    /// The implementation.
    public var executor: String?
    /// What it takes; sees the outputs of the task itself beside what the task sees.
    public var inputs: ValueTemplate
    /// Settings of the executor's own.
    public var config: JSONObject
    /// The definition that an attempt of type `workflow` runs.
    public var workflow: ChildWorkflow?
    /// What holds for attempts that fail.
    public var retryPolicy: RetryPolicy
    /// How long one attempt may take.
    public var timeout: Duration?

    /// Makes a compensation.
    public init(
        type: String, executor: String? = nil, inputs: ValueTemplate, config: JSONObject = [:],
        workflow: ChildWorkflow? = nil, retryPolicy: RetryPolicy = .none, timeout: Duration? = nil
    ) {
        self.workflow = workflow
        self.type = type
        self.executor = executor
        self.inputs = inputs
        self.config = config
        self.retryPolicy = retryPolicy
        self.timeout = timeout
    }
}

/// How long a result stands in for another run of the same task.
public struct CachePolicy: Sendable {
    /// How old a result may be.
    public var maximumAge: Duration
    /// What the result depends on; everything the task takes where nil.
    public var key: ValueTemplate?

    /// Makes a policy.
    public init(maximumAge: Duration, key: ValueTemplate? = nil) {
        self.maximumAge = maximumAge
        self.key = key
    }
}

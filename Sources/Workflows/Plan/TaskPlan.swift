/// One task of a plan: what it does, what it waits for, and what holds for its attempts.
public struct TaskPlan: Sendable {
    /// The id, unique in the plan.
    public var id: String
    /// What the task does: the name of its executor.
    public var type: String
    /// A title for people; the id where none is given.
    public var name: String
    /// What holds for attempts that fail; the workflow's policy, or one attempt, where the task has
    /// none of its own.
    public var retryPolicy: RetryPolicy
    /// How long one attempt may take.
    public var timeout: Duration?
    /// What a failure does to the run.
    public var failureAction: FailureAction
    /// All tasks this one waits for, by index, ascending: those of the next two together.
    public var dependencies: [Int32]
    /// The tasks that `dependsOn` names, by index, ascending.
    public var orderDependencies: [Int32]
    /// The tasks whose outputs or phase are referred to, by index, ascending.
    public var dataDependencies: [Int32]
    /// The outputs the task declares, with their kinds.
    public var declaredOutputs: [String: ValueKind]

    /// Makes a task that waits for the tasks named and those referred to.
    public init(
        id: String, type: String, name: String? = nil, retryPolicy: RetryPolicy = .none,
        timeout: Duration? = nil, failureAction: FailureAction = .fail,
        orderDependencies: [Int32] = [], dataDependencies: [Int32] = [],
        declaredOutputs: [String: ValueKind] = [:]
    ) {
        self.id = id
        self.type = type
        self.name = name ?? id
        self.retryPolicy = retryPolicy
        self.timeout = timeout
        self.failureAction = failureAction
        self.orderDependencies = Set(orderDependencies).sorted()
        self.dataDependencies = Set(dataDependencies).sorted()
        dependencies = Set(orderDependencies + dataDependencies).sorted()
        self.declaredOutputs = declaredOutputs
    }
}

/// A value that a run ends with.
public struct OutputPlan: Sendable {
    /// The name.
    public var name: String

    /// Makes an output.
    public init(name: String) {
        self.name = name
    }
}

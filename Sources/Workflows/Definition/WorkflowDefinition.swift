public import Values

/// A workflow's `spec` in its canonical form, typed.
///
/// Made by ``WorkflowCompiler`` from JSON that satisfies the schema of the kind. Expressions are still
/// text here; a ``WorkflowPlan`` holds them compiled.
public struct WorkflowDefinition: Sendable, Hashable {
    /// What the workflow is for.
    public var description: String?
    /// Whether new runs are refused.
    public var isSuspended = false
    /// How long a run may take.
    public var timeout: Duration?
    /// How many tasks of a run may be under way at once.
    public var maxParallel: Int?
    /// The policy of tasks that have none of their own.
    public var retryPolicy: RetryPolicy?
    /// What a failed task does, where it does not say so itself.
    public var failureAction: FailureAction?
    /// The values a run is started with, in file order.
    public var inputs: [InputDefinition] = []
    /// The steps, in file order.
    public var tasks: [TaskDefinition] = []
    /// The values a run ends with, by name.
    public var outputs: [OutputDefinition] = []

    /// Makes an empty definition.
    public init() {}
}

/// One step of a workflow, as it is written.
public struct TaskDefinition: Sendable, Hashable {
    /// The name, unique in the workflow.
    public var id: String
    /// What the task does.
    public var type: String
    /// A title for people.
    public var name: String?
    /// What the task is for.
    public var description: String?
    /// The tasks named as dependencies.
    public var dependsOn: [String] = []
    /// What the type takes; strings may hold expressions.
    public var inputs: JSONObject = [:]
    /// The outputs the task declares, with their kinds.
    public var outputs: [String: ValueKind] = [:]
    /// The expression that lets the task be skipped.
    public var condition: String?
    /// The task's own policy.
    public var retryPolicy: RetryPolicy?
    /// How long one attempt may take.
    public var timeout: Duration?
    /// What a failure does to the run, where the task says so.
    public var failureAction: FailureAction?

    /// Makes a task that only has a name and a type.
    public init(id: String, type: String) {
        self.id = id
        self.type = type
    }
}

/// A value that a run ends with, as it is written.
public struct OutputDefinition: Sendable, Hashable {
    /// The name.
    public var name: String
    /// The value, with expressions in its strings.
    public var value: JSON
    /// The value where the first cannot be had.
    public var fallback: JSON?
    /// What the value is.
    public var description: String?
    /// Whether it is written as an object with a `value`, rather than as the value alone.
    var isObject: Bool

    /// Makes an output.
    public init(name: String, value: JSON, fallback: JSON? = nil, description: String? = nil) {
        self.name = name
        self.value = value
        self.fallback = fallback
        self.description = description
        isObject = fallback != nil || description != nil
    }
}

public import Expressions
import Values

/// One task of a plan: what it does, what it waits for, and what holds for its attempts.
public struct TaskPlan: Sendable {
    /// The id, unique in the plan.
    public var id: String
    /// What the task does: the name of its executor.
    public var type: String
    /// A title for people; the id where none is given.
    public var name: String
    /// What the executor gets, an object with expressions in its strings.
    public var inputs: ValueTemplate
    /// Where it is false, the task is skipped.
    public var condition: Expression?
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
        id: String, type: String, name: String? = nil, inputs: ValueTemplate,
        condition: Expression? = nil, retryPolicy: RetryPolicy = .none, timeout: Duration? = nil,
        failureAction: FailureAction = .fail, orderDependencies: [Int32] = [],
        dataDependencies: [Int32] = [], declaredOutputs: [String: ValueKind] = [:]
    ) {
        self.id = id
        self.type = type
        self.name = name ?? id
        self.inputs = inputs
        self.condition = condition
        self.retryPolicy = retryPolicy
        self.timeout = timeout
        self.failureAction = failureAction
        self.orderDependencies = TaskPlan.ascending(orderDependencies)
        self.dataDependencies = TaskPlan.ascending(dataDependencies)
        dependencies = TaskPlan.ascending(orderDependencies + dataDependencies)
        self.declaredOutputs = declaredOutputs
    }

    private static func ascending(_ indices: [Int32]) -> [Int32] {
        var list: [Int32] = []
        for index in indices.sorted() where list.last != index { list.append(index) }
        return list
    }
}

/// A value that a run ends with.
public struct OutputPlan: Sendable {
    /// The name.
    public var name: String
    /// The value, with expressions in its strings.
    public var value: ValueTemplate
    /// The value where the first cannot be had, as a task it needs gave nothing.
    public var fallback: ValueTemplate?

    /// Makes an output.
    public init(name: String, value: ValueTemplate, fallback: ValueTemplate? = nil) {
        self.name = name
        self.value = value
        self.fallback = fallback
    }
}

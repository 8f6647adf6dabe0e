public import Expressions
import Values

/// One task of a plan: what it does, what it waits for, and what holds for its attempts.
///
/// What only few tasks have is behind ``options``, so that a plan of many plain tasks stays small.
public struct TaskPlan: Sendable {
    /// The id, unique in its scope.
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
    /// All tasks this one waits for, by index in its scope, ascending: those of the next two together.
    public var dependencies: [Int32]
    /// The tasks that `dependsOn` names, by index, ascending.
    public var orderDependencies: [Int32]
    /// The tasks whose outputs or phase are referred to, by index, ascending; for a container, also
    /// by what is in its bodies.
    public var dataDependencies: [Int32]
    /// One for each of ``dependencies``, in the same order.
    public var edges: [DependencyEdge]
    /// How many of the edges must hold.
    public var join: JoinRule
    /// The outputs the task declares, with their kinds.
    public var declaredOutputs: [String: ValueKind]

    // An array of at most one: a plain task has no options, and none are copied with it.
    private var optionStorage: [TaskOptions] = []

    /// Makes a task that waits for the tasks named and those referred to.
    ///
    /// Its ``edges`` are those of plain names: `success` for tasks named, `completion` for those that
    /// are only referred to.
    public init(
        id: String, type: String, name: String? = nil, inputs: ValueTemplate,
        condition: Expression? = nil, retryPolicy: RetryPolicy = .none, timeout: Duration? = nil,
        failureAction: FailureAction = .fail, orderDependencies: [Int32] = [],
        dataDependencies: [Int32] = [], declaredOutputs: [String: ValueKind] = [:]
    ) {
        let order = TaskPlan.ascending(orderDependencies)
        let data = TaskPlan.ascending(dataDependencies)
        let edges = TaskPlan.ascending(order + data).map { task in
            let isNamed = order.contains(task)
            return DependencyEdge(
                task: task, when: isNamed ? .success : .completion, isData: data.contains(task),
                passesSkip: isNamed)
        }
        self.init(
            id: id, type: type, name: name, inputs: inputs, condition: condition,
            retryPolicy: retryPolicy, timeout: timeout, failureAction: failureAction,
            orderDependencies: order, edges: edges, declaredOutputs: declaredOutputs)
    }

    /// Makes a task with its edges, which must be in ascending order of their tasks.
    public init(
        id: String, type: String, name: String? = nil, inputs: ValueTemplate,
        condition: Expression? = nil, retryPolicy: RetryPolicy = .none, timeout: Duration? = nil,
        failureAction: FailureAction = .fail, orderDependencies: [Int32], edges: [DependencyEdge],
        join: JoinRule = .all, declaredOutputs: [String: ValueKind] = [:],
        options: TaskOptions? = nil
    ) {
        self.id = id
        self.type = type
        self.name = name ?? id
        self.inputs = inputs
        self.condition = condition
        self.retryPolicy = retryPolicy
        self.timeout = timeout
        self.failureAction = failureAction
        self.orderDependencies = orderDependencies
        self.edges = edges
        self.join = join
        self.declaredOutputs = declaredOutputs
        dependencies = edges.map(\.task)
        dataDependencies = edges.filter(\.isData).map(\.task)
        if let options { optionStorage = [options] }
    }

    /// Whether the task has anything that ``TaskOptions/none`` has not.
    public var hasOptions: Bool { !optionStorage.isEmpty }

    /// What only some tasks have.
    public var options: TaskOptions {
        get { optionStorage.isEmpty ? .none : optionStorage[0] }
        set { optionStorage = [newValue] }
    }

    private static func ascending(_ indices: [Int32]) -> [Int32] {
        var list: [Int32] = []
        for index in indices.sorted() where list.last != index { list.append(index) }
        return list
    }
}

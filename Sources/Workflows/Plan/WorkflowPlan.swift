public import Values

/// A workflow ready to be run: tasks as dense indices, what each waits for, and the values it takes.
public struct WorkflowPlan: Sendable {
    /// The definition it was made from.
    public private(set) var definition: WorkflowDefinition
    /// All scopes: the tasks of the workflow first, then the others, each after that of its owner.
    public private(set) var scopes: [ScopePlan]
    /// The index of the scope of `finally`.
    public let finallyScope: Int?
    /// The tasks of the workflow itself, in file order.
    public let tasks: [TaskPlan]
    /// The values the run ends with, by name.
    public let outputs: [OutputPlan]
    /// Whom the end of the run is told.
    public let notifications: [NotificationPlan]
    /// Which task of the workflow itself waits for which.
    public let graph: TaskGraph
    /// The tasks of the workflow itself in an order in which each comes after those it waits for.
    public let topologicalOrder: [Int]
    /// The digest of the canonical definition.
    public let digest: Digest

    /// Makes a plan without containers, or nil where two tasks have one id or the dependencies hold
    /// a cycle.
    ///
    /// ``WorkflowCompiler`` makes plans from manifests and tells what is wrong; this is for plans
    /// that are put together in code.
    public init?(
        definition: WorkflowDefinition, tasks: [TaskPlan], outputs: [OutputPlan], digest: Digest
    ) {
        guard let root = ScopePlan(tasks: tasks) else { return nil }
        self.init(definition: definition, scopes: [root], outputs: outputs, digest: digest)
    }

    /// Makes a plan of scopes, the first of which is the root, or nil where there is none.
    public init?(
        definition: WorkflowDefinition, scopes: [ScopePlan], finallyScope: Int? = nil,
        outputs: [OutputPlan] = [], notifications: [NotificationPlan] = [], digest: Digest
    ) {
        guard let root = scopes.first else { return nil }
        self.definition = definition
        self.scopes = scopes
        self.finallyScope = finallyScope
        tasks = root.tasks
        graph = root.graph
        topologicalOrder = root.topologicalOrder
        self.outputs = outputs
        self.notifications = notifications
        self.digest = digest
    }

    /// Adds scopes behind those there are, with their definitions.
    mutating func add(_ scopes: [ScopePlan], _ definitions: [ScopeDefinition]) {
        self.scopes += scopes
        definition.scopes += definitions
    }

    /// The index of the task of that id in the workflow itself, or nil.
    public func index(of taskID: String) -> Int? { scopes[0].index(of: taskID) }

    /// The tasks that a task of the workflow itself waits for, in ascending order.
    public func dependencies(of task: Int) -> ArraySlice<Int32> { graph.dependencies(of: task) }

    /// The tasks that wait for a task of the workflow itself, in ascending order.
    public func dependents(of task: Int) -> ArraySlice<Int32> { graph.dependents(of: task) }

    /// The task that an id means in a scope: the one there, or else in the nearest scope around it.
    public func resolve(_ taskID: String, from scope: Int) -> TaskAddress? {
        var current: Int? = scope
        while let place = current {
            if let index = scopes[place].index(of: taskID) {
                return TaskAddress(scope: place, task: index)
            }
            current = scopes[place].parent
        }
        return nil
    }

    /// The plan of a task.
    public subscript(address: TaskAddress) -> TaskPlan { scopes[address.scope].tasks[address.task] }

    /// How long a run may take.
    public var timeout: Duration? { definition.timeout }

    /// How many tasks of a run may be under way at once; nil sets no bound.
    public var maxParallel: Int? { definition.maxParallel }
}

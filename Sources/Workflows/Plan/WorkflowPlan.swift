public import Values

/// A workflow ready to be run: tasks as dense indices, what each waits for, and the values it takes.
public struct WorkflowPlan: Sendable {
    /// The definition it was made from.
    public let definition: WorkflowDefinition
    /// The tasks, in file order.
    public let tasks: [TaskPlan]
    /// The values the run ends with, by name.
    public let outputs: [OutputPlan]
    /// Which task waits for which.
    public let graph: TaskGraph
    /// The tasks in an order in which each comes after those it waits for.
    public let topologicalOrder: [Int]
    /// The digest of the canonical definition.
    public let digest: Digest
    private let indices: [String: Int32]

    /// Makes a plan, or nil where two tasks have one id or the dependencies hold a cycle.
    ///
    /// ``WorkflowCompiler`` makes plans from manifests and tells what is wrong; this is for plans
    /// that are put together in code.
    public init?(
        definition: WorkflowDefinition, tasks: [TaskPlan], outputs: [OutputPlan], digest: Digest
    ) {
        let graph = TaskGraph(dependencies: tasks.map(\.dependencies))
        guard let order = graph.topologicalOrder() else { return nil }
        var indices: [String: Int32] = [:]
        indices.reserveCapacity(tasks.count)
        for (index, task) in tasks.enumerated() {
            guard indices.updateValue(Int32(index), forKey: task.id) == nil else { return nil }
        }
        self.definition = definition
        self.tasks = tasks
        self.outputs = outputs
        self.graph = graph
        topologicalOrder = order
        self.digest = digest
        self.indices = indices
    }

    /// The index of the task of that id, or nil.
    public func index(of taskID: String) -> Int? { indices[taskID].map(Int.init) }

    /// The tasks that a task waits for, in ascending order.
    public func dependencies(of task: Int) -> ArraySlice<Int32> { graph.dependencies(of: task) }

    /// The tasks that wait for a task, in ascending order.
    public func dependents(of task: Int) -> ArraySlice<Int32> { graph.dependents(of: task) }

    /// How long a run may take.
    public var timeout: Duration? { definition.timeout }

    /// How many tasks of a run may be under way at once; nil sets no bound.
    public var maxParallel: Int? { definition.maxParallel }
}

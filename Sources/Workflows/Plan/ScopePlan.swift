/// A list of tasks that see each other by id, ready to be run: dense indices, and what each waits for.
///
/// The tasks of the workflow are one, `finally` is one, and so is each body of a container. A body
/// runs once for each instance of it: once for each attempt of its container, and for a loop once for
/// each iteration.
public struct ScopePlan: Sendable {
    /// What it is.
    public let kind: ScopeKind
    /// The tasks, in file order.
    public let tasks: [TaskPlan]
    /// One for each of ``tasks``.
    public let outlines: [TaskOutline]
    /// The types of the tasks, each once, in the order of their first tasks.
    public let types: [String]
    /// Which task waits for which.
    public let graph: TaskGraph
    /// The tasks in an order in which each comes after those it waits for.
    public let topologicalOrder: [Int]
    /// The tasks that none waits for, in ascending order.
    public let sinks: [Int]
    /// The container whose body it is; nil for the tasks of the workflow and `finally`.
    public let owner: TaskAddress?
    /// The scope in which names are looked up that are not in this one.
    public let parent: Int?
    /// The tasks of scopes further out that something in here, or in a body further in, refers to,
    /// in ascending order.
    ///
    /// Each is also a data edge of the container in its scope, so that it has ended by then.
    public let outerReferences: [TaskAddress]
    /// How many tasks of one instance may be under way at once; nil sets no bound.
    public let maxParallel: Int?
    /// The places of the tasks, by their ids.
    public let indices: [String: Int32]

    /// Makes a scope, or nil where two tasks have one id or the dependencies hold a cycle.
    public init?(
        kind: ScopeKind = .root, tasks: [TaskPlan], owner: TaskAddress? = nil,
        outerReferences: [TaskAddress] = [], maxParallel: Int? = nil
    ) {
        let graph = TaskGraph(dependencies: tasks.map(\.dependencies))
        guard let order = graph.topologicalOrder() else { return nil }
        var indices: [String: Int32] = [:]
        indices.reserveCapacity(tasks.count)
        for index in tasks.indices {
            guard indices.updateValue(Int32(index), forKey: tasks[index].id) == nil else {
                return nil
            }
        }
        (outlines, types) = ScopePlan.outlines(of: tasks)
        self.kind = kind
        self.tasks = tasks
        self.graph = graph
        topologicalOrder = order
        sinks = tasks.indices.filter { graph.dependents(of: $0).isEmpty }
        self.owner = owner
        parent = owner?.scope ?? (kind == .finally ? 0 : nil)
        self.outerReferences = outerReferences
        self.maxParallel = maxParallel
        self.indices = indices
    }

    /// The index of the task of that id in this scope, or nil.
    public func index(of taskID: String) -> Int? { indices[taskID].map(Int.init) }

    private static func outlines(of tasks: [TaskPlan]) -> ([TaskOutline], types: [String]) {
        var types: [String] = []
        var places: [String: Int32] = [:]
        var outlines: [TaskOutline] = []
        outlines.reserveCapacity(tasks.count)
        for index in tasks.indices {
            let type = tasks[index].type
            let place = places[type] ?? Int32(types.count)
            if Int(place) == types.count {
                places[type] = place
                types.append(type)
            }
            outlines.append(TaskOutline(tasks[index], type: place))
        }
        for index in tasks.indices where outlines[index].traits.contains(.edges) {
            for edge in tasks[index].edges where edge.when == .started {
                outlines[Int(edge.task)].traits.insert(.announces)
            }
        }
        return (outlines, types)
    }
}

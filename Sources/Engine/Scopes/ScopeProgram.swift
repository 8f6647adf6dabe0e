internal import Workflows

/// A scope of the plan as the machine reads it: shared by all instances of it.
final class ScopeProgram: Sendable {
    /// The index of the scope in the plan; -1 where it is none of it.
    let scope: Int
    let tasks: [TaskPlan]
    let graph: TaskGraph
    /// The tasks in an order in which each comes after those it waits for.
    let order: [Int]
    let sinks: [Int]
    /// How many tasks of one instance may be under way at once.
    let maximumParallel: Int
    /// What a new task of each place starts from.
    let states: [TaskState]
    let outlines: [TaskOutline]
    /// The bytes that the checkpoint reserves for the tasks of one instance, but for what their paths
    /// have before the ids.
    let entryBytes: Int
    /// Whether some task starts by a rule other than that all it depends on have ended.
    let hasJoins: Bool
    private let indices: [String: Int32]

    /// Makes the program of a scope.
    init(_ plan: ScopePlan, _ scope: Int, _ catalogue: TaskCatalogue) {
        self.scope = scope
        tasks = plan.tasks
        graph = plan.graph
        order = plan.topologicalOrder
        sinks = plan.sinks
        maximumParallel = plan.maxParallel.map { max(1, $0) } ?? .max
        outlines = plan.outlines
        (states, entryBytes, hasJoins) = catalogue.states(of: plan.outlines, plan.types)
        indices = plan.indices
    }

    /// Makes the program that undoes one task.
    init(_ compensation: CompensationPlan, _ catalogue: TaskCatalogue) {
        let task = TaskPlan(compensation)
        scope = -1
        tasks = [task]
        graph = TaskGraph(dependencies: [[]])
        order = [0]
        sinks = [0]
        maximumParallel = .max
        outlines = [TaskOutline(task, type: 0)]
        (states, entryBytes, hasJoins) = catalogue.states(of: outlines, [task.type])
        indices = [:]
    }

    var count: Int { tasks.count }

    /// The place of the task of that id, or nil.
    func index(of id: String) -> Int? { indices[id].map(Int.init) }
}

/// What the machine must know of types to run their tasks.
struct TaskCatalogue: Sendable {
    private let types: TaskTypes
    private let usual: UInt8

    init(_ types: TaskTypes, usual: Priority?) {
        self.types = types
        self.usual = (usual ?? .normal).urgency
    }

    /// Whether an attempt of a type is idempotent by a name.
    func isNamed(_ type: String) -> Bool { types.traits(of: type).contains(.named) }

    private func traits(of type: String) -> TaskTraits {
        switch type {
        case EngineType.approval: types.traits(of: type).union(.approval)
        case EngineType.wait: types.traits(of: type).union(.wait)
        default: types.traits(of: type)
        }
    }

    /// What new tasks start from, the bytes of their entries, and whether one of them has a join.
    func states(
        of outlines: [TaskOutline], _ types: [String]
    ) -> (states: [TaskState], entryBytes: Int, hasJoins: Bool) {
        let traits = types.map(traits)
        var states: [TaskState] = []
        states.reserveCapacity(outlines.count)
        var bytes = 0
        var all: TaskTraits = []
        for outline in outlines {
            var state = TaskState()
            state.unmet = outline.dependencyCount
            state.urgency = outline.priority?.urgency ?? usual
            state.traits = outline.traits.union(traits[Int(outline.type)])
            states.append(state)
            bytes += StatusBudget.bytes(of: outline)
            all.formUnion(state.traits)
        }
        return (states, bytes, all.contains(.join))
    }
}

/// The types of tasks that the engine treats in a way of their own.
enum EngineType {
    static let approval = "approval"
    static let wait = "wait"
}

extension Priority {
    /// The place in the queue of ready tasks; 0 is first.
    var urgency: UInt8 {
        switch self {
        case .critical: 0
        case .high: 1
        case .normal: 2
        case .low: 3
        }
    }
}

extension TaskPlan {
    /// The id of the task that undoes another, in a scope that holds nothing else.
    static let compensationID = "compensation"

    /// The task that undoes another.
    init(_ compensation: CompensationPlan) {
        var options = TaskOptions()
        options.executor = compensation.executor
        options.config = compensation.config
        options.workflow = compensation.workflow
        self.init(
            id: TaskPlan.compensationID, type: compensation.type, inputs: compensation.inputs,
            retryPolicy: compensation.retryPolicy, timeout: compensation.timeout,
            orderDependencies: [], edges: [], options: options)
    }
}

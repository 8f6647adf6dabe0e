import Console
import Values
import Workflows

/// Makes the drawing of a plan, with the state of a run where there is one.
struct PlanDrawing {
    private let plan: WorkflowPlan
    private let tasks: RunTasks?
    private var nodes: [GraphDrawing.Node] = []
    /// The nodes of the tasks of each scope, in order.
    private var places: [Int: [Int]] = [:]
    /// The paths of tasks that were to be undone, and the types of what undoes them.
    private var compensations: [(path: String, type: String)] = []

    /// The drawing of a plan, containers with what they hold.
    ///
    /// - Parameter status: the status of a run of it.
    static func drawing(
        of plan: WorkflowPlan, name: String, status: JSON? = nil
    ) -> GraphDrawing {
        var drawing = PlanDrawing(plan: plan, tasks: status.map { RunTasks($0["tasks"] ?? [:]) })
        drawing.add()
        return GraphDrawing(name: name, subtitle: subtitle(status), nodes: drawing.nodes)
    }

    private static func subtitle(_ status: JSON?) -> String? {
        guard let status else { return nil }
        let phase = status["phase"]?.stringValue ?? "Pending"
        return status["progress"]?.stringValue.map { "\(phase) \($0)" } ?? phase
    }

    private init(plan: WorkflowPlan, tasks: RunTasks?) {
        self.plan = plan
        self.tasks = tasks
    }

    private mutating func add() {
        add(scope: 0, in: nil, path: "")
        addCompensations()
        guard let scope = plan.finallyScope else { return }
        let index = addPart("finally")
        let prefix = RunDefinition.finallyPrefix(taskIDs: plan.tasks.map(\.id))
        add(scope: scope, in: index, path: prefix)
        summarize(index, places[scope] ?? [])
    }

    /// Adds a part that follows the tasks of the workflow.
    private mutating func addPart(_ id: String) -> Int {
        var part = GraphDrawing.Node(
            id: id, type: "",
            dependencies: plan.scopes[0].sinks.map { places[0]?[$0] ?? -1 },
            isConditional: false, phase: nil)
        if tasks != nil { part.phase = "Pending" }
        nodes.append(part)
        return nodes.count - 1
    }

    /// Gives a part its phase: it is as far as the first of its tasks that is not done.
    private mutating func summarize(_ part: Int, _ members: [Int]) {
        let phases = members.compactMap { nodes[$0].phase }
        nodes[part].phase = phases.first { $0 != "Completed" && $0 != "Skipped" } ?? phases.first
    }

    /// Adds what undoes tasks, where a run has come to it.
    private mutating func addCompensations() {
        guard let tasks, !compensations.isEmpty else { return }
        let part = addPart("compensation")
        for (path, type) in compensations {
            var node = GraphDrawing.Node(
                id: path, type: type, dependencies: [], isConditional: false, phase: nil,
                parent: part)
            tasks.describe(&node, at: path + RunDefinition.compensationSuffix)
            nodes.append(node)
        }
        summarize(part, Array((part + 1)..<nodes.count))
    }

    private struct Pending {
        let scope: Int
        let parent: Int?
        /// What stands before the ids of the scope's tasks.
        let path: String
    }

    /// Adds the tasks of a scope, and then those of the containers among them.
    private mutating func add(scope: Int, in parent: Int?, path: String) {
        var pending = [Pending(scope: scope, parent: parent, path: path)]
        while let next = pending.popLast() {
            let scopePlan = plan.scopes[next.scope]
            let first = nodes.count
            places[next.scope] = Array(first..<(first + scopePlan.tasks.count))
            for task in scopePlan.tasks {
                nodes.append(node(of: task, first: first, in: next))
                let path = "\(next.path)\(task.id)"
                if let undoing = task.compensation,
                    tasks?.holds(path + RunDefinition.compensationSuffix) == true
                {
                    compensations.append((path, undoing.type))
                }
            }
            for (index, task) in scopePlan.tasks.enumerated() {
                pending += bodies(of: task, at: first + index, path: "\(next.path)\(task.id).")
            }
        }
    }

    private func node(
        of task: TaskPlan, first: Int, in scope: Pending
    ) -> GraphDrawing.Node {
        var node = GraphDrawing.Node(
            id: task.id, type: task.type, dependencies: task.dependencies.map { first + Int($0) },
            isConditional: task.condition != nil, phase: nil, parent: scope.parent)
        node.failureDependencies = Set(
            task.edges.filter { $0.when == .failure }.map { first + Int($0.task) })
        if let tasks { tasks.describe(&node, at: "\(scope.path)\(task.id)") }
        return node
    }

    /// The bodies of a container; each case of a branch is a part of its own.
    private mutating func bodies(of task: TaskPlan, at index: Int, path: String) -> [Pending] {
        switch task.control {
        case .group(let scope): return [Pending(scope: scope, parent: index, path: path)]
        case .loop(let loop): return [Pending(scope: loop.scope, parent: index, path: path)]
        case .branch(let branch):
            let cases =
                branch.cases.map { ($0.name, $0.scope) }
                + (branch.otherwise.map { [("default", $0)] } ?? [])
            return cases.map { name, scope in
                nodes.append(
                    GraphDrawing.Node(
                        id: name, type: "", dependencies: [], isConditional: false, phase: nil,
                        parent: index))
                return Pending(scope: scope, parent: nodes.count - 1, path: path)
            }
        case .dynamic, nil: return []
        }
    }
}

import Values

extension DefinitionCheck {
    /// The scopes of the plan, where nothing is wrong with the definition.
    func scopePlans(_ compiled: [[CompiledTask]]) -> [ScopePlan] {
        zip(checked, compiled).compactMap { scope, tasks in
            let names = scopes[scope]
            var data = [[Int32]](repeating: [], count: tasks.count)
            for edge in names.referenceEdges { data[edge.task].append(Int32(edge.dependency)) }
            let plans = tasks.indices.compactMap { index in
                plan(
                    of: TaskAddress(scope: scope, task: index), tasks[index],
                    edges: edges(of: index, in: scope, data: data[index]))
            }
            let owner = names.owner.map { task(at: $0) }
            return ScopePlan(
                kind: names.kind, tasks: plans, owner: names.owner,
                outerReferences: names.outerReferences.sorted(),
                maxParallel: names.kind == .group ? owner?.maxParallel : nil)
        }
    }

    private func plan(
        of address: TaskAddress, _ compiled: CompiledTask, edges: [DependencyEdge]
    ) -> TaskPlan? {
        guard let inputs = compiled.inputs else { return nil }
        let task = task(at: address)
        let order = scopes[address.scope].orderEdges[address.task].map(\.dependency).sorted()
        return TaskPlan(
            id: task.id, type: task.type, name: task.name, inputs: inputs,
            condition: compiled.condition, retryPolicy: compiled.retryPolicy,
            timeout: task.timeout, failureAction: failureAction(task.failureAction),
            orderDependencies: order, edges: edges, join: compiled.join,
            declaredOutputs: task.outputs, options: compiled.options)
    }

    /// What a failure does, as the task says it or else the definition.
    private func failureAction(_ own: FailureAction?) -> FailureAction {
        own ?? definition.failureAction ?? .fail
    }

    /// One edge for each task that is named or referred to, in ascending order.
    private func edges(of task: Int, in scope: Int, data: [Int32]) -> [DependencyEdge] {
        let tasks = definition.scopes[scope].tasks
        var edges = scopes[scope].orderEdges[task].map { edge in
            let action = failureAction(tasks[Int(edge.dependency)].failureAction)
            let condition = edge.condition ?? (action == .continue ? .completion : .success)
            return DependencyEdge(
                task: edge.dependency, when: condition,
                passesSkip: edge.condition == nil || edge.condition == .success)
        }
        for dependency in data {
            if let known = edges.firstIndex(where: { $0.task == dependency }) {
                edges[known].isData = true
            } else {
                edges.append(
                    DependencyEdge(
                        task: dependency, when: .completion, isData: true, passesSkip: false))
            }
        }
        return edges.sorted { $0.task < $1.task }
    }
}

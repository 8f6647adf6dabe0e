import Values

extension DefinitionCheck {
    /// Tells the circles of a scope, each once: those of `dependsOn` alone, then those that references
    /// take part in.
    mutating func checkCycles(in scope: Int) {
        let order = scopes[scope].orderEdges.map { $0.map(\.dependency) }
        var all = order
        for edge in scopes[scope].referenceEdges {
            all[edge.task].append(Int32(edge.dependency))
        }
        let graph = TaskGraph(dependencies: all)
        if let found = graph.topologicalOrder() {
            scopes[scope].order = found
            return
        }
        scopes[scope].order = Array(order.indices)
        let plain = TaskGraph(dependencies: order)
        var told: Set<Int> = []
        for cycle in plain.topologicalOrder() == nil ? plain.cycles() : [] {
            told.formUnion(cycle)
            tellCycle(cycle, in: scope)
        }
        for cycle in graph.cycles() where told.isDisjoint(with: cycle) {
            tellReferenceCycle(cycle, in: scope)
        }
    }

    private mutating func tellCycle(_ cycle: [Int], in scope: Int) {
        let address = TaskAddress(scope: scope, task: cycle[0])
        let edge = scopes[scope].orderEdges[cycle[0]].first { Int($0.dependency) == cycle[1] }
        report(
            .dependencyCycle,
            "tasks depend on each other in a circle: \(names(of: cycle, in: scope))",
            at: place(of: address, edge?.position ?? 0), help: "remove one of these dependencies")
    }

    /// Tells a cycle that at least one reference takes part in, at that reference.
    private mutating func tellReferenceCycle(_ cycle: [Int], in scope: Int) {
        for (position, task) in cycle.enumerated() {
            let next = cycle[(position + 1) % cycle.count]
            guard !scopes[scope].orderEdges[task].contains(where: { $0.dependency == next }),
                let edge = scopes[scope].referenceEdges.first(where: {
                    $0.task == task && $0.dependency == next
                })
            else { continue }
            let turned = Array(cycle[position...] + cycle[..<position])
            let tasks = definition.scopes[scope].tasks
            let (id, other) = (tasks[task].id, tasks[next].id)
            report(
                .dependentReference,
                "task \"\(id)\" refers to \"\(other)\", which waits for it:"
                    + " \(names(of: turned, in: scope))", at: edge.path, offset: edge.offset,
                help: "remove the reference, or let \"\(other)\" not depend on \"\(id)\"")
            return
        }
    }

    /// The cycle as people read it: `a → b → a`, its middle left out where it is long.
    private func names(of cycle: [Int], in scope: Int) -> String {
        var ids = cycle.map { definition.scopes[scope].tasks[$0].id }
        ids.append(ids[0])
        if ids.count > 12 { ids.replaceSubrange(6..<(ids.count - 5), with: ["…"]) }
        return ids.joined(separator: " → ")
    }
}

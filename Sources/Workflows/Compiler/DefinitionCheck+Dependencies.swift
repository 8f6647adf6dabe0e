import Values

extension DefinitionCheck {
    /// Checks the tasks that a task names in `dependsOn`, and takes note of those there are.
    mutating func checkDependencies(of address: TaskAddress) {
        checkNamedDependencies(of: address)
        checkStreamSource(of: address)
    }

    private mutating func checkNamedDependencies(of address: TaskAddress) {
        let list = definition.scopes[address.scope].tasks[address.task].dependsOn
        guard !list.isEmpty else { return }
        let id = definition.scopes[address.scope].tasks[address.task].id
        // The first place of each name that is no task to wait for; the others are edges.
        var told: [String: Int] = [:]
        for (position, dependency) in list.enumerated() where !dependency.task.isEmpty {
            let name = dependency.task
            let index = name == id ? nil : scopes[address.scope].indices[name]
            if let first = index.flatMap({ firstPlace(of: $0, in: address) }) ?? told[name] {
                report(
                    .duplicateElement, "repeats element \(first), which is \"\(name)\" as well",
                    at: place(of: address, position))
            } else if let index {
                scopes[address.scope].namedLast[index] = Int32(address.task)
                scopes[address.scope].orderEdges[address.task].append(
                    ScopeNames.OrderEdge(
                        dependency: Int32(index), condition: dependency.condition,
                        position: position))
            } else {
                told[name] = position
                tellNoDependency(name, of: id, address, position)
            }
        }
    }

    /// The place at which a task has named another already; nil where it has not.
    private func firstPlace(of dependency: Int, in address: TaskAddress) -> Int? {
        let names = scopes[address.scope]
        guard names.namedLast[dependency] == Int32(address.task) else { return nil }
        return names.orderEdges[address.task].first { Int($0.dependency) == dependency }?.position
    }

    private mutating func tellNoDependency(
        _ name: String, of id: String, _ address: TaskAddress, _ position: Int
    ) {
        guard name != id else {
            report(
                .selfDependency, "task \"\(name)\" depends on itself",
                at: place(of: address, position), help: "remove it from dependsOn")
            return
        }
        report(
            .unknownDependency, "task \"\(id)\" depends on \"\(name)\", which does not exist",
            at: place(of: address, position),
            help: elsewhere(name, from: address.scope)
                ?? question(name, among: scopes[address.scope].indices.keys))
    }

    /// The place of an element of `dependsOn`: that of the id, also where it is in an object; below 0
    /// is the task whose stream is read.
    func place(of address: TaskAddress, _ position: Int) -> JSONPath {
        position < 0
            ? places[address].key("stream").key("from")
            : places[address].key("dependsOn").index(position)
    }

    /// What to do where the name is that of a task outside, which cannot be waited for from here.
    private func elsewhere(_ name: String, from scope: Int) -> String? {
        guard let parent = scopes[scope].parent else { return nil }
        if scopes[scope].kind == .finally, scopes[parent].indices[name] != nil {
            return "leave it out: all tasks have ended when finally begins"
        }
        guard let owner = scopes[scope].owner else { return nil }
        var current: Int? = parent
        while let outer = current {
            if scopes[outer].indices[name] != nil {
                return "\"\(name)\" is outside: let \"\(task(at: owner).id)\" depend on it"
            }
            current = scopes[outer].parent
        }
        return nil
    }
}

import Expressions
import Values

extension DefinitionCheck {
    /// Looks a task up from the innermost scope outwards, and makes the reference an edge: of the task
    /// that it is in, or of the container around it in the scope where the other is.
    mutating func checkTask(
        _ reference: Reference, at place: JSONPath, from site: ExpressionSite
    ) {
        let (names, offset) = (reference.path, reference.offset)
        guard names.count > 1 else {
            report(
                .unknownTaskField, "tasks can only be referred to one by one, by name", at: place,
                offset: offset, help: "write tasks.ID.outputs.NAME")
            return
        }
        var scope = site.scope
        var user = site.task
        var crossed: [Int] = []
        while true {
            if let index = scopes[scope].indices[names[1]] {
                let target = TaskAddress(scope: scope, task: index)
                for inner in crossed { scopes[inner].outerReferences.insert(target) }
                let isOwn = crossed.isEmpty
                guard
                    note(target, usedBy: user, isOwn: isOwn, at: place, offset: offset, site)
                else { return }
                // Where a default stands ready, an output may be one that is not always given.
                if reference.mayBeMissing, names.count > 3, names[2] == "outputs" { return }
                checkFields(names, of: target, at: place, offset: offset)
                return
            }
            crossed.append(scope)
            guard let parent = scopes[scope].parent else { break }
            user = scopes[scope].owner?.task
            scope = parent
        }
        report(
            .unknownTask, "there is no task \"\(names[1])\"", at: place, offset: offset,
            help: inside(names, from: site.scope)
                ?? question(names[1], among: visibleIDs(from: site.scope)))
    }

    /// Takes note of an edge; false where there can be none.
    private mutating func note(
        _ target: TaskAddress, usedBy user: Int?, isOwn: Bool, at place: JSONPath, offset: Int,
        _ site: ExpressionSite
    ) -> Bool {
        guard let user else { return true }
        if user == target.task {
            if isOwn, site.seesItself { return true }
            let id = task(at: target).id
            report(
                .selfReference,
                isOwn
                    ? "task \"\(id)\" refers to itself"
                    : "a task in \"\(id)\" refers to \"\(id)\", which has not ended",
                at: place, offset: offset)
            return false
        }
        guard checked.contains(target.scope) else {
            return checkWaiting(user, for: target, at: place, offset: offset)
        }
        scopes[target.scope].referenceEdges.append(
            ScopeNames.ReferenceEdge(
                task: user, dependency: target.task, path: place, offset: offset))
        return true
    }

    /// What a dynamic body refers to must have ended when the body is made.
    private mutating func checkWaiting(
        _ user: Int, for target: TaskAddress, at place: JSONPath, offset: Int
    ) -> Bool {
        guard let graph = base?.scopes[target.scope].graph else { return true }
        var pending = [user]
        var seen: Set<Int> = [user]
        while let next = pending.popLast() {
            if next == target.task { return true }
            for dependency in graph.dependencies(of: next).map(Int.init)
            where seen.insert(dependency).inserted {
                pending.append(dependency)
            }
        }
        let container = TaskAddress(scope: target.scope, task: user)
        report(
            .unawaitedReference,
            "\"\(task(at: target).id)\" may not have ended when these tasks begin", at: place,
            offset: offset,
            help: "let \"\(task(at: container).id)\" depend on \"\(task(at: target).id)\"")
        return false
    }

    /// How a task in a container is written from outside of it.
    private func inside(_ names: [String], from site: Int) -> String? {
        guard scopes.count > 1 else { return nil }
        for scope in scopes.indices where scopes[scope].indices[names[1]] != nil {
            guard let owner = scopes[scope].owner, scopes[scope].kind != .iteration else {
                continue
            }
            let id = task(at: owner).id
            guard scopes[owner.scope].indices[id] == owner.task,
                visible(owner.scope, from: site)
            else { continue }
            let inner = DefinitionCheck.member(names[1])
            let rest = names.count > 3 && names[2] == "outputs" ? names[3] : "NAME"
            return "write tasks.\(id).outputs\(inner)\(DefinitionCheck.member(rest))"
        }
        return nil
    }

    private func visible(_ scope: Int, from site: Int) -> Bool {
        var current: Int? = site
        while let place = current {
            if place == scope { return true }
            current = scopes[place].parent
        }
        return false
    }

    private func visibleIDs(from site: Int) -> [String] {
        var ids: [String] = []
        var current: Int? = site
        while let place = current {
            ids += scopes[place].indices.keys
            current = scopes[place].parent
        }
        return ids
    }

    /// A member as an expression writes it: only ids right behind `tasks.` may have hyphens.
    static func member(_ name: String) -> String {
        name.contains("-") ? "[\"\(name)\"]" : ".\(name)"
    }
}

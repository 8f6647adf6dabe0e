import Values

/// The tasks of an engine document by id, with the containers that conditionals make of them.
///
/// A `Conditional` names the tasks of its branches, which stand beside it in the file; in the canonical
/// form they are inside it.
struct EngineTasks {
    struct Member {
        let id: String
        let json: JSON
        let path: JSONPath
        /// The conditional that names it, and in which branch.
        var owner: (task: Int, branch: String)?
        /// The tasks that its branches name, where it is a conditional.
        var branches: [String: [Int]] = [:]
        /// What it waits for in its scope, with the place that says so.
        var dependencies: [(id: String, path: JSONPath)] = []
    }

    private(set) var list: [Member] = []
    private(set) var indices: [String: Int] = [:]

    /// The names of a conditional's branches, and of the fields that list them.
    static let branches = [("true", "true_branch"), ("false", "false_branch")]

    init() {}

    init(_ elements: [JSON], at path: JSONPath, _ translation: inout Translation) {
        for (index, element) in elements.enumerated() {
            let id = element["id"]?.stringValue ?? ""
            list.append(Member(id: id, json: element, path: path.index(index)))
            if indices[id] == nil, !id.isEmpty { indices[id] = index }
        }
        for index in list.indices { claim(index, &translation) }
        breakCircles(&translation)
        for index in list.indices { resolveDependencies(of: index, &translation) }
    }

    /// The tasks that are in no branch.
    var roots: [Int] { list.indices.filter { list[$0].owner == nil } }

    /// The containers around a task.
    func chain(of index: Int) -> [StepVariables.Container] {
        var chain: [StepVariables.Container] = []
        var current = list[index].owner
        while let owner = current {
            chain.append(.init(id: list[owner.task].id, part: owner.branch))
            current = list[owner.task].owner
        }
        return chain.reversed()
    }

    // MARK: Branches

    private mutating func claim(_ index: Int, _ translation: inout Translation) {
        let type = list[index].json["type"] ?? list[index].json["task_type"]
        let hasObject = type?.objectValue != nil
        let name = hasObject ? type?["type"]?.stringValue : type?.stringValue
        guard name?.lowercased() == "conditional" else { return }
        let fields = hasObject ? type ?? .null : list[index].json
        let place = list[index].path
        let base =
            hasObject ? place.key(list[index].json["type"] != nil ? "type" : "task_type") : place
        for (branch, field) in EngineTasks.branches {
            for (position, element) in (fields[field]?.arrayValue ?? []).enumerated() {
                let path = base.key(field).index(position)
                guard let id = element.stringValue else { continue }
                guard let member = indices[id] else {
                    translation.report(
                        .unknownDependency, "there is no task \"\(id)\" for this branch", at: path,
                        help: DefinitionCheck.question(id, among: indices.keys.sorted()))
                    continue
                }
                if let owner = list[member].owner {
                    translation.report(
                        .branchMembership,
                        "task \"\(id)\" is already in a branch of \"\(list[owner.task].id)\"",
                        at: path, help: "a task can be in one branch only")
                    continue
                }
                list[member].owner = (index, branch)
                list[index].branches[branch, default: []].append(member)
            }
        }
    }

    /// A conditional that is inside itself, or too deep inside others, is taken out and told.
    private mutating func breakCircles(_ translation: inout Translation) {
        for index in list.indices {
            var current = list[index].owner
            var depth = 0
            while let owner = current, owner.task != index,
                depth <= WorkflowLimits.maximumNesting
            {
                current = list[owner.task].owner
                depth += 1
            }
            guard let last = current, let direct = list[index].owner else { continue }
            let isCircle = last.task == index
            translation.report(
                .branchMembership,
                isCircle
                    ? "task \"\(list[index].id)\" is inside its own branch"
                    : "task \"\(list[index].id)\" is inside more than"
                        + " \(WorkflowLimits.maximumNesting) branches",
                at: list[index].path,
                help: "remove it from the branches of \"\(list[direct.task].id)\"")
            list[direct.task].branches[direct.branch]?.removeAll { $0 == index }
            list[index].owner = nil
        }
    }

    // MARK: Dependencies

    /// Puts each dependency where the two tasks, or the containers around them, are side by side.
    private mutating func resolveDependencies(
        of index: Int, _ translation: inout Translation
    ) {
        let field = list[index].json["depends_on"] != nil ? "depends_on" : "dependsOn"
        let place = list[index].path.key(field)
        guard let names = list[index].json[field]?.arrayValue else { return }
        let user = chain(of: index)
        for (position, element) in names.enumerated() {
            guard let id = element.stringValue else { continue }
            let path = place.index(position)
            guard let dependency = indices[id] else {
                add(id, path, to: index)
                continue
            }
            let other = chain(of: dependency)
            let common = zip(user, other).prefix { $0 == $1 }.count
            let from = common < user.count ? user[common].id : list[index].id
            let to = common < other.count ? other[common].id : id
            if common < user.count, common < other.count, from == to {
                translation.report(
                    .branchMembership,
                    "task \"\(list[index].id)\" waits for \"\(id)\", which is in the other branch",
                    at: path, help: "only one branch of \"\(from)\" runs")
            } else if from != to || common == user.count {
                add(to, path, to: indices[from] ?? index)
            }
        }
    }

    private mutating func add(_ id: String, _ path: JSONPath, to index: Int) {
        guard !list[index].dependencies.contains(where: { $0.id == id }) else { return }
        list[index].dependencies.append((id, path))
    }
}

import Values

/// What is known of one scope while its definition is checked.
struct ScopeNames {
    let kind: ScopeKind
    let owner: TaskAddress?
    let parent: Int?
    /// The tasks by id; of two with one id, the first.
    var indices: [String: Int] = [:]
    /// The variables that expressions in the scope see, its own and those around it.
    var variables: [String] = []
    /// Whether the scope runs when the run has come to its end: `finally`, and what is in it.
    var seesEnding = false
    /// The tasks that each task names in `dependsOn`.
    var orderEdges: [[OrderEdge]]
    /// For each task, the last that named it in `dependsOn`; -1 where none did.
    var namedLast: [Int32]
    /// The edges that references make, in the order they were found.
    var referenceEdges: [ReferenceEdge] = []
    /// The tasks in an order in which they could run; that of the file where there is a circle.
    var order: [Int] = []
    /// What is referred to of scopes further out.
    var outerReferences: Set<TaskAddress> = []

    /// A task named in `dependsOn`.
    struct OrderEdge {
        let dependency: Int32
        let condition: DependencyCondition?
        let position: Int
    }

    /// An edge that a reference makes, with its place.
    struct ReferenceEdge {
        let task: Int
        let dependency: Int
        let path: JSONPath
        let offset: Int
    }

    init(_ scope: ScopeDefinition) {
        kind = scope.kind
        owner = scope.owner
        parent = scope.parent
        orderEdges = Array(repeating: [], count: scope.tasks.count)
        namedLast = Array(repeating: -1, count: scope.tasks.count)
    }
}

extension DefinitionCheck {
    /// Puts the tasks of all scopes into their indices, each scope after the one around it.
    mutating func indexScopes() {
        for scope in scopes.indices {
            let isChecked = checked.contains(scope)
            for (index, task) in definition.scopes[scope].tasks.enumerated() {
                let first = scopes[scope].indices[task.id]
                if first == nil { scopes[scope].indices[task.id] = index }
                guard isChecked else { continue }
                checkID(task.id, at: TaskAddress(scope: scope, task: index), first: first)
            }
            scopes[scope].variables = variables(of: scope)
            scopes[scope].seesEnding =
                scopes[scope].kind == .finally
                || scopes[scope].owner.map { scopes[$0.scope].seesEnding } == true
        }
    }

    /// The variables that a scope sees: those around it, and for the body of a loop those of the loop.
    private func variables(of scope: Int) -> [String] {
        guard let owner = scopes[scope].owner else { return [] }
        let around = scopes[owner.scope].variables
        guard case .loop(let loop)? = task(at: owner).control else { return around }
        // An inner loop that is not sequential hides what `previous` means further out.
        return around.filter { $0 != "previous" } + DefinitionCheck.variables(of: loop)
    }

    /// The variables of a loop itself.
    static func variables(of loop: LoopDefinition) -> [String] {
        var names = ["index"]
        if loop.items != nil { names.append(loop.itemName) }
        if loop.isSequential { names.append("previous") }
        return names
    }

    private mutating func checkID(_ id: String, at address: TaskAddress, first: Int?) {
        var place: JSONPath { places[address].key("id") }
        if let first {
            report(
                .duplicateTask,
                "task \"\(id)\" is defined already, as \(name(of: address.scope))[\(first)]",
                at: place, help: "give each task an id of its own")
        } else if let outer = shadowed(id, by: address.scope) {
            report(
                .shadowedTask,
                "task \"\(id)\" hides a task of the same id around it", at: place,
                help: "give it another id: \"\(id)\" is \(places[outer].description)")
        }
        if let problem = DefinitionCheck.problem(withID: id) {
            report(
                .invalidTaskID, "\(JSON.string(id).text) cannot be the id of a task", at: place,
                help: problem)
        } else if id == "case", scopes[address.scope].kind == .branch {
            report(
                .invalidTaskID, "\"case\" cannot be the id of a task in a branch", at: place,
                help: "a branch gives the name of its case as the output of that name")
        }
    }

    /// The task of the same id in a scope further out.
    private func shadowed(_ id: String, by scope: Int) -> TaskAddress? {
        var current = scopes[scope].parent
        while let outer = current {
            if let index = scopes[outer].indices[id] {
                return TaskAddress(scope: outer, task: index)
            }
            current = scopes[outer].parent
        }
        return nil
    }

    /// How the list of a scope's tasks is called in messages.
    private func name(of scope: Int) -> String {
        guard case .key(let name)? = places.scopes[scope].components.last else { return "tasks" }
        return name
    }

    static func problem(withID id: String) -> String? {
        func isLetter(_ byte: UInt8) -> Bool {
            (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z")
                || byte == UInt8(ascii: "_")
        }
        let isPlain = id.utf8.allSatisfy {
            isLetter($0) || $0 == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")) ~= $0
        }
        if isPlain, let first = id.utf8.first, isLetter(first) { return nil }
        return "use letters, digits, '_' and '-', beginning with a letter or '_'"
    }
}

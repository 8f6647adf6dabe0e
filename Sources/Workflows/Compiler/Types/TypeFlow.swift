import Expressions
import Values

/// Follows types from declared inputs, outputs and the types of tasks through all expressions.
///
/// Tasks are visited in the order in which they could run, a container's bodies with it, so that the
/// types of what an expression refers to are known by then. Nothing recurses: open scopes are on a
/// stack. What is not known is of any type, and only what can never work is an error.
struct TypeFlow {
    let check: DefinitionCheck
    let compiled: [[CompiledTask]]
    private(set) var diagnostics: [Diagnostic] = []

    /// The types of the outputs of each task, by scope; nil as long as they are not known.
    private var outputs: [[ExpressionType?]]
    /// The types of the variables that each scope sees.
    private var variables: [[String: ExpressionType]]
    /// The types of the variables that every scope sees.
    private let always: [String: ExpressionType]
    /// The types of what the outputs of a type of task are known to be, by its name.
    private let typeOutputs: [String: ExpressionType]
    private var open: [Step] = []
    /// How many tasks have been gone through, some of them more than once.
    private var visits = 0

    /// What is still to be done.
    private enum Step {
        case tasks(scope: Int, next: Int)
        /// What is left of a container behind its bodies.
        case finish(TaskAddress)
        /// A loop whose body has been gone through once, with a `previous` of any type.
        case refine(TaskAddress, diagnostics: Int)
    }

    init(_ check: DefinitionCheck, _ compiled: [[CompiledTask]]) {
        self.check = check
        self.compiled = compiled
        outputs = check.definition.scopes.map { Array(repeating: nil, count: $0.tasks.count) }
        var inputs: [String: ExpressionType] = [:]
        for input in check.definition.inputs { inputs[input.name] = ExpressionType(input) }
        always = [
            "workflow": TypeFlow.open(["inputs": TypeFlow.open(inputs)]), "run": TypeFlow.runType,
        ]
        variables = Array(repeating: always, count: outputs.count)
        var known: [String: ExpressionType] = [:]
        for scope in check.definition.scopes {
            for task in scope.tasks where known[task.type] == nil {
                guard let type = check.taskTypes[task.type] else { continue }
                known[task.type] = TypeFlow.open(type.outputs.mapValues { ExpressionType($0) })
            }
        }
        typeOutputs = known
    }

    /// The type of the outputs that all tasks of a type give.
    func known(_ type: TaskType) -> ExpressionType { typeOutputs[type.name] ?? .dyn }

    /// Goes through the scopes that are checked; those of a dynamic body start at the first of them.
    mutating func run() {
        let first = check.checked.lowerBound
        if first == 0, let last = check.definition.finallyScope {
            open.append(.tasks(scope: last, next: 0))
        }
        open.append(.tasks(scope: first, next: 0))
        while let step = open.popLast() {
            switch step {
            case .tasks(let scope, let next):
                let order = check.scopes[scope].order
                guard next < order.count else { continue }
                open.append(.tasks(scope: scope, next: next + 1))
                visit(TaskAddress(scope: scope, task: order[next]))
            case .finish(let address): finish(address)
            case .refine(let address, let count): refine(address, keeping: count)
            }
        }
    }

    private mutating func visit(_ address: TaskAddress) {
        visits += 1
        let task = check.task(at: address)
        let found = compiledTask(address)
        let types = checkTask(task, found, at: address)
        switch found.options?.control {
        case .group(let scope)?: enter([scope], of: address)
        case .branch(let branch)?:
            checkCases(of: branch, task, at: address)
            enter(branch.cases.map(\.scope) + [branch.otherwise].compactMap { $0 }, of: address)
        case .loop(let loop)?: enter(loop, task, at: address)
        case .dynamic(let list)?:
            checkTemplate(list, at: check.places[address].key("tasksFrom"), ExpressionSite(address))
        case nil: setOutputs(of: address, outputs(of: task, types))
        }
    }

    /// Opens the bodies of a container, which see what is around them; the first is visited first.
    private mutating func enter(_ scopes: [Int], of address: TaskAddress) {
        open.append(.finish(address))
        for scope in scopes.reversed() {
            variables[scope] = variables[address.scope]
            open.append(.tasks(scope: scope, next: 0))
        }
    }

    /// Opens the body of a loop, which sees the variables of the loop.
    ///
    /// The type of `previous` is that of a result, which may be made of `previous`. So a body that
    /// uses it is gone through twice: the types that come of a `previous` that may be anything
    /// include all that there can be.
    private mutating func enter(_ loop: LoopPlan, _ task: TaskDefinition, at address: TaskAddress) {
        let element = checkStart(of: loop, task, at: address)
        enter([loop.scope], of: address)
        if loop.items != nil { variables[loop.scope][loop.itemName] = element }
        variables[loop.scope]["index"] = .int
        variables[loop.scope]["previous"] = loop.maxParallel == 1 ? .dyn : nil
        variables[loop.scope].merge(always) { $1 }
        guard loop.maxParallel == 1, usesPrevious(loop) else {
            checkWhile(of: loop, task, at: address, .dyn)
            return
        }
        // The step below the body's, which stands last, is that of its end.
        open.insert(.refine(address, diagnostics: diagnostics.count), at: open.count - 1)
    }

    private mutating func refine(_ address: TaskAddress, keeping count: Int) {
        guard case .loop(let loop)? = compiledTask(address).options?.control else { return }
        diagnostics.removeSubrange(count...)
        let previous = ExpressionType.union(of: [resultType(of: loop), .null])
        variables[loop.scope]["previous"] = previous
        checkWhile(of: loop, check.task(at: address), at: address, previous)
        open.append(.tasks(scope: loop.scope, next: 0))
    }

    /// Whether something in the body of a loop, or its `while`, asks for the result before; false
    /// where too much has been gone through a second time.
    private func usesPrevious(_ loop: LoopPlan) -> Bool {
        func isPrevious(_ reference: Reference) -> Bool { reference.path.first == "previous" }
        guard visits <= WorkflowLimits.maximumTypedTasks else { return false }
        let tasks = compiled[loop.scope - check.checked.lowerBound]
        return loop.whileCondition?.references.contains(where: isPrevious) == true
            || loop.result?.references.contains { isPrevious($0.reference) } == true
            || tasks.contains { task in
                task.condition?.references.contains(where: isPrevious) == true
                    || task.inputs?.references.contains { isPrevious($0.reference) } == true
            }
    }

    /// What is known of a container once its bodies have been visited.
    private mutating func finish(_ address: TaskAddress) {
        let task = check.task(at: address)
        switch compiledTask(address).options?.control {
        case .group(let scope)?: setOutputs(of: address, TypeFlow.open(members(of: [scope])))
        case .branch(let branch)?:
            var fields = members(
                of: branch.cases.map(\.scope) + [branch.otherwise].compactMap { $0 })
            fields["case"] = .union(of: [.string, .null])
            setOutputs(of: address, TypeFlow.open(fields))
        case .loop(let loop)?:
            let results = checkEnd(of: loop, task, at: address)
            setOutputs(of: address, TypeFlow.open(["results": results, "count": .int]))
        case .dynamic?, nil: break
        }
    }

    func compiledTask(_ address: TaskAddress) -> CompiledTask {
        compiled[address.scope - check.checked.lowerBound][address.task]
    }

    /// The outputs of the tasks of some scopes by id; of several tasks of one id nothing is known.
    private func members(of scopes: [Int]) -> [String: ExpressionType] {
        var fields: [String: ExpressionType] = [:]
        for scope in scopes {
            for (id, index) in check.scopes[scope].indices {
                fields[id] = fields[id] == nil ? outputs[scope][index] ?? .dyn : .dyn
            }
        }
        return fields
    }

    // MARK: What is known

    mutating func report(_ problem: TypeProblem, at place: JSONPath, offset: Int = 0) {
        let code: DiagnosticCode =
            problem.severity == .error ? .referenceTypeMismatch : .uselessExpression
        diagnostics.append(
            Diagnostic(
                code, problem.message, at: place, offset: problem.offset + offset,
                suggestion: problem.suggestion))
    }

    mutating func report(
        _ message: String, at place: JSONPath, offset: Int? = nil,
        code: DiagnosticCode = .referenceTypeMismatch, help: String? = nil
    ) {
        diagnostics.append(
            Diagnostic(code, message, at: place, offset: offset, suggestion: help))
    }

    private mutating func setOutputs(of address: TaskAddress, _ type: ExpressionType) {
        outputs[address.scope][address.task] = type
    }

    /// The value of an iteration where the loop does not say: the outputs of the only sink, or an
    /// object of those of all.
    func defaultResult(of scope: Int) -> ExpressionType {
        var isAwaited = Array(repeating: false, count: outputs[scope].count)
        for edges in check.scopes[scope].orderEdges {
            for edge in edges { isAwaited[Int(edge.dependency)] = true }
        }
        for edge in check.scopes[scope].referenceEdges { isAwaited[edge.dependency] = true }
        let sinks = isAwaited.indices.filter { !isAwaited[$0] }
        if sinks.count == 1 { return outputs[scope][sinks[0]] ?? .dyn }
        var fields: [String: ExpressionType] = [:]
        for sink in sinks {
            let id = check.definition.scopes[scope].tasks[sink].id
            fields[id] = outputs[scope][sink] ?? .dyn
        }
        return TypeFlow.open(fields)
    }

    /// The types of what some references name where they stand.
    func environment(
        _ references: some Sequence<Reference>, _ site: ExpressionSite,
        _ extra: [String: ExpressionType] = [:]
    ) -> TypeEnvironment {
        var known = variables[site.scope]
        for (name, type) in extra { known[name] = type }
        var tasks: [String: ExpressionType] = [:]
        for reference in references where reference.path.count > 1 && reference.path[0] == "tasks" {
            let id = reference.path[1]
            guard tasks[id] == nil, let target = check.find(id, from: site.scope) else { continue }
            tasks[id] = TypeFlow.open([
                "phase": .string,
                "outputs": outputs[target.scope][target.task]
                    ?? outputs(of: check.task(at: target), [:]),
            ])
        }
        if !tasks.isEmpty { known["tasks"] = TypeFlow.open(tasks) }
        return TypeEnvironment(known)
    }

    private static let runType = open([
        "name": .string, "namespace": .string, "uid": .string, "phase": .string,
        "reason": .dyn, "message": .dyn,
    ])

    /// A map of known names; that others are not there is told without types, and better.
    static func open(_ fields: [String: ExpressionType]) -> ExpressionType {
        .object(ExpressionType.ObjectType(fields, isOpen: true))
    }
}

import Expressions
import Schemas
import Values

/// Everything that is checked of a definition beyond its shape, and the parts of its plan.
struct DefinitionCheck {
    let definition: WorkflowDefinition
    let taskPaths: [JSONPath]
    let inputPaths: [JSONPath]
    let path: JSONPath
    let taskTypes: TaskTypes
    var diagnostics: [Diagnostic]

    /// The tasks by id; of two with one id, the first.
    private(set) var taskIndices: [String: Int] = [:]
    /// The inputs by name.
    private(set) var inputIndices: [String: Int] = [:]
    /// The inputs that something refers to.
    var usedInputs: Set<String> = []
    /// Whether something refers to all inputs at once.
    var usesAllInputs = false

    /// An edge of the graph that a reference makes, with its place.
    struct ReferenceEdge {
        let task: Int
        let dependency: Int
        let path: JSONPath
        let offset: Int
    }

    private var comparisons = 0
    var orderDependencies: [[Int32]] = []
    var referenceEdges: [ReferenceEdge] = []

    init(
        definition: WorkflowDefinition, reader: DefinitionReader, path: JSONPath,
        taskTypes: TaskTypes
    ) {
        self.definition = definition
        self.path = path
        self.taskTypes = taskTypes
        taskPaths = reader.taskPaths
        inputPaths = reader.inputPaths
        diagnostics = reader.diagnostics
    }

    mutating func run() -> (tasks: [TaskPlan], outputs: [OutputPlan]) {
        indexNames()
        var compiled: [CompiledTask] = []
        for index in definition.tasks.indices {
            orderDependencies.append(checkDependencies(of: index))
            compiled.append(compileTask(index))
        }
        let outputs = compileOutputs()
        checkCycles()
        checkInputs()
        return (taskPlans(compiled), outputs)
    }

    mutating func report(
        _ code: DiagnosticCode, _ message: String, at path: JSONPath, offset: Int? = nil,
        isAboutKey: Bool = false, help: String? = nil
    ) {
        diagnostics.append(
            Diagnostic(
                code, message, at: path, offset: offset, isAboutKey: isAboutKey, suggestion: help))
    }

    /// The question after a misspelt name of a task or input, as long as there is something left of
    /// the comparisons one definition may cost.
    mutating func question(_ name: String, among names: some Collection<String>) -> String? {
        guard comparisons + names.count <= WorkflowLimits.maximumComparisons else { return nil }
        comparisons += names.count
        return DefinitionCheck.question(name, among: names)
    }

    /// The question after a misspelt name, where a known one is near.
    static func question(_ name: String, among names: some Sequence<String>) -> String? {
        Spelling.nearest(to: name, among: names).map { "did you mean \"\($0)\"?" }
    }

    // MARK: Names

    private mutating func indexNames() {
        for (index, task) in definition.tasks.enumerated() {
            if let first = taskIndices[task.id] {
                report(
                    .duplicateTask, "task \"\(task.id)\" is defined already, as tasks[\(first)]",
                    at: taskPaths[index].key("id"), help: "give each task an id of its own")
            } else {
                taskIndices[task.id] = index
            }
            checkID(task.id, at: taskPaths[index].key("id"))
        }
        for (index, input) in definition.inputs.enumerated() {
            if let first = inputIndices[input.name] {
                report(
                    .duplicateInput,
                    "input \"\(input.name)\" is defined already, as inputs[\(first)]",
                    at: inputPaths[index].key("name"), help: "give each input a name of its own")
            } else {
                inputIndices[input.name] = index
            }
        }
    }

    private mutating func checkID(_ id: String, at path: JSONPath) {
        func isLetter(_ byte: UInt8) -> Bool {
            (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z")
                || byte == UInt8(ascii: "_")
        }
        let isPlain = id.utf8.allSatisfy {
            isLetter($0) || $0 == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")) ~= $0
        }
        if isPlain, let first = id.utf8.first, isLetter(first) { return }
        report(
            .invalidTaskID, "\(JSON.string(id).text) cannot be the id of a task", at: path,
            help: "use letters, digits, '_' and '-', beginning with a letter or '_'")
    }

    // MARK: Dependencies

    private mutating func checkDependencies(of index: Int) -> [Int32] {
        let task = definition.tasks[index]
        var found: [Int32] = []
        for (position, name) in task.dependsOn.enumerated() where !name.isEmpty {
            let place = taskPaths[index].key("dependsOn").index(position)
            if name == task.id {
                report(
                    .selfDependency, "task \"\(name)\" depends on itself", at: place,
                    help: "remove it from dependsOn")
            } else if let dependency = taskIndices[name] {
                found.append(Int32(dependency))
            } else {
                report(
                    .unknownDependency,
                    "task \"\(task.id)\" depends on \"\(name)\", which does not exist", at: place,
                    help: question(name, among: taskIndices.keys))
            }
        }
        return found
    }

    private mutating func checkCycles() {
        let tasks = definition.tasks
        let plain = TaskGraph(dependencies: orderDependencies)
        var told: Set<Int> = []
        for cycle in plain.topologicalOrder() == nil ? plain.cycles() : [] {
            told.formUnion(cycle)
            let position = tasks[cycle[0]].dependsOn.firstIndex(of: tasks[cycle[1]].id) ?? 0
            report(
                .dependencyCycle, "tasks depend on each other in a circle: \(names(of: cycle))",
                at: taskPaths[cycle[0]].key("dependsOn").index(position),
                help: "remove one of these dependencies")
        }
        var all = orderDependencies
        for edge in referenceEdges { all[edge.task].append(Int32(edge.dependency)) }
        let graph = TaskGraph(dependencies: all)
        guard graph.topologicalOrder() == nil else { return }
        for cycle in graph.cycles() where told.isDisjoint(with: cycle) {
            tellReferenceCycle(cycle)
        }
    }

    /// Tells a cycle that at least one reference takes part in, at that reference.
    private mutating func tellReferenceCycle(_ cycle: [Int]) {
        for (position, task) in cycle.enumerated() {
            let next = cycle[(position + 1) % cycle.count]
            guard !orderDependencies[task].contains(Int32(next)),
                let edge = referenceEdges.first(where: {
                    $0.task == task && $0.dependency == next
                })
            else { continue }
            let turned = Array(cycle[position...] + cycle[..<position])
            let (id, other) = (definition.tasks[task].id, definition.tasks[next].id)
            report(
                .dependentReference,
                "task \"\(id)\" refers to \"\(other)\", which waits for it: \(names(of: turned))",
                at: edge.path, offset: edge.offset,
                help: "remove the reference, or let \"\(other)\" not depend on \"\(id)\"")
            return
        }
    }

    /// The cycle as people read it: `a → b → a`, its middle left out where it is long.
    private func names(of cycle: [Int]) -> String {
        var ids = cycle.map { definition.tasks[$0].id }
        ids.append(ids[0])
        if ids.count > 12 { ids.replaceSubrange(6..<(ids.count - 5), with: ["…"]) }
        return ids.joined(separator: " → ")
    }

    // MARK: Inputs

    private mutating func checkInputs() {
        for (index, input) in definition.inputs.enumerated() {
            let place = inputPaths[index]
            if input.isRequired, let value = input.defaultValue, !value.isNull {
                report(
                    .requiredWithDefault,
                    "input \"\(input.name)\" is required, so its default is never used",
                    at: place.key("default"), isAboutKey: true,
                    help: "remove required, or the default")
            }
            if !usesAllInputs, !usedInputs.contains(input.name) {
                report(
                    .unusedInput, "nothing refers to input \"\(input.name)\"",
                    at: place.key("name"),
                    help: "remove it, or use ${{ workflow.inputs.\(input.name) }}")
            }
        }
    }

    // MARK: The plan

    private func taskPlans(_ compiled: [CompiledTask]) -> [TaskPlan] {
        var dataDependencies = [[Int32]](repeating: [], count: definition.tasks.count)
        for edge in referenceEdges { dataDependencies[edge.task].append(Int32(edge.dependency)) }
        return definition.tasks.indices.compactMap { index in
            let task = definition.tasks[index]
            guard let inputs = compiled[index].inputs else { return nil }
            return TaskPlan(
                id: task.id, type: task.type, name: task.name, inputs: inputs,
                condition: compiled[index].condition,
                retryPolicy: task.retryPolicy ?? definition.retryPolicy ?? .none,
                timeout: task.timeout,
                failureAction: task.failureAction ?? definition.failureAction ?? .fail,
                orderDependencies: orderDependencies[index],
                dataDependencies: dataDependencies[index], declaredOutputs: task.outputs)
        }
    }
}

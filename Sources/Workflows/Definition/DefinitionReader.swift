import Resources
import Schemas
import Values

/// Reads a `spec` as a typed definition, taking what is well-formed and noting what is not.
///
/// The schema has said already which values of the workflow's own tasks are of the wrong shape; the
/// bodies of containers, which it leaves open, are held against it here. Values of the wrong shape are
/// passed over in silence, so that each mistake is told once and what follows it is still checked.
///
/// Bodies wait in a queue and become scopes one after the other: nothing recurses, and how deep they
/// may be nested is bounded by ``WorkflowLimits/maximumNesting``.
struct DefinitionReader {
    let path: JSONPath
    var diagnostics: [Diagnostic] = []
    /// The places of ``ScopeDefinition/tasks`` in the file, scope by scope, as malformed ones are
    /// left out.
    private(set) var taskPaths: [[JSONPath]] = [[]]
    /// The places of ``WorkflowDefinition/inputs`` in the file.
    private(set) var inputPaths: [JSONPath] = []
    /// The places of the lists of tasks, scope by scope.
    private(set) var scopePaths: [JSONPath]
    var scopes = [ScopeDefinition(kind: .root)]
    /// The durations read so far: the same few stand in most tasks.
    var durations: [String: Duration] = [:]

    private var pending: [Body] = []
    private var taskCount = 0

    /// A list of tasks that is still to be read.
    private struct Body {
        let tasks: [JSON]
        let scope: Int
        let depth: Int
    }

    init(at path: JSONPath) {
        self.path = path
        scopePaths = [path.key("tasks")]
    }

    mutating func read(_ spec: JSON) -> WorkflowDefinition {
        var definition = WorkflowDefinition()
        definition.description = spec["description"]?.stringValue
        definition.version = spec["version"]?.stringValue
        definition.isSuspended = spec["suspend"]?.boolValue ?? false
        if let config = spec["config"] { readConfig(config, into: &definition) }
        for (position, input) in (spec["inputs"]?.arrayValue ?? []).enumerated() {
            let place = path.key("inputs").index(position)
            guard let name = input["name"]?.stringValue else { continue }
            definition.inputs.append(inputDefinition(input, name: name, at: place))
            inputPaths.append(place)
        }
        pending = [Body(tasks: spec["tasks"]?.arrayValue ?? [], scope: 0, depth: 0)]
        if let last = spec["finally"]?.arrayValue, !last.isEmpty {
            definition.finallyScope = addScope(
                ScopeDefinition(kind: .finally), last, at: path.key("finally"), depth: 0)
        }
        readBodies()
        definition.scopes = scopes
        for (name, value) in spec["outputs"]?.objectValue ?? [:] {
            let place = path.key("outputs").key(name)
            if let output = outputDefinition(name, value, at: place) {
                definition.outputs.append(output)
            }
        }
        definition.notifications = notifications(spec["events"])
        definition.triggers = spec["triggers"]?.arrayValue ?? []
        return definition
    }

    /// Reads the body of a dynamic task, as a scope behind those of its definition.
    mutating func readBody(
        _ tasks: [JSON], of owner: TaskAddress, in definition: WorkflowDefinition
    ) {
        scopes = definition.scopes
        scopePaths = Array(repeating: path, count: scopes.count)
        taskPaths = scopes.map { Array(repeating: path, count: $0.tasks.count) }
        taskCount = scopes.reduce(0) { $0 + $1.tasks.count }
        var depth = 0
        var around: TaskAddress? = owner
        while let address = around {
            depth += 1
            around = scopes[address.scope].owner
        }
        checkShape(of: tasks, at: path)
        let scope = ScopeDefinition(kind: .group, owner: owner)
        _ = addScope(scope, tasks, at: path, depth: depth)
        readBodies()
    }

    // MARK: Scopes

    private mutating func readBodies() {
        var next = 0
        while next < pending.count {
            let body = pending[next]
            next += 1
            guard admit(body) else { continue }
            for (position, json) in body.tasks.enumerated() {
                guard let members = json.objectValue, let id = members["id"]?.stringValue else {
                    continue
                }
                let place = scopePaths[body.scope].index(position)
                let address = TaskAddress(scope: body.scope, task: scopes[body.scope].tasks.count)
                let task = taskDefinition(members, id: id, at: place, address, depth: body.depth)
                scopes[body.scope].tasks.append(task)
                taskPaths[body.scope].append(place)
            }
        }
    }

    /// Whether a body is within the bounds.
    private mutating func admit(_ body: Body) -> Bool {
        let place = scopePaths[body.scope]
        guard body.depth <= WorkflowLimits.maximumNesting else {
            diagnostics.append(
                Diagnostic(
                    .nestingTooDeep,
                    "containers are nested over \(WorkflowLimits.maximumNesting) levels", at: place,
                    suggestion: "move the inner tasks to a workflow of their own"))
            return false
        }
        let isOver = taskCount > WorkflowSpecSchema.maximumTasks
        taskCount += body.tasks.count
        if taskCount > WorkflowSpecSchema.maximumTasks, !isOver, body.scope > 0 {
            diagnostics.append(
                Diagnostic(
                    .wrongSize,
                    "the workflow has over \(WorkflowSpecSchema.maximumTasks) tasks in all",
                    at: place))
        }
        return taskCount <= WorkflowSpecSchema.maximumTasks || body.scope == 0
    }

    private mutating func addScope(
        _ scope: ScopeDefinition, _ tasks: [JSON], at place: JSONPath, depth: Int
    ) -> Int {
        scopes.append(scope)
        scopePaths.append(place)
        taskPaths.append([])
        pending.append(Body(tasks: tasks, scope: scopes.count - 1, depth: depth))
        return scopes.count - 1
    }

    /// Makes a body of a container a scope that is read later; nil where it is no list of tasks.
    mutating func body(
        _ json: JSON?, _ kind: ScopeKind, of owner: TaskAddress, at place: JSONPath, depth: Int
    ) -> Int? {
        guard let tasks = json?.arrayValue else { return nil }
        if depth < WorkflowLimits.maximumNesting { checkShape(of: tasks, at: place) }
        return addScope(
            ScopeDefinition(kind: kind, owner: owner), tasks, at: place, depth: depth + 1)
    }

    private mutating func checkShape(of tasks: [JSON], at place: JSONPath) {
        for violation in WorkflowSpecSchema.body.validate(.array(tasks), at: place)
        where !DefinitionReader.isToldBetter(violation, ofListAt: place) {
            diagnostics.append(Diagnostic(violation))
        }
    }

    /// Violations in a list of tasks or inputs that the checks behind the schema tell with more to go
    /// by.
    static func isToldBetter(_ violation: SchemaViolation, ofListAt place: JSONPath) -> Bool {
        let rest = violation.path.components.dropFirst(place.components.count)
        switch (violation.code, rest.count, rest.last) {
        case (.duplicate, 1, _), (.malformed, 2, .key("id")): return true
        default: return false
        }
    }
}

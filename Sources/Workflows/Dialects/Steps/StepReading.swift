import Values

/// A body of a container: a list of steps still to be read.
struct StepBody {
    let steps: [JSON]
    let source: JSONPath
    let target: JSONPath
    let isSequential: Bool
    /// The names that the container binds in it.
    var locals: [String] = []
}

/// A step as a canonical task, its bodies still missing where it is a container.
struct StepReading {
    var id = ""
    var type = ""
    var task: CanonicalObject
    var isConditional = false
    /// The variable that its main output is given to.
    var variable: String?
    var mainOutput: String?
    var bodies: [StepBody] = []
    /// The cases of a branch, without their tasks.
    var cases: [CanonicalObject] = []
    /// Whether one of a branch's bodies is always taken.
    var hasDefault = false
    private var filled: [JSON] = []

    init(at path: JSONPath) { task = CanonicalObject(at: path) }

    /// Takes the tasks of the next body.
    mutating func fill(_ tasks: [JSON]) { filled.append(.array(tasks)) }

    /// The task with its bodies.
    var json: JSON {
        var task = task
        if type == "branch" {
            let bodies = filled.prefix(cases.count)
            let all = zip(cases, bodies).map { branchCase, tasks in
                var whole = branchCase
                whole.put("tasks", tasks)
                return whole.json
            }
            if !all.isEmpty { task.put("cases", .array(all)) }
            if hasDefault, let tasks = filled.last { task.put("default", tasks) }
        } else if let tasks = filled.first {
            task.put("tasks", tasks)
        }
        return task.json
    }
}

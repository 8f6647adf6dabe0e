import Expressions
import Testing
import Values
import Workflows

/// A task of a plan that a test puts together.
struct TestTask {
    var id: String
    var type = "command"
    var after: [String] = []
    /// Tasks whose outputs or phase the inputs or the condition refer to.
    var reading: [String] = []
    var inputs: JSON = [:]
    var condition: String?
    var retry = RetryPolicy.none
    var timeout: Duration?
    var onFailure = FailureAction.fail

    init(
        _ id: String, type: String = "command", after: [String] = [], reading: [String] = [],
        inputs: JSON = [:], condition: String? = nil, retry: RetryPolicy = .none,
        timeout: Duration? = nil, onFailure: FailureAction = .fail
    ) {
        self.id = id
        self.type = type
        self.after = after
        self.reading = reading
        self.inputs = inputs
        self.condition = condition
        self.retry = retry
        self.timeout = timeout
        self.onFailure = onFailure
    }
}

/// Plans for tests.
enum TestPlan {
    /// Compiles tasks and outputs into a plan.
    static func make(
        _ tasks: [TestTask], outputs: [(name: String, value: JSON, fallback: JSON?)] = [],
        timeout: Duration? = nil, maxParallel: Int? = nil
    ) throws -> WorkflowPlan {
        var definition = WorkflowDefinition()
        definition.timeout = timeout
        definition.maxParallel = maxParallel
        func index(_ id: String) throws -> Int32 {
            Int32(try #require(tasks.firstIndex { $0.id == id }))
        }
        let compiled = try tasks.map { task in
            var plan = TaskPlan(
                id: task.id, type: task.type, inputs: try ValueTemplate(parsing: task.inputs),
                condition: try task.condition.map { try Expression(parsing: $0) },
                retryPolicy: task.retry, timeout: task.timeout, failureAction: task.onFailure,
                orderDependencies: try task.after.map(index),
                dataDependencies: try task.reading.map(index))
            // As the compiler does for tasks that are named plainly.
            for place in plan.edges.indices
            where tasks[Int(plan.edges[place].task)].onFailure == .continue {
                plan.edges[place].when = .completion
            }
            return plan
        }
        let values = try outputs.map {
            OutputPlan(
                name: $0.name, value: try ValueTemplate(parsing: $0.value),
                fallback: try $0.fallback.map { try ValueTemplate(parsing: $0) })
        }
        return try #require(
            WorkflowPlan(
                definition: definition, tasks: compiled, outputs: values,
                digest: Digest(sha256: Array(repeating: 7, count: 32))))
    }
}

extension TestPlan {
    /// Compiles a definition as users write it.
    static func compile(_ spec: JSON) throws -> WorkflowPlan {
        switch WorkflowCompiler.compile(spec: spec) {
        case .success(let plan): return plan
        case .failure(let diagnostics):
            Issue.record("\(diagnostics.errors.map(\.description))")
            throw diagnostics.errors.first.map { TestPlanError(message: $0.description) }
                ?? TestPlanError(message: "not valid")
        }
    }

    /// A task of a definition that runs a command.
    static func command(_ id: String, _ more: JSONObject = [:]) -> JSON {
        var task: JSONObject = [
            "id": .string(id), "type": "command", "inputs": ["command": ["true"]],
        ]
        task.merge(more)
        return .object(task)
    }
}

struct TestPlanError: Error {
    let message: String
}

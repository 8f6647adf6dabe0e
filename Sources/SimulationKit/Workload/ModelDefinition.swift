import Values

/// What one attempt of a task does.
enum AttemptStep: Sendable, Hashable {
    /// Ends well after a while, with an exit code as its output.
    case succeed(after: Duration, code: Int64)
    /// Fails after a while.
    case fail(after: Duration, type: String, isRetryable: Bool, retryAfter: Duration?)
    /// Goes on until it is cancelled, and then ends after a while.
    case hang(stoppingFor: Duration)
    /// Sees its own deadline pass.
    case obey
}

/// When a task runs, as far as that is its own.
enum ModelCondition: Sendable, Hashable {
    case constant(Bool)
    /// Whether another task gave that code.
    case code(of: Int, is: Int64)
    /// Whether another task ended well.
    case completed(Int)
}

/// A task of a definition, in the words of whoever made it up: what the checker goes by.
struct ModelTask: Sendable, Hashable {
    var id: String
    /// `command`, `http`, or `transform`, which has no attempts.
    var type: String
    /// Tasks that it names in `dependsOn`.
    var order: [Int] = []
    /// Tasks whose outputs its inputs use.
    var data: [Int] = []
    var condition: ModelCondition?
    /// What its attempts do; the last step holds for all after it.
    var steps: [AttemptStep] = [.succeed(after: .milliseconds(10), code: 0)]
    var maxAttempts = 1
    var initialInterval = Duration.milliseconds(200)
    var maxInterval = Duration.seconds(5)
    var multiplier = 2.0
    var jitter = 0.0
    var timeout: Duration?
    var failsRun = true

    /// What the attempt does that is the nth counted one.
    func step(_ number: Int) -> AttemptStep { steps[min(number, steps.count) - 1] }

    /// Tasks that must have ended before: named, used or asked about.
    var dependencies: [Int] {
        var all = Set(order).union(data)
        switch condition {
        case .code(let task, _)?, .completed(let task)?: all.insert(task)
        default: break
        }
        return all.sorted()
    }

    /// Tasks whose outputs it cannot do without.
    var needed: Set<Int> {
        var all = Set(data)
        if case .code(let task, _)? = condition { all.insert(task) }
        return all
    }
}

/// A task that has tasks inside, or the tasks at the end of a run: their attempts are watched, and how
/// they end is not foretold.
struct ModelContainer: Sendable, Hashable {
    /// What is inside, and how often it runs.
    enum Kind: String, Sendable, CaseIterable { case parallel, map, loop, branch, finally }

    var id: String
    var kind: Kind
    /// Tasks of the root that it waits for.
    var order: [Int]
    var tasks: [ModelTask]
    var maxAttempts = 1
    var failsRun = false
}

/// A definition in the checker's words, and as the product is given it.
struct ModelDefinition: Sendable, Hashable {
    /// What it is found by again, in its description.
    var number: Int
    var tasks: [ModelTask]
    var containers: [ModelContainer] = []
    var maxParallel: Int?
    var timeout: Duration?
    var isSuspended = false

    /// The `spec` of a Workflow.
    var spec: JSON {
        var config: JSON = [:]
        config["maxParallel"] = maxParallel.map { .integer(Int64($0)) }
        config["timeout"] = timeout.map { .string($0.text) }
        var spec: JSON = [
            "description": .string("model \(number)"), "config": config,
            "tasks": .array(
                tasks.map { manifest(of: $0, in: tasks) }
                    + containers.filter { $0.kind != .finally }.map { manifest(of: $0) }),
        ]
        for container in containers where container.kind == .finally {
            spec["finally"] = .array(container.tasks.map { manifest(of: $0, in: container.tasks) })
        }
        if isSuspended { spec["suspend"] = true }
        return spec
    }

    /// The number of the model that a definition was made of.
    static func number(in spec: JSON?) -> Int? {
        guard let words = spec?["description"]?.stringValue?.split(separator: " "),
            words.count == 2, words[0] == "model"
        else { return nil }
        return Int(words[1])
    }

    /// The task that a path in a status leads to: `review[3].fetch` to `fetch`.
    func task(at path: String) -> ModelTask? {
        let last = path.split(separator: ".").last?.prefix { $0 != "[" && $0 != "#" } ?? ""
        return tasks.first { $0.id == path }
            ?? containers.lazy.flatMap(\.tasks).first { $0.id == last }
    }

    private func manifest(of container: ModelContainer) -> JSON {
        let body = JSON.array(container.tasks.map { manifest(of: $0, in: container.tasks) })
        var json: JSON = [
            "id": .string(container.id), "type": .string(container.kind.rawValue),
            "dependsOn": .array(container.order.map { .string(tasks[$0].id) }),
            "onFailure": container.failsRun ? "Fail" : "Continue",
        ]
        if container.maxAttempts > 1 {
            json["retryPolicy"] = [
                "maxAttempts": .integer(Int64(container.maxAttempts)), "initialInterval": "300ms",
            ]
        }
        switch container.kind {
        case .branch:
            json["on"] = 1
            json["cases"] = [["value": 1, "tasks": body]]
        case .map, .loop:
            json["items"] = ["a", "b", "c"]
            json["tasks"] = body
        case .parallel, .finally: json["tasks"] = body
        }
        return json
    }

    private func manifest(of task: ModelTask, in siblings: [ModelTask]) -> JSON {
        let values = task.data.map { JSON.string("${{ \(output(of: $0)) }}") }
        var json: JSON = [
            "id": .string(task.id), "type": .string(task.type),
            "dependsOn": .array(task.order.map { .string(siblings[$0].id) }),
            "onFailure": task.failsRun ? "Fail" : "Continue",
        ]
        switch task.type {
        case "command": json["inputs"] = ["command": "simulated", "args": .array(values)]
        case "http": json["inputs"] = ["url": "http://simulated/", "body": .array(values)]
        default: json["inputs"] = ["exitCode": 0, "values": .array(values)]
        }
        switch task.condition {
        case .constant(let value)?: json["condition"] = .string(value ? "true" : "1 > 2")
        case .code(let other, let code)?:
            json["condition"] = .string("\(output(of: other)) == \(code)")
        case .completed(let other)?:
            json["condition"] = .string("tasks.\(tasks[other].id).phase == 'Completed'")
        case nil: break
        }
        if task.type != "transform" {
            json["timeout"] = task.timeout.map { .string($0.text) }
            json["retryPolicy"] = [
                "maxAttempts": .integer(Int64(task.maxAttempts)),
                "initialInterval": .string(task.initialInterval.text),
                "maxInterval": .string(task.maxInterval.text),
                "backoffMultiplier": .double(task.multiplier), "jitter": .double(task.jitter),
            ]
        }
        return json
    }

    private func output(of task: Int) -> String {
        "tasks.\(tasks[task].id).outputs.\(tasks[task].type == "http" ? "status" : "exitCode")"
    }
}

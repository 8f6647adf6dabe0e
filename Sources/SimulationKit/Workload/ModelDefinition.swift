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

    /// Whether it ends at once when it is cancelled.
    var isShort: Bool {
        if case .hang = self { return false }
        return true
    }
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
    /// Tasks that only must have begun.
    var beside: [Int] = []
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
    /// Whether a failure of it has the run undone.
    var rollsBack = false
    /// Whether a false condition fails it, and does not skip it.
    var failsIfFalse = false
    /// How long a `wait` waits.
    var wait: Duration?
    /// What an `approval` asks.
    var approval: ModelApproval?
    /// The template that a `workflow` runs.
    var child: String?
    /// What becomes of an attempt that a crash cut off.
    var interruption = ModelInterruption.retry
    /// What stands in for it once it has failed.
    var fallback: ModelFallback?
    /// Whether the value that stands in for it has none.
    var isFallbackBroken = false
    var isCached = false
    /// The provider that its attempts go to.
    var provider: String?
    var totalTimeout: Duration?
    /// What a `stream` does.
    var stream: ModelStream?
    /// What a `command` writes into its stream.
    var emits: [ModelRecord]?
    /// Whether it goes on behind what is stored of its stream.
    var resumes = false
    /// What undoes it: one task, or none.
    var undoing: [ModelTask] = []

    /// Whether its attempts do what a script says.
    var isScripted: Bool { type == "command" || type == "http" }

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
    var timeout: Duration?
    var totalTimeout: Duration?

    var isTimed: Bool { timeout != nil || totalTimeout != nil }
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
    /// Whether tasks that failed for good become dead letters.
    var hasLetters = false
    /// How many ended runs of it are kept.
    var keeps: Int?

    /// The `spec` of a Workflow.
    var spec: JSON {
        var config: JSON = [:]
        config["maxParallel"] = maxParallel.map { .integer(Int64($0)) }
        config["timeout"] = timeout.map { .string($0.text) }
        var spec: JSON = [
            "description": .string("model \(number)"), "config": config,
            "tasks": .array(
                tasks.map { $0.manifest(in: tasks) }
                    + containers.filter { $0.kind != .finally }.map { manifest(of: $0) }),
        ]
        for container in containers where container.kind == .finally {
            spec["finally"] = .array(container.tasks.map { $0.manifest(in: container.tasks) })
        }
        if isSuspended { spec["suspend"] = true }
        if hasLetters {
            let letters: JSON = [["type": "deadletter", "queue": "simulated"]]
            spec["events"] = ["onFailure": letters, "onTimeout": letters]
        }
        if let keeps {
            let bounds: JSON = ["maxCount": .integer(Int64(keeps))]
            spec["retention"] = ["completed": bounds, "failed": bounds]
        }
        return spec
    }

    /// The number of the model that a definition was made of.
    static func number(in spec: JSON?) -> Int? {
        guard let words = spec?["description"]?.stringValue?.split(separator: " "),
            words.count == 2, words[0] == "model"
        else { return nil }
        return Int(words[1])
    }

    /// The task that a path in a status leads to: `review[3].fetch` to `fetch`, `pay~compensation` to
    /// what undoes `pay`.
    func task(at path: String) -> ModelTask? {
        if let mark = path.firstIndex(of: "~"), !path[mark...].hasPrefix("~.") {
            return task(at: String(path[..<mark]))?.undoing.first
        }
        let last = path.split(separator: ".").last?.prefix { $0 != "[" && $0 != "#" } ?? ""
        return tasks.first { $0.id == path }
            ?? containers.lazy.flatMap(\.tasks).first { $0.id == last }
    }

    private func manifest(of container: ModelContainer) -> JSON {
        let body = JSON.array(container.tasks.map { $0.manifest(in: container.tasks) })
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
        json["timeout"] = container.timeout.map { .string($0.text) }
        json["totalTimeout"] = container.totalTimeout.map { .string($0.text) }
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
}

import Resources
import Schemas
import Values

/// Reads a `spec` as a typed definition, taking what is well-formed and noting what is not.
///
/// The schema has said already which values are of the wrong shape; those are passed over here in
/// silence, so that each mistake is told once and what follows it is still checked.
struct DefinitionReader {
    let path: JSONPath
    var diagnostics: [Diagnostic] = []
    /// The places of ``WorkflowDefinition/tasks`` in the file, as malformed ones are left out.
    private(set) var taskPaths: [JSONPath] = []
    /// The places of ``WorkflowDefinition/inputs`` in the file.
    private(set) var inputPaths: [JSONPath] = []

    init(at path: JSONPath) { self.path = path }

    mutating func read(_ spec: JSON) -> WorkflowDefinition {
        var definition = WorkflowDefinition()
        definition.description = spec["description"]?.stringValue
        definition.isSuspended = spec["suspend"]?.boolValue ?? false
        if let config = spec["config"] {
            let place = path.key("config")
            definition.timeout = duration(config["timeout"], at: place.key("timeout"))
            definition.maxParallel = config["maxParallel"]?.integerValue.map {
                Int(clamping: max(1, $0))
            }
            definition.retryPolicy = retryPolicy(
                config["retryPolicy"], at: place.key("retryPolicy"))
            definition.failureAction = failureAction(config["onFailure"])
        }
        for (position, input) in (spec["inputs"]?.arrayValue ?? []).enumerated() {
            let place = path.key("inputs").index(position)
            guard let name = input["name"]?.stringValue else { continue }
            definition.inputs.append(inputDefinition(input, name: name, at: place))
            inputPaths.append(place)
        }
        for (position, task) in (spec["tasks"]?.arrayValue ?? []).enumerated() {
            let place = path.key("tasks").index(position)
            guard let id = task["id"]?.stringValue else { continue }
            definition.tasks.append(taskDefinition(task, id: id, at: place))
            taskPaths.append(place)
        }
        for (name, value) in spec["outputs"]?.objectValue ?? [:] {
            let place = path.key("outputs").key(name)
            if let output = outputDefinition(name, value, at: place) {
                definition.outputs.append(output)
            }
        }
        return definition
    }

    // MARK: Parts

    private mutating func taskDefinition(
        _ json: JSON, id: String, at place: JSONPath
    ) -> TaskDefinition {
        var task = TaskDefinition(id: id, type: json["type"]?.stringValue ?? "")
        task.name = json["name"]?.stringValue
        task.description = json["description"]?.stringValue
        task.dependsOn = (json["dependsOn"]?.arrayValue ?? []).map { $0.stringValue ?? "" }
        task.inputs = json["inputs"]?.objectValue ?? [:]
        for (name, kind) in json["outputs"]?.objectValue ?? [:] {
            task.outputs[name] = kind.stringValue.flatMap(ValueKind.init(name:)) ?? .any
        }
        task.condition = json["condition"]?.stringValue
        task.retryPolicy = retryPolicy(json["retryPolicy"], at: place.key("retryPolicy"))
        task.timeout = duration(json["timeout"], at: place.key("timeout"))
        task.failureAction = failureAction(json["onFailure"])
        return task
    }

    private mutating func outputDefinition(
        _ name: String, _ json: JSON, at place: JSONPath
    ) -> OutputDefinition? {
        guard case .object(let members) = json else {
            return OutputDefinition(name: name, value: json)
        }
        let violations = WorkflowSpecSchema.output.validate(json, at: place)
        diagnostics += violations.map(Diagnostic.init)
        guard let value = members["value"] else { return nil }
        var output = OutputDefinition(
            name: name, value: value, fallback: members["fallback"],
            description: members["description"]?.stringValue)
        output.isObject = true
        return output
    }

    private mutating func inputDefinition(
        _ json: JSON, name: String, at place: JSONPath
    ) -> InputDefinition {
        var input = InputDefinition(name: name)
        input.kind = json["type"]?.stringValue.flatMap(ValueKind.init(name:)) ?? .any
        input.isRequired = json["required"]?.boolValue ?? false
        input.defaultValue = json["default"]
        input.description = json["description"]?.stringValue
        var reader = InputConstraints(input: input, place: place)
        input.constraints = reader.read(json)
        diagnostics += reader.diagnostics
        diagnostics += reader.checkDefault(of: input)
        return input
    }

    // MARK: Scalars

    private func failureAction(_ json: JSON?) -> FailureAction? {
        json?.stringValue.flatMap(FailureAction.init(rawValue:))
    }

    private mutating func retryPolicy(_ json: JSON?, at place: JSONPath) -> RetryPolicy? {
        guard let json, json.objectValue != nil else { return nil }
        var policy = RetryPolicy()
        if let count = json["maxAttempts"]?.integerValue {
            policy.maxAttempts = Int(clamping: max(1, count))
        }
        let initial = duration(json["initialInterval"], at: place.key("initialInterval"))
        let longest = duration(json["maxInterval"], at: place.key("maxInterval"))
        if let initial, let longest, initial > longest {
            diagnostics.append(
                Diagnostic(
                    .intervalOrder,
                    "initialInterval (\(initial.text)) is longer than maxInterval"
                        + " (\(longest.text))", at: place.key("initialInterval"),
                    suggestion: "make maxInterval at least \(initial.text)"))
        }
        // Where only one is written, the other gives way.
        policy.initialInterval = initial ?? min(policy.initialInterval, longest ?? .seconds(1))
        policy.maxInterval = longest ?? max(policy.maxInterval, policy.initialInterval)
        policy.backoffMultiplier = json["backoffMultiplier"]?.doubleValue ?? 2
        policy.jitter = json["jitter"]?.doubleValue ?? policy.jitter
        policy.retryableErrors = json["retryableErrors"]?.arrayValue?.compactMap(\.stringValue)
        return policy
    }

    private mutating func duration(_ json: JSON?, at place: JSONPath) -> Duration? {
        switch json {
        case .integer(let seconds) where seconds >= 0 && seconds <= Int64.max / 1_000_000_000:
            return .seconds(seconds)
        case .string(let text):
            if let duration = Duration(parsing: text) { return duration }
            diagnostics.append(
                Diagnostic(
                    .invalidDuration, "\(JSON.string(text).text) is not a duration", at: place,
                    suggestion: "write a number with a unit, as 30s, 5m, 1h30m or 250ms"))
            return nil
        case .integer(let seconds):
            diagnostics.append(
                Diagnostic(
                    .invalidDuration, "\(seconds) seconds are not a duration", at: place,
                    suggestion: "write a number with a unit, as 30s, 5m, 1h30m or 250ms"))
            return nil
        default: return nil
        }
    }
}

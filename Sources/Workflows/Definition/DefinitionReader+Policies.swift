import Schemas
import Values

extension DefinitionReader {
    static let idSchema = Schema.string("The id of the task.", minimumLength: 1)

    /// A dependency that is written as an object.
    static let dependencySchema = Schema.object(
        "A task, and how it must have ended.", required: ["task"],
        [
            "task": idSchema,
            "when": .string(
                "How far it must have come.", enum: DependencyCondition.allCases.map(\.rawValue)),
        ])

    mutating func fallbacks(
        _ json: JSON, at place: JSONPath
    ) -> [(position: Int, fallback: FallbackDefinition)] {
        (json.arrayValue ?? []).enumerated().compactMap { position, element in
            element.objectValue.flatMap { fallback($0, at: place.index(position)) }
                .map { (position, $0) }
        }
    }

    private mutating func fallback(
        _ members: JSONObject, at place: JSONPath
    ) -> FallbackDefinition? {
        let whole = ["value", "cached", "skip"].filter { members.contains($0) }
        let parts = ["type", "workflow", "executor", "inputs", "config"].filter {
            members.contains($0)
        }
        guard whole.count + (parts.isEmpty ? 0 : 1) == 1 else {
            let found = (whole + parts).joined(separator: ", ")
            diagnostics.append(
                Diagnostic(
                    .invalidFallback,
                    found.isEmpty
                        ? "the fallback says nothing"
                        : "the fallback says several things: \(found)",
                    at: place,
                    suggestion: "write one of value, cached, skip, or another attempt: type,"
                        + " workflow, executor, inputs, config"))
            return nil
        }
        switch whole.first {
        case "value": return members["value"]?.objectValue.map { .value($0) }
        case "cached":
            let age = duration(
                members["cached"]?["maxAge"], at: place.key("cached").key("maxAge"))
            return .cached(maximumAge: age)
        case "skip": return .skip
        default:
            return .attempt(
                type: members["type"]?.stringValue, executor: members["executor"]?.stringValue,
                inputs: members["inputs"]?.objectValue, config: members["config"]?.objectValue,
                workflow: members["workflow"].flatMap(child))
        }
    }

    mutating func compensation(_ json: JSON, at place: JSONPath) -> CompensationDefinition? {
        guard let type = json["type"]?.stringValue else { return nil }
        var compensation = CompensationDefinition(type: type)
        compensation.executor = json["executor"]?.stringValue
        compensation.inputs = json["inputs"]?.objectValue ?? [:]
        compensation.config = json["config"]?.objectValue ?? [:]
        compensation.workflow = json["workflow"].flatMap(child)
        compensation.retryPolicy = retryPolicy(json["retryPolicy"], at: place.key("retryPolicy"))
        compensation.retryIf = json["retryPolicy"]?["retryIf"]?.stringValue
        compensation.timeout = duration(json["timeout"], at: place.key("timeout"))
        return compensation
    }

    mutating func cache(_ json: JSON, at place: JSONPath) -> CacheDefinition? {
        duration(json["maxAge"], at: place.key("maxAge")).map {
            CacheDefinition(maximumAge: $0, key: json["key"])
        }
    }

    mutating func resources(_ json: JSON?, at place: JSONPath) -> [String: Double] {
        var amounts: [String: Double] = [:]
        for (name, value) in json?.objectValue ?? [:] {
            let text = value.stringValue ?? (value.doubleValue == nil ? nil : value.text)
            if let text, let amount = Quantity.value(parsing: text) {
                guard amount <= WorkflowLimits.maximumResourceAmount else {
                    diagnostics.append(
                        Diagnostic(
                            .valueOutOfRange, "\(JSON.phrase(value)) is more than 1Pi",
                            at: place.key(name),
                            suggestion: "write at most 1Pi, as 500m, 2 or 8Gi"))
                    continue
                }
                amounts[name] = amount
            } else {
                diagnostics.append(
                    Diagnostic(
                        .invalidQuantity, "\(JSON.phrase(value)) is not a quantity",
                        at: place.key(name), suggestion: "write a number, as 2, 500m, 8Gi or 1.5"))
            }
        }
        return amounts
    }

    // MARK: Retries

    mutating func retryPolicy(
        _ json: JSON?, at place: @autoclosure () -> JSONPath
    ) -> RetryPolicy? {
        guard let json, json.objectValue != nil else { return nil }
        let place = place()
        var policy = numbers(json, over: RetryPolicy(), at: place)
        policy.retryableErrors = json["retryableErrors"]?.arrayValue?.compactMap(\.stringValue)
        let base = policy
        for (type, other) in json["perError"]?.objectValue ?? [:] where other.objectValue != nil {
            policy.perError[type] = numbers(other, over: base, at: place.key("perError").key(type))
        }
        return policy
    }

    /// The numbers of a policy; those that are not written are those of another.
    private mutating func numbers(
        _ json: JSON, over base: RetryPolicy, at place: JSONPath
    ) -> RetryPolicy {
        var policy = base
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
        policy.backoffMultiplier = json["backoffMultiplier"]?.doubleValue ?? base.backoffMultiplier
        policy.jitter = json["jitter"]?.doubleValue ?? base.jitter
        return policy
    }

    // MARK: Durations

    mutating func duration(
        _ json: JSON?, at place: @autoclosure () -> JSONPath
    ) -> Duration? {
        let message: String
        switch json {
        case .integer(let seconds) where seconds >= 0 && seconds <= Int64.max / 1_000_000_000:
            return .seconds(seconds)
        case .string(let text):
            if let duration = durations[text] { return duration }
            if let duration = Duration(parsing: text) {
                durations[text] = duration
                return duration
            }
            let objection = Duration.objection(to: text) ?? "is not a duration"
            message = "\(JSON.string(text).text) \(objection)"
        case .integer(let seconds): message = "\(seconds) seconds are not a duration"
        default: return nil
        }
        diagnostics.append(
            Diagnostic(
                .invalidDuration, message, at: place(),
                suggestion: "write a number with a unit, as 30s, 5m, 1h30m or 250ms"))
        return nil
    }
}

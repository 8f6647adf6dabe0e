internal import Crypto
internal import Expressions
public import Values
public import Workflows

/// The key of a task's result: what it depends on, digested.
///
/// Two attempts with one key would do the same with the same inputs, whichever run they are part of.
/// So a result may stand in for another of its key: from an earlier try of the same task, or from a
/// cache.
public enum TaskKey {
    /// The SHA-256 over the canonical JSON of all a task's result depends on, as `sha256:…`.
    ///
    /// What a definition that is run says is not in it, as only the reference is known here; an owner
    /// adds that: see ``ResultLookup/workflow``.
    public static func of(
        type: String, executor: String? = nil, inputs: JSONObject, config: JSONObject = [:],
        workflow: ChildWorkflow? = nil, stream: StreamPlan? = nil
    ) -> String {
        var parts: JSON = [
            "config": .object(config), "executor": executor.map { .string($0) } ?? .null,
            "inputs": .object(inputs), "type": .string(type),
        ]
        // Only where there is one: the keys of all other tasks are those of earlier releases.
        if let workflow {
            parts["workflow"] = ["kind": .string(workflow.kind), "name": .string(workflow.name)]
        }
        if let stream { parts["stream"] = stream.keyPart }
        return parts.digest.description
    }

    /// The key of a result that depends on what its author says and on nothing else.
    public static func of(type: String, written: JSON) -> String {
        let parts: JSON = ["key": written, "type": .string(type)]
        return parts.digest.description
    }
}

extension StreamPlan {
    /// All of the plan that what a stream gives depends on.
    fileprivate var keyPart: JSON {
        [
            "source": source.map { .string($0) } ?? .null, "format": .string(format.rawValue),
            "time": part(time), "lateness": .integer(lateness.nanoseconds), "until": part(until),
            "steps": .array(steps.map(\.keyPart)), "key": part(key),
            "window": window?.keyPart ?? .null,
            "aggregates": .array(aggregates.map(\.keyPart)), "keep": .integer(Int64(keep)),
            "skipsErrors": .bool(skipsErrors),
        ]
    }

    private func part(_ expression: Expression?) -> JSON {
        expression.map { .string($0.source) } ?? .null
    }
}

extension StreamStep {
    fileprivate var keyPart: JSON {
        switch self {
        case .filter(let expression): ["filter": .string(expression.source)]
        case .map(let expression): ["map": .string(expression.source)]
        }
    }
}

extension StreamWindow {
    fileprivate var keyPart: JSON {
        switch self {
        case .whole: "whole"
        case .tumbling(let length): ["tumbling": .integer(length.nanoseconds)]
        case .sliding(let length, let every):
            ["sliding": [.integer(length.nanoseconds), .integer(every.nanoseconds)]]
        case .session(let gap): ["session": .integer(gap.nanoseconds)]
        }
    }
}

extension StreamAggregate {
    fileprivate var keyPart: JSON {
        let made: JSON =
            switch function {
            case .count: "count"
            case .sum(let value): ["sum": .string(value.source)]
            case .minimum(let value): ["minimum": .string(value.source)]
            case .maximum(let value): ["maximum": .string(value.source)]
            case .list(let value): ["list": .string(value.source)]
            case .reduce(let initial, let value, let merge):
                [
                    "initial": initial, "value": .string(value.source),
                    "merge": merge.map { .string($0.source) } ?? .null,
                ]
            }
        return ["name": .string(name), "function": made]
    }
}

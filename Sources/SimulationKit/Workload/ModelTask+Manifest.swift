import Values

/// What an approval asks, and by when.
struct ModelApproval: Sendable, Hashable {
    static let users = ["ada", "bob"]

    var quorum = 1
    var deadline: Duration?
    var isApprovedByDefault = false
}

/// What becomes of an attempt whose end a crash hid.
enum ModelInterruption: String, Sendable, CaseIterable {
    case retry = "Retry"
    case fail = "Fail"
    case hold = "Hold"
}

/// What stands in for a task that has failed.
enum ModelFallback: Sendable, CaseIterable {
    case value, skip, other
}

extension ModelTask {
    /// The name of the output that others ask about.
    var output: String { type == "http" ? "status" : "exitCode" }

    /// What its fallback gives.
    var fallbackOutputs: JSONObject { [output: 7] }

    /// The task as a definition holds it.
    func manifest(in siblings: [ModelTask]) -> JSON {
        var json: JSON = [
            "id": .string(id), "type": .string(type),
            "dependsOn": .array(dependsOn(siblings)),
            "onFailure": rollsBack ? "Rollback" : failsRun ? "Fail" : "Continue",
            "inputs": inputs(in: siblings),
        ]
        switch condition {
        case .constant(let value)?: json["condition"] = .string(value ? "true" : "1 > 2")
        case .code(let other, let code)?:
            json["condition"] = .string("\(siblings[other].reference) == \(code)")
        case .completed(let other)?:
            json["condition"] = .string("tasks.\(siblings[other].id).phase == 'Completed'")
        case nil: break
        }
        if condition != nil, failsIfFalse { json["onFalse"] = "Fail" }
        if let stream { json["stream"] = stream.manifest(in: siblings) }
        if let child { json["workflow"] = ["kind": "Template", "name": .string(child)] }
        guard type != "transform", type != "wait" || timeout ?? totalTimeout != nil else {
            return json
        }
        json["timeout"] = timeout.map { .string($0.text) }
        json["totalTimeout"] = totalTimeout.map { .string($0.text) }
        json["retryPolicy"] = retryPolicy
        addOptions(to: &json)
        return json
    }

    private func dependsOn(_ siblings: [ModelTask]) -> [JSON] {
        order.map { .string(siblings[$0].id) }
            + beside.map { ["task": .string(siblings[$0].id), "when": "Started"] }
    }

    private func addOptions(to json: inout JSON) {
        if interruption != .retry { json["onInterruption"] = .string(interruption.rawValue) }
        switch fallback {
        case .value? where isFallbackBroken:
            json["fallback"] = [["value": [output: "${{ int(error.type) }}"]]]
        case .value?: json["fallback"] = [["value": .object(fallbackOutputs)]]
        case .skip?: json["fallback"] = [["skip": true]]
        case .other?:
            json["fallback"] = [
                ["type": "command", "inputs": ["command": "simulated", "args": [.string(id)]]]
            ]
        case nil: break
        }
        if isCached { json["cache"] = ["maxAge": id.hasSuffix("1") ? "2s" : "1h"] }
        if let provider { json["config"] = ["provider": .string(provider)] }
        if let undoing = undoing.first {
            json["compensation"] = [
                "type": .string(undoing.type), "inputs": undoing.inputs(in: []),
                "retryPolicy": undoing.retryPolicy,
            ]
        }
    }

    private var reference: String { "tasks.\(id).outputs.\(output)" }

    private var retryPolicy: JSON {
        [
            "maxAttempts": .integer(Int64(maxAttempts)),
            "initialInterval": .string(initialInterval.text),
            "maxInterval": .string(maxInterval.text),
            "backoffMultiplier": .double(multiplier), "jitter": .double(jitter),
        ]
    }

    private func inputs(in siblings: [ModelTask]) -> JSON {
        // Its own id makes its key its own: what others gave never stands in for it.
        let values =
            [JSON.string(id)] + data.map { .string("${{ \(siblings[$0].reference) }}") }
        switch type {
        case "command":
            var inputs: JSON = ["command": "simulated", "args": .array(values)]
            if resumes { inputs["resume"] = true }
            return inputs
        case "http": return ["url": "http://simulated/", "body": .array(values)]
        case "wait": return ["duration": .string((wait ?? .zero).text)]
        case "workflow": return [:]
        case "stream": return stream?.inputs ?? [:]
        case "approval":
            var inputs: JSON = [
                "message": .string("May \(id) go on?"), "payload": ["task": .string(id)],
                "approvers": ["users": .array(ModelApproval.users.map { .string($0) })],
                "quorum": .integer(Int64(approval?.quorum ?? 1)),
            ]
            if let deadline = approval?.deadline {
                inputs["deadline"] = .string(deadline.text)
                inputs["default"] = approval?.isApprovedByDefault == true ? "approve" : "reject"
            }
            return inputs
        default: return ["exitCode": 0, "values": .array(values)]
        }
    }
}

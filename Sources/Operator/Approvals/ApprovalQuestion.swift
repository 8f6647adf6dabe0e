import Crypto
import Executors
import Kubernetes
import Values
import Workflows

/// What an `approval` task asks, read from its inputs.
struct ApprovalQuestion {
    private let fields: JSONObject
    /// The digest of what is approved.
    let digest: Digest
    /// How long after it was asked the default answers; nil where a moment is given, or nothing.
    private let patience: Duration?

    /// How far the clocks of this process and of the API server may be apart.
    static let clockTolerance = Duration.seconds(300)

    /// Reads the inputs, which the type's schema has not checked where they came of expressions.
    init(_ inputs: JSONObject, now: Timestamp) throws(TaskError) {
        var fields: JSONObject = [:]
        fields["approvers"] = try ApprovalQuestion.approvers(inputs["approvers"])
        if let quorum = inputs["quorum"] {
            guard let number = quorum.integerValue, (1...256).contains(number) else {
                throw .invalid("input \"quorum\" must be an integer from 1 to 256")
            }
            fields["quorum"] = .integer(number)
        }
        if let given = inputs["deadline"], !given.isNull {
            let (moment, after) = try ApprovalQuestion.deadline(given, now)
            fields["deadline"] = .string(moment.description)
            patience = after
        } else {
            patience = nil
        }
        if let answer = inputs["default"] {
            guard let text = answer.stringValue, ["approve", "reject"].contains(text) else {
                throw .invalid("input \"default\" must be approve or reject")
            }
            fields["default"] = .string(text)
        }
        let message = inputs["message"] ?? inputs["prompt"]
        if let message {
            fields["message"] = .string(message.stringValue ?? message.text)
        }
        let payload = inputs["payload"]
        if let payload { try checkNesting(of: payload, "input \"payload\"") }
        fields["payload"] = payload
        var subject: JSON = [:]
        subject["message"] = message
        subject["payload"] = payload
        digest = subject.digest
        fields["digest"] = .string(digest.description)
        self.fields = fields
    }

    func spec(for attempt: TaskAttemptRequest) -> JSON {
        var spec = fields
        spec["run"] = ["name": .string(attempt.run), "uid": .string(attempt.runUID)]
        spec["task"] = .string(attempt.taskID)
        spec["attempt"] = .integer(Int64(attempt.attempt))
        return .object(spec)
    }

    /// What this question is in an approval that was made of it, possibly by a process before.
    ///
    /// All of it follows from the inputs, but for a deadline that counts from the first asking: that is
    /// the approval's own, as far as it fits the time at which the API server says it was made.
    ///
    /// - Parameter spec: what this process would have made.
    func asked(by made: KubernetesObject, _ spec: JSON) -> JSON {
        var spec = spec
        if let patience, let created = made.creationTimestamp {
            let expected = created + patience
            let shown = made.spec["deadline"]?.stringValue.flatMap { Timestamp($0) }
            if let shown, shown - expected <= ApprovalQuestion.clockTolerance,
                expected - shown <= ApprovalQuestion.clockTolerance
            {
                spec["deadline"] = made.spec["deadline"]
            } else if made.spec["deadline"] != spec["deadline"] {
                spec["deadline"] = .string(expected.description)
            }
        }
        return AskedQuestion.of(spec)
    }

    /// A list of users, or an object of users and groups.
    private static func approvers(_ given: JSON?) throws(TaskError) -> JSON? {
        guard let given, !given.isNull else { return nil }
        if let users = given.arrayValue {
            return ["users": .array(try names(users, of: "approvers"))]
        }
        guard let members = given.objectValue,
            members.keys.allSatisfy({ ["users", "groups"].contains($0) })
        else {
            throw .invalid("input \"approvers\" must be a list of users, or users and groups")
        }
        var approvers: JSONObject = [:]
        for (name, value) in members where !value.isNull {
            guard let list = value.arrayValue else {
                throw .invalid("input \"approvers.\(name)\" must be a list of names")
            }
            approvers[name] = .array(try names(list, of: "approvers.\(name)"))
        }
        return .object(approvers)
    }

    private static func names(_ list: [JSON], of input: String) throws(TaskError) -> [JSON] {
        var seen: Set<String> = []
        var names: [JSON] = []
        for element in list {
            guard let name = element.stringValue, !name.isEmpty else {
                throw .invalid("input \"\(input)\" must be a list of names")
            }
            if seen.insert(name).inserted { names.append(.string(name)) }
        }
        return names
    }

    /// The moment of the deadline, and how long after now where it is given so.
    private static func deadline(
        _ given: JSON, _ now: Timestamp
    ) throws(TaskError) -> (Timestamp, after: Duration?) {
        if let seconds = given.integerValue, seconds >= 0 {
            return (now + .seconds(seconds), .seconds(seconds))
        }
        if let text = given.stringValue {
            if let moment = Timestamp(text) { return (moment, nil) }
            if let duration = Duration(parsing: text) { return (now + duration, duration) }
        }
        throw .invalid(
            "input \"deadline\" must be a duration such as 30m, or a moment such as"
                + " 2030-01-31T12:00:00Z")
    }
}

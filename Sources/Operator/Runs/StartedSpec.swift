import Crypto
import Values

/// The parts of a run's spec with which it starts, and which it keeps (law 16): `status.startedWith`.
///
/// Editing them later changes nothing, which is told at once and not only when somebody wonders.
enum StartedSpec {
    /// The condition that is there, and false, while the spec says something else.
    static let condition = "SpecAccepted"
    /// Its reason, and that of the event.
    static let reason = "ChangedAfterStart"

    private static let fields = [
        "inputs", "restoreFrom", "retryOf", "workflowRef", "workflowSpec",
    ]

    /// The digests of those parts.
    ///
    /// O(bytes of the spec).
    static func of(_ spec: JSON) -> JSON {
        var digests: JSONObject = [:]
        for field in fields {
            digests[field] = spec[field].map { .string($0.digest.description) }
        }
        return .object(digests)
    }

    /// The parts that are not what the run started with, sorted.
    static func changes(in spec: JSON, since started: JSON) -> [String] {
        let now = of(spec)
        return fields.filter { now[$0] != started[$0] }
    }

    /// What is told of such parts.
    static func message(_ changes: [String]) -> String {
        let names = changes.map { "spec.\($0)" }.joined(separator: ", ")
        let verb = changes.count == 1 ? "was" : "were"
        return
            "\(names) \(verb) changed after the run started, which has no effect: the run keeps the"
            + " definition and the inputs with which it started. Put it back, and make a new run for"
            + " the change"
    }

    /// Whether the conditions of a status tell of the changes, or of none where there are none.
    static func isTold(_ changes: [String], in conditions: JSON?) -> Bool {
        let told = conditions?.arrayValue?.first { $0["type"]?.stringValue == condition }
        return told?["message"]?.stringValue == (changes.isEmpty ? nil : message(changes))
    }

    /// The conditions of a status that tell so; nil where they do.
    static func conditions(
        _ old: JSON?, changes: [String], generation: Int64, now: Timestamp
    ) -> JSON? {
        let present = old?.arrayValue ?? []
        let before = present.first { $0["type"]?.stringValue == condition }
        let others = present.filter { $0["type"]?.stringValue != condition }
        guard !isTold(changes, in: old) else { return nil }
        guard !changes.isEmpty else { return .array(others) }
        let told: JSON = [
            "type": .string(condition), "status": "False", "reason": .string(reason),
            "message": .string(message(changes)), "observedGeneration": .integer(generation),
            "lastTransitionTime": before?["lastTransitionTime"] ?? .string(now.secondsText),
        ]
        return .array(others + [told])
    }
}

import Console
import Observability
import Operator
import Values

/// What a server holds for all workflows that do not say otherwise.
struct ServerPolicies {
    static let options: [CommandSpecification.Option] = [
        .value(
            "keep-completed", nil, "AGE,COUNT",
            "how long, and how many of each workflow, completed runs are kept; all where absent"),
        .value("keep-failed", nil, "AGE,COUNT", "the same for runs that ended in any other way"),
        .value(
            "keep-dead-letters", nil, "AGE", "how long dead letters are kept; ever where absent"),
        .value(
            "alert-channel", nil, "NAME=URL", repeats: true,
            "where alerts of a channel are sent, beside the event that each becomes"),
    ]

    private(set) var retention = RetentionPolicy.none
    private(set) var alertChannels: [String: String] = [:]
    private(set) var admission = AdmissionConfiguration()

    /// Reads the options.
    ///
    /// - Throws: ``CommandFailure`` that names the one that is wrong.
    init(_ arguments: ParsedArguments) throws(CommandFailure) {
        retention.completed = try ServerPolicies.bounds("keep-completed", arguments)
        retention.failed = try ServerPolicies.bounds("keep-failed", arguments)
        if let text = arguments.value("keep-dead-letters") {
            // At an age of 0 each would be gone before anybody could read or retry it.
            guard let age = Duration(parsing: text), age > .zero else {
                throw CommandFailure(
                    .usage, "--keep-dead-letters takes an age above 0, such as 30d, not \(text)")
            }
            retention.deadLetters = age
        }
        for pair in arguments.values("alert-channel") {
            let parts = pair.split(separator: "=", maxSplits: 1).map { String($0) }
            guard parts.count == 2, parts[1].hasPrefix("http") else {
                throw CommandFailure(
                    .usage, "--alert-channel takes NAME=URL such as ops=https://example.com/hook")
            }
            guard alertChannels.updateValue(parts[1], forKey: parts[0]) == nil else {
                throw CommandFailure(.usage, "--alert-channel: \(parts[0]) stands twice")
            }
        }
        admission = try AdmissionOptions.configuration(arguments)
    }

    private static func bounds(
        _ option: String, _ arguments: ParsedArguments
    ) throws(CommandFailure) -> RetentionPolicy.Bounds {
        guard let text = arguments.value(option) else { return .none }
        guard let bounds = RetentionPolicy.Bounds(parsing: text) else {
            throw CommandFailure(
                .usage, "--\(option) takes an age, a count, or both, such as 7d, 1000 or 7d,1000")
        }
        return bounds
    }
}

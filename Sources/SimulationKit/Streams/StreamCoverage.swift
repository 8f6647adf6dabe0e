import Workflows

/// What can happen to streams, as the tables of coverage name it.
enum StreamCoverage {
    static let sources = ["items", "task", "lines", "events", "command", "command with resume"]
    static let windows = ["none", "whole", "tumbling", "sliding", "session"]
    static let errors = [
        "StreamLost", "StreamSourceFailed", "StreamStorageError", "TimeoutError",
        "ConnectionError", "ServerError", "RateLimitError",
    ]

    /// All that can happen to a stream.
    static let streams: [String] =
        sources.flatMap { source in windows.map { "\(source) x \($0)" } }
        + ["attempt succeeded", "attempt cancelled"] + errors.map { "attempt \($0)" }
        + ResponseFault.allCases.map { "response \($0.rawValue)" }
        + ["response asked for again", "response is over", "command resumed"]
        + ["begins", "goes on", "goes on elsewhere", "record late", "record passed over"]

    /// All that can go wrong with each operation on a file.
    static let files: [String] =
        ["list", "read"].map { name($0, .blind) }
        + ["append", "replace", "remove"].flatMap { operation in
            [StreamFault.dieBefore, .dieAfter, .refuse].map { name(operation, $0) }
        } + [name("append", .dieWithin), StreamFault.diskLost.rawValue]

    static func name(_ operation: String, _ fault: StreamFault) -> String {
        "\(operation) x \(fault.rawValue)"
    }

    /// How an attempt ended.
    static func name(of outcome: AttemptOutcome) -> String {
        if case .failed(let error) = outcome { return error.type }
        return outcome.name
    }
}

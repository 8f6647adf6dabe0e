/// What the process tells its caller.
enum ExitCode: Int32, Sendable {
    case success = 0
    /// A run did not complete.
    case runFailed = 1
    /// The call could not be understood.
    case usage = 2
    /// A manifest or its inputs are not valid.
    case invalidManifest = 3
    /// The object does not exist.
    case notFound = 4
    /// The API server cannot be reached, or refuses us.
    case unreachable = 5
    /// Ended by Ctrl-C.
    case interrupted = 130
}

/// Why a command ends: one message for people and the code for programs.
struct CommandFailure: Error, Sendable {
    let code: ExitCode
    let message: String
    /// Whether the message is a report of diagnostics, which is shown as it is.
    private(set) var isReport = false

    init(_ code: ExitCode, _ message: String) {
        self.code = code
        self.message = message
    }

    /// A manifest that is not valid, with all that is wrong with it.
    init(report: String) {
        self.init(.invalidManifest, report)
        isReport = true
    }
}

import Console
import POSIX
import Values

/// Waiting for what an operator makes of what a command wrote.
enum Awaiting {
    /// How long an operator has to take something up.
    static let patience = Duration.seconds(30)
    private static let interval = Duration.milliseconds(100)
    /// How long nothing is said on a terminal.
    private static let silence = Duration.seconds(2)

    /// Looks again and again until there is something to see.
    ///
    /// - Parameters:
    ///   - what: what is waited for, as a terminal is told where it takes a while.
    ///   - patience: how long to look.
    /// - Returns: what was seen; nil where there was nothing to see for as long.
    static func first<Seen>(
        _ what: String, within patience: Duration = Awaiting.patience,
        _ look: () async throws(CommandFailure) -> Seen?
    ) async throws(CommandFailure) -> Seen? {
        let start = SystemClock.monotonic()
        var isTold = false
        while true {
            if let seen = try await look() { return seen }
            let waited = SystemClock.monotonic() - start
            guard waited < patience, !Task.isCancelled else { return nil }
            if !isTold, waited > silence, Terminal.isTerminal(.error) {
                Output.note("waiting for \(what)")
                isTold = true
            }
            try? await Task.sleep(for: interval)
        }
    }
}

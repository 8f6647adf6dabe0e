import Console
import POSIX
import Workflows

/// Where commands write: results to standard output, everything else to standard error.
enum Output {
    /// The style of standard output.
    static var style: Style { style(of: .output) }

    /// The style of an output.
    static func style(of stream: StandardStream) -> Style {
        Style(
            isTerminal: Terminal.isTerminal(stream), noColor: Environment.variable("NO_COLOR"),
            term: Environment.variable("TERM"))
    }

    /// Writes a line to standard output; a reader that went away is no error of ours.
    static func line(_ text: String) { write(text + "\n") }

    /// Writes text to standard output.
    static func write(_ text: String) { try? StandardStreams.write(text, to: .output) }

    /// Writes a line to standard error.
    static func note(_ text: String) { try? StandardStreams.write(text + "\n", to: .error) }

    /// Writes what is wrong or doubtful in a file, as every command shows it.
    static func diagnostics(of file: ManifestFile) {
        if !file.diagnostics.all.isEmpty { note(file.rendered() + "\n") }
    }

    /// Writes a failure as every command shows it.
    static func failure(_ failure: CommandFailure) {
        if failure.isReport { return note(failure.message) }
        note("\(style(of: .error).text("error:", .bad)) \(failure.message)")
    }
}

import Console
import Observability
import Operator
import POSIX
import Values

/// Where a server keeps its audit trail.
enum AuditOptions {
    static let options: [CommandSpecification.Option] = [
        .value(
            "audit-log-path", nil, "FILE",
            "where every change of phase is kept; audit.jsonl in the data directory where absent,"
                + " - for standard output, none for nowhere"),
        .value(
            "audit-log-maxsize", nil, "MEGABYTES", "the most of one such file; 64 where absent"),
        .value("audit-log-maxbackup", nil, "COUNT", "how many full ones are kept; 8 where absent"),
    ]

    /// What keeps the lines; nil where nobody is to.
    ///
    /// - Throws: ``CommandFailure`` where an option is wrong, or the file cannot be written.
    static func keeper(
        _ arguments: ParsedArguments, _ directory: String, _ logger: Logger
    ) throws(CommandFailure) -> (@Sendable ([JSON]) -> Void)? {
        var limits = AuditFile.Limits()
        limits.fileBytes =
            try number("audit-log-maxsize", 1...4096, arguments).map { $0 << 20 }
            ?? limits.fileBytes
        limits.fullFiles =
            try number("audit-log-maxbackup", 0...1000, arguments)
            ?? limits.fullFiles
        switch arguments.value("audit-log-path") {
        case "none": return nil
        case "-":
            return { lines in Output.write(lines.map { $0.text + "\n" }.joined()) }
        case let path:
            let file = AuditFile(
                path: path ?? "\(directory)/audit.jsonl", limits: limits, logger: logger)
            // Of the data directory the server itself tells what is wrong with it.
            if path != nil {
                do throws(FileError) { try file.open() } catch {
                    throw CommandFailure(
                        .usage,
                        "\(error): name another file with --audit-log-path, or none to keep no"
                            + " audit trail")
                }
            }
            return { lines in file.append(lines, at: SystemClock.now()) }
        }
    }

    private static func number(
        _ option: String, _ range: ClosedRange<Int>, _ arguments: ParsedArguments
    ) throws(CommandFailure) -> Int? {
        guard let text = arguments.value(option) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw CommandFailure(
                .usage,
                "--\(option) takes a number from \(range.lowerBound) to \(range.upperBound),"
                    + " not \(text)")
        }
        return number
    }
}

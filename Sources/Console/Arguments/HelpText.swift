/// The help of a program, made from what its commands take.
public struct HelpText: Sendable {
    private let program: String
    private let summary: String

    /// Makes the help of a program.
    public init(program: String, summary: String) {
        self.program = program
        self.summary = summary
    }

    /// The overview: every command with its sentence.
    public func overview(_ commands: [CommandSpecification]) -> String {
        let rows = commands.map { (left: $0.name, right: $0.summary) }
        return """
            \(summary)

            usage: \(program) COMMAND [OPTION ...]

            \(columns(rows))

            \(program) COMMAND --help says more of one.

            """
    }

    /// The help of one command.
    public func command(_ command: CommandSpecification) -> String {
        var usage = "usage: \(program) \(command.name)"
        for positional in command.positionals {
            let name = positional.repeats ? "\(positional.name) ..." : positional.name
            usage += positional.isRequired ? " \(name)" : " [\(name)]"
        }
        if !command.options.isEmpty { usage += " [OPTION ...]" }
        var sections = [command.summary, usage]
        if !command.positionals.isEmpty {
            sections.append(columns(command.positionals.map { ($0.name, $0.help) }))
        }
        if !command.options.isEmpty {
            sections.append("options:\n" + columns(command.options.map { ($0.usage, $0.help) }))
        }
        if !command.examples.isEmpty {
            let rows = command.examples.map { (left: "\(program) \($0.call)", right: $0.meaning) }
            sections.append("examples:\n" + columns(rows))
        }
        return sections.joined(separator: "\n\n") + "\n"
    }

    private func columns(_ rows: [(left: String, right: String)]) -> String {
        let width = rows.map(\.left.count).max() ?? 0
        return rows.map { row in
            let padding = String(repeating: " ", count: width - row.left.count)
            return "  \(row.left)\(padding)  \(row.right)"
        }.joined(separator: "\n")
    }
}

extension CommandSpecification.Option {
    /// The option as the help lists it: `-o, --output FORMAT`.
    var usage: String {
        let letter = letter.map { "-\($0), " } ?? "    "
        let value = value.map { " \(choices.isEmpty ? $0 : choices.joined(separator: "|"))" } ?? ""
        return "\(letter)--\(name)\(value)"
    }
}

/// Completion scripts for the shells people use.
public struct ShellCompletion: Sendable {
    /// The shells that there is a script for.
    public static let shells = ["bash", "zsh", "fish"]

    private let program: String
    private let commands: [CommandSpecification]

    /// Makes the scripts of a program.
    public init(program: String, commands: [CommandSpecification]) {
        self.program = program
        self.commands = commands
    }

    /// The script of a shell; nil where there is none for it.
    public func script(for shell: String) -> String? {
        switch shell {
        case "bash": bash
        case "zsh": "autoload -U +X bashcompinit && bashcompinit\n" + bash
        case "fish": fish
        default: nil
        }
    }

    private var function: String { "_" + program.replacing("-", with: "_") }

    private var bash: String {
        let names = commands.map(\.name).joined(separator: " ")
        let cases = commands.map { command in
            let options = command.options.map { "--\($0.name)" } + ["--help"]
            return "    \(command.name)) words=\"\(options.joined(separator: " "))\" ;;"
        }
        let values = commands.flatMap { command in
            command.options.filter { !$0.choices.isEmpty }.map { option in
                let letter = option.letter.map { "|\(command.name):-\($0)" } ?? ""
                let choices = option.choices.joined(separator: " ")
                return "    \(command.name):--\(option.name)\(letter)) words=\"\(choices)\" ;;"
            }
        }
        return """
            \(function)() {
              local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words=""
              if ((COMP_CWORD == 1)); then
                COMPREPLY=($(compgen -W "\(names)" -- "$word")); return
              fi
              case "${COMP_WORDS[1]}:$before" in
            \(values.joined(separator: "\n"))
              esac
              if [[ -n $words ]]; then COMPREPLY=($(compgen -W "$words" -- "$word")); return; fi
              if [[ $word != -* ]]; then COMPREPLY=($(compgen -f -- "$word")); return; fi
              case "${COMP_WORDS[1]}" in
            \(cases.joined(separator: "\n"))
              esac
              COMPREPLY=($(compgen -W "$words" -- "$word"))
            }
            complete -o filenames -F \(function) \(program)

            """
    }

    private var fish: String {
        var lines: [String] = []
        for command in commands {
            let summary = command.summary.replacing("'", with: "\\'")
            lines.append(
                "complete -c \(program) -n __fish_use_subcommand -a \(command.name) "
                    + "-d '\(summary)'")
            for option in command.options {
                var line =
                    "complete -c \(program) -n '__fish_seen_subcommand_from \(command.name)' "
                    + "-l \(option.name)"
                if let letter = option.letter { line += " -s \(letter)" }
                if option.value != nil { line += " -r" }
                if !option.choices.isEmpty {
                    line += " -f -a '\(option.choices.joined(separator: " "))'"
                }
                lines.append(line + " -d '\(option.help.replacing("'", with: "\\'"))'")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

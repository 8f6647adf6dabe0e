import Console

/// `completion`: a script that completes calls in a shell.
enum CompletionCommand: Command {
    static let specification = CommandSpecification(
        "completion", "Prints a completion script for a shell.",
        positionals: [.init("SHELL", "bash, zsh or fish")],
        examples: [("completion bash > /etc/bash_completion.d/llm-orchestrator", "for bash")])

    static func run(_ arguments: ParsedArguments) async throws(CommandFailure) -> ExitCode {
        let completion = ShellCompletion(
            program: "llm-orchestrator", commands: Commands.all.map { $0.specification })
        let shell = arguments.positionals[0]
        guard let script = completion.script(for: shell) else {
            throw CommandFailure(
                .usage,
                "there is no script for \(shell); it is one of "
                    + ShellCompletion.shells.joined(separator: ", "))
        }
        Output.write(script)
        return .success
    }
}

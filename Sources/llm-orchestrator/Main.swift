import Console
import POSIX

@main
enum Main {
    /// Runs one command and ends the process with its code.
    static func main() async {
        let code = await Main.dispatch(Array(CommandLine.arguments.dropFirst()))
        Host.exit(code.rawValue)
    }

    // Off the main actor: every hop from there to the pool costs some 10 µs, and a C callback made
    // there is taken for the main actor's own and traps on another thread.
    @concurrent
    private static func dispatch(_ arguments: [String]) async -> ExitCode {
        let help = HelpText(
            program: "llm-orchestrator",
            summary: "Runs LLM and data workflows from git, on Kubernetes or on this machine.")
        guard let name = arguments.first, !["help", "--help", "-h"].contains(name) else {
            Output.write(help.overview(Commands.all.map { $0.specification }))
            return arguments.isEmpty ? .usage : .success
        }
        if name == "--version" || name == "version" {
            Output.line("llm-orchestrator \(Commands.version)")
            return .success
        }
        guard let command = Commands.named(name) else {
            Output.failure(Commands.unknown(name))
            return .usage
        }
        let rest = Array(arguments.dropFirst())
        if rest.contains("--help") || rest.contains("-h") {
            Output.write(help.command(command.specification))
            return .success
        }
        do throws(UsageError) {
            let parsed = try ParsedArguments(parsing: rest, for: command.specification)
            return await Main.run(command, parsed)
        } catch {
            Output.failure(CommandFailure(error, command: name))
            return .usage
        }
    }

    private static func run(
        _ command: any Command.Type, _ arguments: ParsedArguments
    ) async -> ExitCode {
        do throws(CommandFailure) {
            return try await command.run(arguments)
        } catch {
            Output.failure(error)
            return error.code
        }
    }
}

import Console
import Values

/// One command of the program.
protocol Command {
    /// What it takes.
    static var specification: CommandSpecification { get }

    /// Does it.
    ///
    /// - Throws: ``CommandFailure`` with the code that the process ends with.
    static func run(_ arguments: ParsedArguments) async throws(CommandFailure) -> ExitCode
}

/// All commands.
enum Commands {
    /// The version of the program.
    static let version = "0.1.0"

    /// In the order of the help.
    static var all: [any Command.Type] {
        [
            RunCommand.self, ValidateCommand.self, ExportCommand.self, PlanCommand.self,
            SchemasCommand.self,
            ServerCommand.self,
            ListCommand.self,
            StatusCommand.self, WatchCommand.self, LogsCommand.self, PauseCommand.self,
            ResumeCommand.self, CancelCommand.self, RetryCommand.self, SkipCommand.self,
            SetOutputCommand.self, ResolveCommand.self, RollbackCommand.self,
            CheckpointsCommand.self, ApproveCommand.self, RejectCommand.self,
            GraphCommand.self, InstallCommand.self,
            EventsCommand.self, DeadLettersCommand.self, RepositoriesCommand.self,
            ExpressionCommand.self, DemoCommand.self, CompletionCommand.self,
        ]
    }

    /// The command of a name.
    static func named(_ name: String) -> (any Command.Type)? {
        all.first { $0.specification.name == name }
    }

    /// Why a name is no command, with the one that was probably meant.
    static func unknown(_ name: String) -> CommandFailure {
        let nearest = Spelling.nearest(to: name, among: all.map { $0.specification.name })
        let hint = nearest.map { "; did you mean \($0)?" } ?? ""
        return CommandFailure(
            .usage, "unknown command \"\(name)\"\(hint)\nsee: llm-orchestrator --help")
    }
}

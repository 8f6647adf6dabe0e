import Console
import Kubernetes
import POSIX
import Values

/// `watch`: follows one run to its end.
enum WatchCommand: Command {
    static let specification = CommandSpecification(
        "watch", "Follows a run until it ends; its code is that of the run.",
        positionals: [.init("RUN", "the run's name")], options: Connection.options)

    static func run(_ arguments: ParsedArguments) async throws(CommandFailure) -> ExitCode {
        let connection = try Connection.open(arguments)
        let run = try await connection.run(arguments.positionals[0])
        let follower = RunFollower(
            client: connection.client, key: run.key, display: ProgressDisplay(on: .output))
        let ended = try await follower.untilEnded().run(named: run.name)
        RunResult(ended).writeOutputs()
        return ended.phase == "Completed" ? .success : .runFailed
    }
}

import Console
import GitOps
import Kubernetes
import Values

/// `pause`: no new task of a run starts; what runs goes on to its end.
enum PauseCommand: Command {
    static let specification = CommandSpecification(
        "pause", "Pauses a run: running tasks end, no new ones start.",
        positionals: [.init("RUN", repeats: true, "the run's name")], options: Connection.options)

    static func run(_ arguments: ParsedArguments) async throws(CommandFailure) -> ExitCode {
        try await DesiredState.set("Paused", "pause", arguments)
    }
}

/// `resume`: a paused run goes on.
enum ResumeCommand: Command {
    static let specification = CommandSpecification(
        "resume", "Resumes a paused run.",
        positionals: [.init("RUN", repeats: true, "the run's name")], options: Connection.options)

    static func run(_ arguments: ParsedArguments) async throws(CommandFailure) -> ExitCode {
        try await DesiredState.set("Running", "resume", arguments)
    }
}

/// `cancel`: a run stops what it does and ends.
enum CancelCommand: Command {
    static let specification = CommandSpecification(
        "cancel", "Cancels a run: running tasks are stopped, no new ones start.",
        positionals: [.init("RUN", repeats: true, "the run's name")],
        options: [
            .flag("terminate", nil, "without what the workflow says to do finally")
        ] + Connection.options)

    static func run(_ arguments: ParsedArguments) async throws(CommandFailure) -> ExitCode {
        try await DesiredState.set(
            arguments.has("terminate") ? "Terminated" : "Cancelled", "cancel", arguments)
    }

    /// Asks a run to end; where that fails there is nobody left to tell but the user.
    static func cancel(_ key: ObjectKey, _ client: KubernetesClient) async {
        Output.note("cancelling \(key.name); Ctrl-C again to leave it")
        _ = try? await client.patch(
            .workflowRuns, key, .merge(["spec": ["desiredState": "Cancelled"]]))
    }
}

/// Sets `spec.desiredState`, which is all that these commands do: kubectl can do the same.
private enum DesiredState {
    /// Asks it of every run that is named, those that have ended left out.
    ///
    /// - Throws: ``CommandFailure`` with all that had ended, once the others were asked.
    static func set(
        _ state: String, _ word: String, _ arguments: ParsedArguments
    ) async throws(CommandFailure) -> ExitCode {
        let connection = try Connection.open(arguments)
        var ended: [CommandFailure] = []
        for name in arguments.positionals {
            let run = try await connection.run(name)
            if run.hasEnded {
                ended.append(CommandFailure(ended: run))
                continue
            }
            do throws(KubernetesError) {
                _ = try await connection.client.patch(
                    .workflowRuns, run.key, .merge(["spec": ["desiredState": .string(state)]]))
            } catch {
                throw CommandFailure(error)
            }
            Output.line("\(run.json.resourceName) \(word) requested")
        }
        guard ended.isEmpty else {
            throw CommandFailure(.runFailed, ended.map(\.message).joined(separator: "; "))
        }
        return .success
    }
}

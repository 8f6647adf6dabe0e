import Console
import GitOps
import Kubernetes
import POSIX
import Values
import Workflows

/// `skip`: a task of a run that goes on is not done.
enum SkipCommand: Command {
    static let specification = CommandSpecification(
        "skip", "Ends a task of a run as skipped, whatever it is doing.",
        positionals: RunOperationRequest.positionals, options: RunOperationRequest.options)

    static func run(_ arguments: ParsedArguments) async throws(CommandFailure) -> ExitCode {
        try await RunOperationRequest.send(
            ["type": "SkipTask", "task": .string(arguments.positionals[1])], arguments)
    }
}

/// `set-output`: a task of a run that goes on is done, with outputs given by hand.
enum SetOutputCommand: Command {
    static let specification = CommandSpecification(
        "set-output", "Ends a task of a run as completed, with these outputs.",
        positionals: RunOperationRequest.positionals + [
            .init("OUTPUTS", "a JSON object")
        ],
        options: RunOperationRequest.options,
        examples: [("set-output nightly-1 fetch '{\"rows\": 3}'", "as if the task had given it")])

    static func run(_ arguments: ParsedArguments) async throws(CommandFailure) -> ExitCode {
        guard let outputs = try? JSON(parsing: arguments.positionals[2]),
            outputs.objectValue != nil
        else {
            throw CommandFailure(.usage, "OUTPUTS must be a JSON object such as '{\"rows\": 3}'")
        }
        let connection = try Connection.open(arguments)
        try DeclaredOutputs.check(
            outputs, of: arguments.positionals[1],
            in: try await connection.run(arguments.positionals[0]))
        return try await RunOperationRequest.send(
            [
                "type": "SetOutputs", "task": .string(arguments.positionals[1]),
                "outputs": outputs,
            ], arguments)
    }
}

/// `resolve`: what became of an attempt that a crash cut off.
enum ResolveCommand: Command {
    static let specification = CommandSpecification(
        "resolve", "Says what became of a task that is in doubt since a crash.",
        positionals: RunOperationRequest.positionals + [
            .init("RESOLUTION", "retry, complete or fail"),
            .init("OUTPUTS", isRequired: false, "for complete: a JSON object"),
        ], options: RunOperationRequest.options)

    static func run(_ arguments: ParsedArguments) async throws(CommandFailure) -> ExitCode {
        let names = ["retry": "Retry", "complete": "Complete", "fail": "Fail"]
        guard let resolution = names[arguments.positionals[2]] else {
            throw CommandFailure(.usage, "RESOLUTION is retry, complete or fail")
        }
        var request: JSON = [
            "type": "Resolve", "task": .string(arguments.positionals[1]),
            "resolution": .string(resolution),
        ]
        if let text = arguments.positionals.dropFirst(3).first {
            guard let outputs = try? JSON(parsing: text), outputs.objectValue != nil else {
                throw CommandFailure(.usage, "OUTPUTS must be a JSON object")
            }
            request["outputs"] = outputs
        }
        return try await RunOperationRequest.send(request, arguments)
    }
}

/// `rollback`: a run stops, and what it has done is undone.
enum RollbackCommand: Command {
    static let specification = CommandSpecification(
        "rollback", "Stops a run and undoes what it has done, by its tasks' compensations.",
        positionals: [.init("RUN", "the run's name")], options: RunOperationRequest.options)

    static func run(_ arguments: ParsedArguments) async throws(CommandFailure) -> ExitCode {
        try await RunOperationRequest.send(["type": "Rollback"], arguments)
    }
}

/// What a run's definition says of the outputs of a task.
private enum DeclaredOutputs {
    /// Refuses outputs of another kind than the one declared, before anything is sent.
    ///
    /// Of a task in a container the run itself knows, and refuses what does not fit.
    static func check(
        _ outputs: JSON, of task: String, in run: KubernetesObject
    ) throws(CommandFailure) {
        let definition = run.status["definition"] ?? run.spec["workflowSpec"]
        let tasks = definition?["tasks"]?.arrayValue ?? []
        let own = tasks.first { $0["id"]?.stringValue == task }
        for (name, type) in own?["outputs"]?.objectValue ?? [:] {
            guard let kind = type.stringValue.flatMap({ ValueKind(name: $0) }),
                let value = outputs[name], !kind.contains(value)
            else { continue }
            throw CommandFailure(
                .usage,
                "the output \"\(name)\" of \(task) is declared as \(kind.phrase), and this is"
                    + " \(value.text)")
        }
    }
}

/// Adds a request to `spec.operations` of a run, as kubectl could, and waits for what comes of it.
enum RunOperationRequest {
    static let positionals: [CommandSpecification.Positional] = [
        .init("RUN", "the run's name"), .init("TASK", "the path of the task"),
    ]

    static let options: [CommandSpecification.Option] =
        [
            .value("message", "m", "TEXT", mayBeEmpty: true, "why, for those who read it later"),
            .flag("no-wait", nil, "do not wait until the run has heard of it"),
        ] + Connection.options

    /// A request that the run has heard of and done.
    struct Done {
        let id: String
        /// The run as it was then.
        let run: KubernetesObject
        /// What came of it.
        let message: String
    }

    static func send(
        _ request: JSON, _ arguments: ParsedArguments
    ) async throws(CommandFailure) -> ExitCode {
        let connection = try Connection.open(arguments)
        if let done = try await perform(request, arguments, connection) {
            Output.line("\(arguments.positionals[0]): \(done.message)")
        }
        return .success
    }

    /// Sends a request and waits for what comes of it.
    ///
    /// - Returns: nil where the caller does not want to wait, who is told that it was sent.
    static func perform(
        _ request: JSON, _ arguments: ParsedArguments, _ connection: Connection
    ) async throws(CommandFailure) -> Done? {
        let id = "cli-\(SystemClock.now().nanoseconds)"
        var request = request
        request["id"] = .string(id)
        request["message"] = arguments.value("message").map { .string($0) }
        let name = arguments.positionals[0]
        try await add(request, to: name, connection)
        guard !arguments.has("no-wait") else {
            Output.line("\(name): \(request["type"]?.stringValue ?? "") requested")
            return nil
        }
        let (run, record) = try await outcome(of: id, name, connection)
        let message = record["message"]?.stringValue ?? ""
        guard record["result"] == "Done" else { throw CommandFailure(.runFailed, message) }
        return Done(id: id, run: run, message: message)
    }

    /// Adds a request, without losing one that somebody else adds meanwhile.
    static func add(
        _ request: JSON, to name: String, _ connection: Connection
    ) async throws(CommandFailure) {
        var conflicts = 0
        while true {
            let run = try await connection.run(name)
            guard !run.hasEnded else {
                throw CommandFailure(ended: run)
            }
            var metadata: JSON = [:]
            metadata["uid"] = run.uid.map { .string($0) }
            metadata["resourceVersion"] = run.resourceVersion.map { .string($0.description) }
            let all = (run.spec["operations"]?.arrayValue ?? []) + [request]
            do throws(KubernetesError) {
                _ = try await connection.client.patch(
                    .workflowRuns, run.key,
                    .merge(["metadata": metadata, "spec": ["operations": .array(all)]]))
                return
            } catch {
                guard error.code == .conflict, conflicts < 20 else { throw CommandFailure(error) }
                conflicts += 1
            }
        }
    }

    /// What the run says of a request, once it has heard of it.
    private static func outcome(
        of id: String, _ name: String, _ connection: Connection
    ) async throws(CommandFailure) -> (run: KubernetesObject, record: JSON) {
        let seen = try await Awaiting.first("the run to hear of it") {
            () async throws(CommandFailure) -> (run: KubernetesObject, record: JSON)? in
            let run = try await connection.run(name)
            if let record = run.status["operations"]?[id] { return (run, record) }
            if run.hasEnded {
                throw CommandFailure(
                    .runFailed, "the run ended before it heard of it (\(run.phase))")
            }
            return nil
        }
        guard let seen else {
            throw CommandFailure(
                .unreachable,
                "requested, but no operator took it up within \(Awaiting.patience.text)")
        }
        return seen
    }
}

import Console
import GitOps
import Kubernetes
import POSIX
import Resources
import Values

/// `retry`: tries a run again, without what it has done already.
enum RetryCommand: Command {
    static let specification = CommandSpecification(
        "retry",
        "Tries a run again: only what failed, what changed, and what depends on either runs.",
        positionals: [.init("RUN", "the run that ended")],
        options: [
            .value("task", "t", "TASK", "begin again at this task, even if it completed"),
            .value("input", nil, "JSON", "inputs that replace those of the run, as a JSON object"),
            .value("set", nil, "NAME=VALUE", repeats: true, "one input; read as its declared type"),
            .flag("latest", nil, "with the definition as it is now, not as the run had it"),
            .value("name", nil, "NAME", "the name of the new run"),
            ObjectFormat.option([.name, .json, .yaml]),
        ] + Connection.options,
        examples: [
            ("retry nightly-1", "what failed, and what waited for it"),
            ("retry nightly-1 --task load --latest", "from one task on, as the workflow is now"),
        ])

    static func run(_ arguments: ParsedArguments) async throws(CommandFailure) -> ExitCode {
        let connection = try Connection.open(arguments)
        let source = try await connection.run(arguments.positionals[0])
        var retry: JSON = ["run": .string(source.name), "mode": "Failed"]
        retry["uid"] = source.uid.map { .string($0) }
        if arguments.has("latest") { retry["mode"] = "Changed" }
        if let task = arguments.value("task") {
            retry["mode"] = "Task"
            retry["task"] = .string(task)
            try await NewRunSource.check(task, of: source, connection)
        }
        var definition = RunDefinition.spec(of: source.json)
        var spec: JSON = ["retryOf": retry]
        if arguments.has("latest") {
            guard let reference = NewRun.definition(of: source) else {
                throw CommandFailure(
                    .usage, "the run \(source.name) carries its definition; there is no later one")
            }
            spec["workflowRef"] = reference
            definition = try await connection.definition(reference, in: source.namespace)
        }
        let inputs = try NewRunSource(definition: definition, inputs: source.status["inputs"])
            .inputs(arguments)
        if !inputs.isEmpty { spec["inputs"] = .object(inputs) }
        try await NewRun.create(spec, of: source, word: "retry", arguments, connection)
        return .success
    }
}

/// Runs that are made of other runs.
enum NewRun {
    /// The definition that a run refers to, or was launched from.
    static func definition(of run: KubernetesObject) -> JSON? {
        if let reference = run.spec["workflowRef"] { return reference }
        guard let pin = run.status["workflow"], pin["uid"] != nil, let name = pin["name"] else {
            return nil
        }
        return ["kind": pin["kind"] ?? "Workflow", "name": name]
    }

    /// Creates the run and says its name.
    static func create(
        _ spec: JSON, of source: KubernetesObject, word: String, _ arguments: ParsedArguments,
        _ connection: Connection
    ) async throws(CommandFailure) {
        let name =
            arguments.value("name")
            ?? RunName.joined(
                [source.name, word],
                hashing: [source.uid ?? "", word, "\(SystemClock.now().nanoseconds)"])
        var run = KubernetesObject(
            .workflowRuns, ObjectKey(namespace: source.namespace, name: name))
        run.labels[Labels.workflow] = source.labels[Labels.workflow]
        run.spec = spec
        do throws(KubernetesError) {
            run = try await connection.client.create(.workflowRuns, run)
        } catch {
            throw CommandFailure(error)
        }
        let format = arguments.value("output").flatMap { ObjectFormat(rawValue: $0) } ?? .name
        Output.write(run.json.text(as: format) ?? "")
    }
}

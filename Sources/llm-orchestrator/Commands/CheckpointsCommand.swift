import Console
import GitOps
import Kubernetes
import POSIX
import Resources
import Values

/// `checkpoints`: states of a run that were kept by hand, and new runs from them.
enum CheckpointsCommand: Command {
    static let specification = CommandSpecification(
        "checkpoints", "Lists, makes or restores checkpoints of a run.",
        positionals: [
            .init("RUN", "the run's name"),
            .init("ACTION", isRequired: false, "list, create or restore; list where absent"),
            .init("NAME", isRequired: false, "for create and restore: the checkpoint"),
        ],
        options: [
            .value("set", nil, "NAME=VALUE", repeats: true, "for restore: one input, changed"),
            .value("input", nil, "JSON", "for restore: inputs, changed"),
            .value("name", nil, "NAME", "for restore: the name of the new run"),
            .value("message", "m", "TEXT", mayBeEmpty: true, "for create: why"),
            .flag("no-wait", nil, "for create: do not wait until it is kept"),
            ObjectFormat.option([.table, .name, .json, .yaml]),
        ] + Connection.options,
        examples: [
            ("checkpoints nightly-1 create before-load", "keep how far the run has come"),
            ("checkpoints nightly-1 restore before-load", "a new run that goes on from there"),
        ])

    static func run(_ arguments: ParsedArguments) async throws(CommandFailure) -> ExitCode {
        let name = arguments.positionals.dropFirst(2).first
        switch arguments.positionals.dropFirst().first ?? "list" {
        case "list": try await list(arguments)
        case "create":
            guard let name else { throw CommandFailure(.usage, "create takes a NAME") }
            try await create(name, arguments)
        case "restore":
            guard let name else { throw CommandFailure(.usage, "restore takes a NAME") }
            try await restore(name, arguments)
        case let other:
            throw CommandFailure(
                .usage, "checkpoints takes list, create or restore, not \"\(other)\"")
        }
        return .success
    }

    /// How long the parts of a large run may take to be copied.
    private static let patience = Duration.seconds(120)

    /// Asks for a checkpoint, and waits until it is there: not until then can it be restored.
    private static func create(
        _ label: String, _ arguments: ParsedArguments
    ) async throws(CommandFailure) {
        let connection = try Connection.open(arguments)
        let request: JSON = ["type": "Checkpoint", "name": .string(label)]
        guard
            let done = try await RunOperationRequest.perform(request, arguments, connection)
        else { return }
        let name = RunName.keptCheckpoint(
            run: done.run.name, runUID: done.run.uid ?? "", label: label, request: done.id)
        let key = ObjectKey(namespace: done.run.namespace, name: name)
        let kept = try await Awaiting.first("the checkpoint to be kept", within: patience) {
            () async throws(CommandFailure) -> KubernetesObject? in
            do throws(KubernetesError) {
                return try await connection.client.get(.runCheckpoints, key)
            } catch {
                guard error.code == .notFound else { throw CommandFailure(error) }
                return nil
            }
        }
        guard kept != nil else {
            throw CommandFailure(
                .unreachable,
                "the run has heard of it, but nothing was kept within \(patience.text);"
                    + " see: llm-orchestrator checkpoints \(done.run.name)")
        }
        Output.line("\(arguments.positionals[0]): \(done.message)")
    }

    private static func checkpoints(
        of run: KubernetesObject, _ connection: Connection
    ) async throws(CommandFailure) -> [KubernetesObject] {
        do throws(KubernetesError) {
            let label = "\(Labels.run)=\(ResourceName.labelValue(run.name))"
            return try await connection.client.list(
                .runCheckpoints, namespace: run.namespace,
                options: ListOptions(labelSelector: label)
            ).items.filter {
                $0.spec["purpose"] == "Manual" && $0.spec["run"]?["uid"]?.stringValue == run.uid
            }
        } catch {
            throw CommandFailure(error)
        }
    }

    private static func list(_ arguments: ParsedArguments) async throws(CommandFailure) {
        let connection = try Connection.open(arguments)
        let run = try await connection.run(arguments.positionals[0])
        let items = try await checkpoints(of: run, connection)
        let format = arguments.value("output").flatMap { ObjectFormat(rawValue: $0) } ?? .table
        guard format == .table else { return ObjectListOutput.write(items, as: format) }
        guard !items.isEmpty else { return Output.note("no checkpoints of \(run.name)") }
        var table = TextTable(["NAME", "SEQUENCE", "PROGRESS", "AGE", "OBJECT"])
        let now = SystemClock.now()
        for item in items {
            table.add([
                item.spec["label"]?.stringValue ?? "",
                item.spec["sequence"]?.integerValue.map { "\($0)" } ?? "",
                item.spec["state"]?["progress"]?.stringValue ?? "",
                item.creationTimestamp.map { RunTable.shortAge(now - $0) } ?? "", item.name,
            ])
        }
        Output.write(table.text)
    }

    private static func restore(
        _ name: String, _ arguments: ParsedArguments
    ) async throws(CommandFailure) {
        let connection = try Connection.open(arguments)
        let run = try await connection.run(arguments.positionals[0])
        let found = try await checkpoints(of: run, connection).filter {
            $0.name == name || $0.spec["label"]?.stringValue == name
        }.max {
            ($0.spec["sequence"]?.integerValue ?? 0) < ($1.spec["sequence"]?.integerValue ?? 0)
        }
        guard let found else {
            throw CommandFailure(.notFound, "the run \(run.name) has no checkpoint \(name)")
        }
        var spec: JSON = [
            "restoreFrom": ["run": .string(run.name), "checkpoint": .string(found.name)]
        ]
        let source = NewRunSource(
            definition: found.spec["state"]?["definition"], inputs: found.spec["state"]?["inputs"])
        let inputs = try source.inputs(arguments)
        if !inputs.isEmpty { spec["inputs"] = .object(inputs) }
        try await NewRun.create(spec, of: run, word: "restored", arguments, connection)
    }
}

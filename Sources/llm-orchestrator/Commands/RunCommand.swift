import Console
import GitOps
import HTTP
import Kubernetes
import Operator
import POSIX
import Resources
import Values
import Workflows

/// `run`: runs a workflow from a file to its end, here or on a server.
enum RunCommand: Command {
    static let specification = CommandSpecification(
        "run", "Runs a workflow from a file and shows how it goes.",
        positionals: [.init("FILE", "the manifest; - reads standard input")],
        options: RunInputs.options + [
            .value("name", nil, "NAME", "the workflow, where the file holds several"),
            ObjectFormat.option([.tree, .table, .json, .yaml, .name]),
            .flag("local", nil, "run in this process even where a server is configured"),
        ] + Connection.options,
        examples: [
            ("run workflow.yaml", "run in this process, with an embedded control plane"),
            ("run workflow.yaml --set city=Oslo -o json", "print the finished WorkflowRun"),
        ])

    static func run(_ arguments: ParsedArguments) async throws(CommandFailure) -> ExitCode {
        let file = try ManifestFiles.read(arguments.positionals[0])
        let resource = try choose(from: file, arguments.value("name"))
        guard let plan = resource.plan else {
            throw CommandFailure(.invalidManifest, "\(file.path): \(resource.name) cannot be run")
        }
        Output.diagnostics(of: file)
        let inputs = try RunInputs.read(arguments, for: plan)
        let run = object(of: resource, inputs: inputs, uid: Hexadecimal.encode(RandomBytes.make(4)))
        let format =
            arguments.value("output").flatMap { ObjectFormat(rawValue: $0) } ?? .tree
        if Connection.chosenKubeconfig(arguments) != nil, !arguments.has("local") {
            let connection = try Connection.open(arguments)
            return try await follow(
                run, connection.client, namespace: connection.namespace, format)
        }
        let others = file.resources.filter { $0.kind == "Template" || $0.kind == "Workflow" }
        tellMissingChildren(of: plan, among: others, in: file)
        return try await embedded(run, beside: others, format)
    }

    /// The definition that is run.
    private static func choose(
        from file: ManifestFile, _ name: String?
    ) throws(CommandFailure) -> Workflows.ManifestResource {
        guard file.isUsable else { throw CommandFailure.refused([file]) }
        let found = file.resources.filter { $0.plan != nil && (name == nil || $0.name == name) }
        let names = file.resources.filter { $0.plan != nil }.map(\.name)
        guard let first = found.first else {
            let all =
                names.isEmpty ? "no Workflow or Template at all" : names.joined(separator: ", ")
            throw CommandFailure(
                .notFound,
                name.map { "\(file.path) holds no workflow named \($0), but \(all)" }
                    ?? "\(file.path) holds no Workflow or Template")
        }
        // Templates stand beside a workflow to be referred to.
        let workflows = found.filter { $0.kind == "Workflow" }
        if workflows.count == 1 { return workflows[0] }
        guard found.count == 1 else {
            throw CommandFailure(
                .usage, "\(file.path) holds \(names.joined(separator: ", ")); choose with --name")
        }
        return first
    }

    private static func object(
        of resource: Workflows.ManifestResource, inputs: JSONObject, uid: String
    ) -> KubernetesObject {
        let name = RunName.joined([resource.name], hashing: [resource.name, uid])
        var run = KubernetesObject(.workflowRuns, ObjectKey(name: name))
        run.labels = [Labels.workflow: .string(ResourceName.labelValue(resource.name))]
        run.spec = [
            "workflowRef": ["kind": .string(resource.kind), "name": .string(resource.name)],
            "workflowSpec": resource.json["spec"] ?? [:], "inputs": .object(inputs),
        ]
        return run
    }

    /// Runs in this process, with a control plane that is gone afterwards.
    private static func embedded(
        _ run: KubernetesObject, beside others: [Workflows.ManifestResource],
        _ format: ObjectFormat
    ) async throws(CommandFailure) -> ExitCode {
        let directory: String
        do throws(FileError) {
            directory = try FileSystem.makeTemporaryDirectory(prefix: "llm-orchestrator")
        } catch {
            throw CommandFailure(error)
        }
        defer { try? FileSystem.remove(directory) }
        let server: EmbeddedServer
        do throws(ServerStartError) {
            server = try await EmbeddedServer(.init(dataDirectory: directory, isDurable: false))
        } catch {
            throw CommandFailure(.unreachable, error.description)
        }
        let result = await withTaskGroup(of: Result<ExitCode, CommandFailure>?.self) { group in
            group.addTask {
                do throws(KubernetesError) {
                    try await server.run()
                    return nil
                } catch {
                    return .failure(CommandFailure(error))
                }
            }
            group.addTask {
                do throws(CommandFailure) {
                    try await install(others, server.client)
                    return .success(
                        try await follow(run, server.client, namespace: "default", format))
                } catch {
                    return .failure(error)
                }
            }
            var result: Result<ExitCode, CommandFailure>?
            while result == nil, let next = await group.next() { result = next }
            group.cancelAll()
            await group.waitForAll()
            return result
        }
        guard let result else { throw CommandFailure(.unreachable, "the server ended") }
        return try result.get()
    }

    /// Gives the control plane the definitions that a child run may be of.
    private static func install(
        _ definitions: [Workflows.ManifestResource], _ client: KubernetesClient
    ) async throws(CommandFailure) {
        for definition in definitions {
            var object = KubernetesObject(definition.exported)
            object.metadata["namespace"] = "default"
            // A workflow without triggers is run as soon as it is there; here, only what asks for it.
            let isStarted = object.spec["triggers"]?.arrayValue?.isEmpty ?? true
            if definition.kind == "Workflow", isStarted {
                object.spec["triggers"] = [["type": "manual"]]
            }
            let type: ResourceType = definition.kind == "Workflow" ? .workflows : .templates
            do throws(KubernetesError) {
                _ = try await client.create(type, object)
            } catch {
                throw CommandFailure(error)
            }
        }
    }

    /// Tells which tasks wait for a definition that nobody can bring here.
    private static func tellMissingChildren(
        of plan: WorkflowPlan, among definitions: [Workflows.ManifestResource],
        in file: ManifestFile
    ) {
        for task in plan.definition.scopes.flatMap(\.tasks) {
            for child in task.children
            where !definitions.contains(where: { $0.kind == child.kind && $0.name == child.name }) {
                Output.note(
                    "note: task \(task.id) runs the \(child.kind) \(child.name), which"
                        + " \(file.path) does not hold, and waits for it: put both into one file,"
                        + " or use a server")
            }
        }
    }

    /// Creates the run and follows it; Ctrl-C cancels it and waits for its end.
    private static func follow(
        _ run: KubernetesObject, _ client: KubernetesClient, namespace: String,
        _ format: ObjectFormat
    ) async throws(CommandFailure) -> ExitCode {
        let created: KubernetesObject
        do throws(KubernetesError) {
            var run = run
            run.metadata["namespace"] = .string(namespace)
            created = try await client.create(.workflowRuns, run)
        } catch {
            throw CommandFailure(error)
        }
        let isTree = format == .tree
        let display = ProgressDisplay(on: isTree ? .output : .error)
        let isQuiet = !isTree && !Terminal.isTerminal(.error)
        let follower = RunFollower(
            client: client, key: created.key, display: isQuiet ? nil : display)
        let interruption = Interruption { await CancelCommand.cancel(created.key, client) }
        let ending = await interruption.watching { await follower.untilEnded() }
        let ended = try (ending ?? .interrupted).run(named: created.name)
        let whole = (try? await ShardReader(client: client).whole(ended)) ?? ended
        RunResult(whole).write(as: format)
        if interruption.happened { return .interrupted }
        return ended.phase == "Completed" ? .success : .runFailed
    }
}

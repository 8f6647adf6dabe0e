import Console
import Kubernetes
import Values
import Workflows

/// `graph`: draws the DAG of a manifest or of a run.
enum GraphCommand: Command {
    static let specification = CommandSpecification(
        "graph", "Draws the tasks of a manifest, or of a run with its state.",
        positionals: [.init("FILE|RUN", "a manifest, or the name of a run")],
        options: [
            .value(
                "output", "o", "FORMAT", choices: ["tree", "dot", "mermaid"],
                "a tree for the terminal, or text for Graphviz or Mermaid")
        ] + Connection.options,
        examples: [("graph workflow.yaml -o mermaid", "a diagram for a README")])

    static func run(_ arguments: ParsedArguments) async throws(CommandFailure) -> ExitCode {
        let name = arguments.positionals[0]
        let isFile = name == "-" || name.contains("/") || name.contains(".")
        let drawings = isFile ? try manifest(name) : [try await run(name, arguments)]
        for drawing in drawings {
            switch arguments.value("output") {
            case "dot": Output.write(drawing.dot)
            case "mermaid": Output.write(drawing.mermaid)
            default: Output.write(drawing.tree(Output.style))
            }
        }
        return .success
    }

    private static func manifest(_ path: String) throws(CommandFailure) -> [GraphDrawing] {
        let file = try ManifestFiles.read(path)
        guard file.isUsable else { throw CommandFailure(.invalidManifest, "\n\(file.rendered())") }
        return file.resources.compactMap { resource in
            resource.plan.map { drawing($0, name: resource.name, tasks: nil) }
        }
    }

    private static func run(
        _ name: String, _ arguments: ParsedArguments
    ) async throws(CommandFailure) -> GraphDrawing {
        let run = try await Connection.open(arguments).run(name)
        let spec = RunDefinition.spec(of: run.json) ?? [:]
        guard case .success(let plan) = WorkflowCompiler.compile(spec: spec) else {
            throw CommandFailure(.invalidManifest, "the run \(name) has no valid definition")
        }
        return drawing(plan, name: name, tasks: run.status["tasks"])
    }

    private static func drawing(_ plan: WorkflowPlan, name: String, tasks: JSON?) -> GraphDrawing {
        GraphDrawing(
            name: name,
            nodes: plan.tasks.enumerated().map { index, task in
                GraphDrawing.Node(
                    id: task.id, type: task.type,
                    dependencies: plan.dependencies(of: index).map { Int($0) },
                    isConditional: task.condition != nil,
                    phase: tasks.map { $0[task.id]?["phase"]?.stringValue ?? "Pending" })
            })
    }
}

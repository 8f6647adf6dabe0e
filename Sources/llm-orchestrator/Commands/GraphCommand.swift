import Console
import Kubernetes
import POSIX
import Values
import Workflows

/// `graph`: draws the DAG of a manifest or of a run.
enum GraphCommand: Command {
    static let specification = CommandSpecification(
        "graph", "Draws the tasks of a manifest, or of a run with its state.",
        positionals: [
            .init("FILE|RUN", "a manifest, - for standard input, or the name of a run")
        ],
        options: [
            .value(
                "output", "o", "FORMAT", choices: ["tree", "svg", "dot", "mermaid"],
                "a tree for the terminal, a picture, or text for Graphviz or Mermaid"),
            .value("name", nil, "NAME", "the workflow, where the file holds several"),
        ] + Connection.options,
        examples: [
            ("graph workflow.yaml -o svg > workflow.svg", "a picture"),
            ("graph workflow.yaml -o mermaid", "a diagram for a README"),
            ("graph nightly-1 -o svg > run.svg", "a run, coloured by how far it is"),
        ])

    static func run(_ arguments: ParsedArguments) async throws(CommandFailure) -> ExitCode {
        let name = arguments.positionals[0]
        let isFile =
            name == "-" || name.hasPrefix("./") || name.hasPrefix("/") || FileSystem.exists(name)
            || [".yaml", ".yml", ".json"].contains { name.hasSuffix($0) }
        let drawings =
            isFile
            ? try manifest(name, arguments.value("name")) : [try await run(name, arguments)]
        let format = arguments.value("output")
        if format == "svg", drawings.count > 1 {
            let names = drawings.map(\.name).joined(separator: ", ")
            throw CommandFailure(
                .usage,
                "the file holds \(drawings.count) workflows, and a picture shows one;"
                    + " choose with --name: \(names)")
        }
        for drawing in drawings {
            switch format {
            case "svg": Output.write(drawing.svg)
            case "dot": Output.write(drawing.dot)
            case "mermaid": Output.write(drawing.mermaid)
            default: Output.write(drawing.tree(Output.style))
            }
        }
        return .success
    }

    private static func manifest(
        _ path: String, _ wanted: String?
    ) throws(CommandFailure) -> [GraphDrawing] {
        let file = try ManifestFiles.read(path)
        guard file.isUsable else { throw CommandFailure.refused([file]) }
        Output.diagnostics(of: file)
        let drawings = file.resources.filter { wanted == nil || $0.name == wanted }.compactMap {
            resource in
            resource.plan.map { PlanDrawing.drawing(of: $0, name: resource.name) }
        }
        guard !drawings.isEmpty else {
            throw CommandFailure(
                .notFound, "\(path) holds no workflow\(wanted.map { " named \($0)" } ?? "")")
        }
        return drawings
    }

    private static func run(
        _ name: String, _ arguments: ParsedArguments
    ) async throws(CommandFailure) -> GraphDrawing {
        let run = try await Connection.open(arguments).wholeRun(name)
        let spec = RunDefinition.spec(of: run.json) ?? [:]
        guard case .success(let plan) = WorkflowCompiler.compile(spec: spec) else {
            throw CommandFailure(.invalidManifest, "the run \(name) has no valid definition")
        }
        return PlanDrawing.drawing(of: plan, name: run.name, status: run.status)
    }
}

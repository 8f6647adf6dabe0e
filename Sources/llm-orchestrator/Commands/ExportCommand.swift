import Console
import Values
import Workflows
import YAML

/// `export`: prints manifests of any dialect in the canonical form.
enum ExportCommand: Command {
    static let specification = CommandSpecification(
        "export", "Prints manifests of any dialect in the canonical form.",
        positionals: [
            .init(
                "FILE", repeats: true, "manifests, or directories of them; - reads standard input")
        ],
        options: [
            .flag("canonical", nil, "the canonical form orchestrator.llm/v1, as by default"),
            .value(
                "output", "o", "FORMAT", choices: ["yaml", "json"],
                "how the objects are written; YAML where absent"),
        ],
        examples: [
            ("export --canonical pipeline.yaml", "what an API server is given"),
            ("export --canonical - < pipeline.yaml | kubectl apply -f -", "apply any dialect"),
        ])

    static func run(_ arguments: ParsedArguments) async throws(CommandFailure) -> ExitCode {
        let files = try ManifestFiles.readAll(arguments.positionals)
        guard files.allSatisfy(\.isUsable) else { throw CommandFailure.refused(files) }
        files.forEach(Output.diagnostics)
        let objects = files.flatMap(\.resources).map(\.exported)
        Output.write(text(of: objects, as: arguments.value("output") ?? "yaml"))
        return .success
    }

    private static func text(of objects: [JSON], as format: String) -> String {
        guard format == "json" else { return YAMLWriter.text(ofDocuments: objects) }
        return objects.map { $0.prettyText + "\n" }.joined(separator: "---\n")
    }
}

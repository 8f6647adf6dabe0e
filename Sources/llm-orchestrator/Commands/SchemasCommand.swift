import Console
import Values
import Workflows

/// `schemas`: prints the JSON Schemas of manifests.
enum SchemasCommand: Command {
    static let specification = CommandSpecification(
        "schemas", "Prints the JSON Schema of manifests, for editors.",
        positionals: [
            .init("KIND", isRequired: false, "a kind, as Workflow; one schema for all where absent")
        ],
        options: [.flag("list", nil, "print the names that there is a schema of")],
        examples: [
            ("schemas > manifest.schema.json", "one schema for every kind and form"),
            ("schemas Workflow", "that of one kind"),
        ])

    static func run(_ arguments: ParsedArguments) async throws(CommandFailure) -> ExitCode {
        if arguments.has("list") {
            for name in ManifestSchema.names { Output.line(name) }
            return .success
        }
        let schemas = ManifestSchema()
        guard let name = arguments.positionals.first else {
            Output.line(schemas.all.prettyText)
            return .success
        }
        let known = ManifestSchema.names.first { $0.lowercased() == name.lowercased() }
        guard let schema = schemas.schema(of: known ?? name) else {
            let hint = Spelling.nearest(to: name, among: ManifestSchema.names).map {
                "; did you mean \($0)?"
            }
            throw CommandFailure(
                .notFound,
                "there is no schema of \"\(name)\""
                    + (hint ?? "; there is one of \(ManifestSchema.names.joined(separator: ", "))"))
        }
        Output.line(schema.prettyText)
        return .success
    }
}

import Console
import POSIX
import Values
import Workflows

/// `validate`: tells everything that is wrong with manifests, without any server.
enum ValidateCommand: Command {
    static let specification = CommandSpecification(
        "validate", "Checks manifests and tells everything that is wrong with them.",
        positionals: [
            .init(
                "FILE", repeats: true, "manifests, or directories of them; - reads standard input")
        ],
        options: [
            .value(
                "output", "o", "FORMAT", choices: ["text", "json", "sarif"],
                "text for people, JSON for editors (as LSP), SARIF for code hosts"),
            .value(
                "stdin-filename", nil, "PATH", "what standard input is called in the diagnostics"),
            .flag("strict", nil, "take warnings for errors"),
        ],
        examples: [
            ("validate workflow.yaml", "check one file"),
            ("validate manifests/ -o sarif > findings.sarif", "findings for a code host"),
            ("validate - --stdin-filename a.yaml -o json", "what an editor asks as one types"),
        ])

    static func run(_ arguments: ParsedArguments) async throws(CommandFailure) -> ExitCode {
        let files = try ManifestFiles.readAll(
            arguments.positionals, standardInput: arguments.value("stdin-filename"),
            isStrict: arguments.has("strict"))
        let errors = files.map { $0.diagnostics.errors.count }.reduce(0, +)
        let warnings = files.map { $0.diagnostics.warnings.count }.reduce(0, +)
        switch arguments.value("output") {
        case "json":
            Output.line(
                JSON.array(files.map { $0.languageServerReport(uri: uri(of: $0.path)) }).prettyText)
        case "sarif":
            Output.line(
                StaticAnalysisReport.log(of: files, version: Commands.version).prettyText)
        default:
            files.forEach(Output.diagnostics)
            let resources = files.map(\.resources.count).reduce(0, +)
            Output.line(
                [
                    count(files.count, "file"), count(resources, "resource"),
                    count(errors, "error"), count(warnings, "warning"),
                ].joined(separator: ", "))
        }
        return errors > 0 ? .invalidManifest : .success
    }

    private static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }

    /// The URI of a file as editors know it.
    private static func uri(of path: String) -> String {
        if path == ManifestFiles.standardInput { return "untitled:\(path)" }
        var parts: [Substring] = []
        let full = path.hasPrefix("/") ? path : "\(Host.currentDirectory)/\(path)"
        for part in full.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "file://\(PercentEncoding.path("/" + parts.joined(separator: "/")))"
    }
}

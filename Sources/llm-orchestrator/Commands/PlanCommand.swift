import Console
import GitOps
import Values
import Workflows

/// `plan`: shows what a commit would do, before it does.
enum PlanCommand: Command {
    static let specification = CommandSpecification(
        "plan", "Shows what applying manifests would do: objects, runs, tasks, the worst case.",
        positionals: [
            .init("PATH", repeats: true, "manifests, or directories of them")
        ],
        options: [
            .value(
                "against", nil, "REVISION",
                "the commit to compare with: a branch, a tag, HEAD~2; HEAD where absent"),
            .flag("server", nil, "compare with what the API server has"),
            .value(
                "repository", nil, "NAME",
                "with --server: the WorkflowRepository that the manifests are applied by"),
            .flag("strict", nil, "take warnings for errors"),
            .value(
                "output", "o", "FORMAT", choices: ["text", "markdown", "json"],
                "text for people, Markdown for a pull request, JSON for programs"),
        ] + Connection.options,
        examples: [
            ("plan flows/", "what differs from the last commit"),
            ("plan flows/ --against origin/main -o markdown", "a comment for a pull request"),
            ("plan flows/ --server", "what would change in the cluster"),
        ])

    static func run(_ arguments: ParsedArguments) async throws(CommandFailure) -> ExitCode {
        if arguments.has("server"), arguments.has("against") {
            throw CommandFailure(.usage, "give --against or --server, not both")
        }
        let desired = try DesiredManifests(
            paths: arguments.positionals, isStrict: arguments.has("strict"))
        let base =
            arguments.has("server")
            ? try await PlanBase.server(arguments)
            : try await PlanBase.commit(arguments.value("against"), desired)
        let plan = ChangePlan(
            from: base.present, to: desired.resources, failedPaths: desired.failedPaths,
            repository: base.repository, prunes: base.prunes)
        let report = PlanReport(plan: plan, base: base, failed: desired.failedPaths.sorted())
        switch arguments.value("output") {
        case "json": Output.line(report.json.prettyText)
        case "markdown": Output.write(report.markdown)
        default: Output.write(report.text(Output.style))
        }
        for file in desired.files where file.diagnostics.hasErrors {
            Output.note("\n" + file.rendered())
        }
        return desired.failedPaths.isEmpty && plan.failures.isEmpty ? .success : .invalidManifest
    }
}

import Console
import GitOps
import Values
import Workflows

/// `plan`: shows what a commit would do, before it does.
enum PlanCommand: Command {
    static let specification = CommandSpecification(
        "plan", "Shows what applying manifests would do: objects, runs, tasks, the worst case.",
        positionals: [
            .init(
                "PATH", repeats: true, "manifests, or directories of them; or one repository's URL")
        ],
        options: [
            .value(
                "against", nil, "REVISION",
                "the commit to compare with: a branch, a tag, HEAD~2; HEAD where absent"),
            .value(
                "ref", nil, "REVISION",
                "of a URL: the branch, tag or commit to apply; the default branch where absent"),
            .value("path", nil, "DIRECTORY", "of a URL: the directory in it; all where absent"),
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
            ("plan https://git.example.com/flows.git --ref next", "what a branch would change"),
        ])

    static func run(_ arguments: ParsedArguments) async throws(CommandFailure) -> ExitCode {
        if arguments.has("server"), arguments.has("against") {
            throw CommandFailure(.usage, "give --against or --server, not both")
        }
        let (desired, base) = try await sources(arguments)
        let plan = ChangePlan(
            from: base.present, to: desired.resources, refused: desired.refused,
            repository: base.repository, prunes: base.prunes)
        let report = PlanReport(plan: plan, base: base, failed: desired.refused.paths.sorted())
        switch arguments.value("output") {
        case "json": Output.line(report.json.prettyText)
        case "markdown": Output.write(report.markdown)
        default: Output.write(report.text(Output.style))
        }
        desired.files.forEach(Output.diagnostics)
        return desired.refused.paths.isEmpty && plan.failures.isEmpty ? .success : .invalidManifest
    }

    /// What is asked for, and what it is compared with.
    private static func sources(
        _ arguments: ParsedArguments
    ) async throws(CommandFailure) -> (DesiredManifests, PlanBase) {
        let paths = arguments.positionals
        let isStrict = arguments.has("strict")
        guard let url = paths.first(where: RemoteRepository.isURL) else {
            if arguments.has("ref") || arguments.has("path") {
                throw CommandFailure(.usage, "--ref and --path go with the URL of a repository")
            }
            let desired = try DesiredManifests(paths: paths, isStrict: isStrict)
            return arguments.has("server")
                ? (desired, try await PlanBase.server(arguments))
                : (desired, try await PlanBase.commit(arguments.value("against"), desired))
        }
        guard paths.count == 1 else {
            throw CommandFailure(.usage, "give one URL, or paths, not both")
        }
        let folder = arguments.value("path") ?? ""
        return try await RemoteRepository.with(url, folder: folder) {
            (repository) async throws(CommandFailure) in
            let wanted = try await repository.manifests(at: arguments.value("ref"))
            let desired = DesiredManifests(wanted.contents, isStrict: isStrict)
            if arguments.has("server") {
                return (desired, try await PlanBase.server(arguments))
            }
            let present = try await repository.manifests(at: arguments.value("against"))
            var base = PlanBase(title: present.title)
            base.add(present.contents)
            return (desired, base)
        }
    }
}

import Console
import GitOps
import Kubernetes
import POSIX
import Values

/// `repos`: the git repositories of a namespace and what of them is in force.
enum RepositoriesCommand: Command {
    static let specification = CommandSpecification(
        "repos", "Lists the repositories that workflows come from.",
        options: [
            .flag("all-namespaces", "A", "the repositories of every namespace"),
            ObjectFormat.option([.table, .json, .yaml, .name]),
        ] + Connection.options)

    static func run(_ arguments: ParsedArguments) async throws(CommandFailure) -> ExitCode {
        let connection = try Connection.open(arguments)
        let isAll = arguments.has("all-namespaces")
        let items: [KubernetesObject]
        do throws(KubernetesError) {
            items = try await connection.client.list(
                .workflowRepositories, namespace: isAll ? nil : connection.namespace
            ).items
        } catch {
            throw CommandFailure(error)
        }
        let format = arguments.value("output").flatMap { ObjectFormat(rawValue: $0) } ?? .table
        guard format == .table else {
            ObjectListOutput.write(items, as: format)
            return .success
        }
        guard !items.isEmpty else {
            Output.note("no repositories in \(isAll ? "any namespace" : connection.namespace)")
            return .success
        }
        let headings = ["NAME", "READY", "REVISION", "OBJECTS", "FAILURES", "URL", "STATUS"]
        var table = TextTable(isAll ? ["NAMESPACE"] + headings : headings)
        for repository in items {
            let cells = cells(of: repository)
            table.add(isAll ? [repository.namespace] + cells : cells)
        }
        Output.write(table.text)
        return .success
    }

    private static func cells(of repository: KubernetesObject) -> [String] {
        let status = repository.status
        let ready = status["conditions"]?.arrayValue?.first { $0["type"] == "Ready" }
        let message = ready?["message"]?.stringValue ?? "not looked at yet"
        return [
            repository.name, ready?["status"]?.stringValue ?? "",
            status["lastAppliedRevision"]?.stringValue.map(shortRevision) ?? "",
            "\(status["inventory"]?["entries"]?.arrayValue?.count ?? 0)",
            "\(status["failures"]?.arrayValue?.count ?? 0)",
            repository.spec["url"]?.stringValue ?? "",
            String(message.prefix { !$0.isNewline }.prefix(80)),
        ]
    }

    /// `main@sha1:` and the first digits of the commit.
    private static func shortRevision(_ revision: String) -> String {
        guard let colon = revision.lastIndex(of: ":") else { return revision }
        let commit = revision[revision.index(after: colon)...]
        return "\(revision[...colon])\(commit.prefix(10))"
    }
}

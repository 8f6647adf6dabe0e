import Console
import GitOps
import Kubernetes
import Values
import YAML

/// `list`: the runs of a namespace.
enum ListCommand: Command {
    static let specification = CommandSpecification(
        "list", "Lists runs.",
        options: [
            .flag("all-namespaces", "A", "the runs of every namespace"),
            .value("selector", "l", "LABELS", "only runs with these labels"),
            ObjectFormat.option([.table, .json, .yaml, .name]),
        ] + Connection.options,
        examples: [("list -o name", "the names of all runs")])

    static func run(_ arguments: ParsedArguments) async throws(CommandFailure) -> ExitCode {
        let connection = try Connection.open(arguments)
        let isAll = arguments.has("all-namespaces")
        let list: ObjectList
        do throws(KubernetesError) {
            list = try await connection.client.list(
                .workflowRuns, namespace: isAll ? nil : connection.namespace,
                options: ListOptions(labelSelector: arguments.value("selector")))
        } catch {
            // Of what a list is asked with, the selector alone can be malformed.
            guard error.code == .badRequest, let selector = arguments.value("selector") else {
                throw CommandFailure(error)
            }
            throw CommandFailure(.usage, "--selector \"\(selector)\": \(error.description)")
        }
        let format = arguments.value("output").flatMap { ObjectFormat(rawValue: $0) } ?? .table
        switch format {
        case .json, .yaml:
            var items: [JSON] = []
            for run in list.items {
                items.append(try await connection.whole(run).json.withoutManagedFields)
            }
            let json: JSON = ["apiVersion": "v1", "kind": "List", "items": .array(items)]
            Output.write(format == .json ? json.prettyText + "\n" : YAMLWriter.text(of: json))
        case .name: for run in list.items { Output.line(run.json.resourceName) }
        case .table, .tree:
            if list.items.isEmpty {
                Output.note("no runs in \(isAll ? "any namespace" : connection.namespace)")
            } else {
                Output.write(RunTable.text(list.items, allNamespaces: isAll))
            }
        }
        return .success
    }
}

import Console
import GitOps
import Kubernetes
import Resources
import Values
import YAML

/// `install`: puts the kinds of this product into a cluster.
enum InstallCommand: Command {
    static let specification = CommandSpecification(
        "install", "Installs or updates the custom resource definitions in a cluster.",
        options: [.flag("print", nil, "print the YAML instead")] + Connection.options,
        examples: [("install --print | kubectl apply -f -", "let kubectl do it")])

    static func run(_ arguments: ParsedArguments) async throws(CommandFailure) -> ExitCode {
        let definitions = ResourceDefinition.all.map(\.customResourceDefinition)
        if arguments.has("print") {
            Output.write(definitions.map { YAMLWriter.text(of: $0) }.joined(separator: "---\n"))
            return .success
        }
        let connection = try Connection.open(arguments)
        for definition in definitions {
            let object = KubernetesObject(definition)
            do throws(KubernetesError) {
                _ = try await connection.client.patch(
                    .customResourceDefinitions, object.key, .apply(definition, force: true))
            } catch {
                throw CommandFailure(error)
            }
            Output.line("customresourcedefinition.apiextensions.k8s.io/\(object.name) applied")
        }
        return .success
    }
}

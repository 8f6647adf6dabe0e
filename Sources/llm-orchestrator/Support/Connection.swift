import Console
import GitOps
import HTTP
import Kubernetes
import Operator
import POSIX
import Resources
import Values

/// A client of the API server that the caller means, and the namespace.
struct Connection: Sendable {
    let client: KubernetesClient
    let http: HTTPClient
    let namespace: String

    /// The options that choose a server.
    static let options: [CommandSpecification.Option] = [
        .value(
            "kubeconfig", nil, "FILE", "the kubeconfig; else $KUBECONFIG, else the local server's"),
        .value("namespace", "n", "NAME", "the namespace; else the kubeconfig's"),
    ]

    /// Where a local server keeps its data unless it is told otherwise.
    static var defaultDataDirectory: String {
        let base = variable("XDG_DATA_HOME") ?? "\(variable("HOME") ?? ".")/.local/share"
        return "\(base)/llm-orchestrator"
    }

    /// A variable of the environment; one that is empty is none, as the base directories want it.
    private static func variable(_ name: String) -> String? {
        Environment.variable(name).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The kubeconfig that the caller chose, by option or environment; nil where they chose none.
    static func chosenKubeconfig(_ arguments: ParsedArguments) -> String? {
        if let path = arguments.value("kubeconfig") { return path }
        let listed = Environment.variable("KUBECONFIG") ?? ""
        return listed.isEmpty ? nil : listed
    }

    /// Connects to the server that the caller chose, else to the local one, else as kubectl would.
    static func open(_ arguments: ParsedArguments) throws(CommandFailure) -> Connection {
        var path = arguments.value("kubeconfig")
        let local = "\(defaultDataDirectory)/kubeconfig"
        if path == nil, chosenKubeconfig(arguments) == nil, FileSystem.exists(local) {
            path = local
        }
        let configuration: KubernetesConfiguration
        do throws(KubernetesError) {
            configuration = try KubernetesConfiguration.load(kubeconfig: path)
        } catch {
            throw CommandFailure(error)
        }
        let http = HTTPClient()
        return Connection(
            client: KubernetesClient(configuration: configuration, http: http), http: http,
            namespace: arguments.value("namespace") ?? configuration.namespace)
    }

    /// Reads a run; its name may have its kind before it, as ``ObjectArgument`` tells.
    func run(_ name: String) async throws(CommandFailure) -> KubernetesObject {
        let name = try ObjectArgument.name(name, of: .workflowRun)
        do throws(KubernetesError) {
            return try await client.get(
                .workflowRuns, ObjectKey(namespace: namespace, name: name))
        } catch {
            throw CommandFailure(error)
        }
    }

    /// Reads a run with all its tasks in its status, also those that its status has no room for.
    func wholeRun(_ name: String) async throws(CommandFailure) -> KubernetesObject {
        try await whole(run(name))
    }

    /// A run with all its tasks in its status.
    func whole(_ run: KubernetesObject) async throws(CommandFailure) -> KubernetesObject {
        do throws(KubernetesError) {
            return try await ShardReader(client: client).whole(run)
        } catch {
            throw CommandFailure(error)
        }
    }
}

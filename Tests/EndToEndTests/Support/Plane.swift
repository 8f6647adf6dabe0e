import GitOps
import HTTP
import Kubernetes
import Operator
import POSIX
import Resources
import TestSupport
import Testing
import Values

/// Where a scenario is played.
enum Plane: String, Sendable, CaseIterable, CustomTestStringConvertible {
    /// Our own API server, in this process.
    case embedded
    /// The kube-apiserver that `LLM_ORCHESTRATOR_TEST_KUBECONFIG` names.
    case cluster

    static let kubeconfig = Environment.variable("LLM_ORCHESTRATOR_TEST_KUBECONFIG")

    /// The planes that this machine has; `Tests/Cluster/run-tests` starts a real one.
    static let all: [Plane] = kubeconfig == nil ? [.embedded] : [.embedded, .cluster]

    var testDescription: String { rawValue }
}

/// Our kinds on the real API server, put there once by whoever comes first.
actor Installation {
    static let shared = Installation()
    private var isDone = false

    func install(_ client: KubernetesClient) async throws {
        guard !isDone else { return }
        for definition in ResourceDefinition.all.map(\.customResourceDefinition) {
            _ = try await client.patch(
                .customResourceDefinitions, KubernetesObject(definition).key,
                .apply(definition, force: true))
        }
        let types: [ResourceType] = [
            .workflows, .templates, .workflowRuns, .workflowRepositories, .approvals, .deadLetters,
            .providers,
        ]
        try await awaited("the kinds to be served") {
            try await client.missing(of: types).isEmpty
        }
        isDone = true
    }
}

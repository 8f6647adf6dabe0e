import HTTP
import Kubernetes
import POSIX
import Testing
import Values

/// The API server that `LLM_ORCHESTRATOR_TEST_KUBECONFIG` names.
///
/// The tests against it hold for every server of the API: a real kube-apiserver and our own.
enum LiveServer {
    static let kubeconfig = Environment.variable("LLM_ORCHESTRATOR_TEST_KUBECONFIG")

    static let reason: Comment = "LLM_ORCHESTRATOR_TEST_KUBECONFIG names no kubeconfig"

    /// Runs a test with a client and a label of its own; what has the label is removed at last.
    static func with(
        _ types: [ResourceType] = [.configMaps],
        _ body: (KubernetesClient, LiveScope) async throws -> Void
    ) async throws {
        let http = HTTPClient()
        let client = KubernetesClient(
            configuration: try KubernetesConfiguration.load(kubeconfig: kubeconfig ?? ""),
            http: http)
        let scope = LiveScope(
            id: RandomBytes.make(6).map { String($0, radix: 36) }.joined().lowercased())
        let result: Result<Void, any Error>
        do {
            try await body(client, scope)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        for type in types {
            try await client.deleteCollection(
                type, namespace: "default", labelSelector: scope.selector)
        }
        await http.shutdown()
        try result.get()
    }
}

/// What belongs to one test.
struct LiveScope: Sendable {
    let id: String

    var selector: String { "live-test=\(id)" }

    func key(_ name: String) -> ObjectKey {
        ObjectKey(namespace: "default", name: "live-\(id)-\(name)")
    }

    func configMap(_ name: String, data: JSON = [:]) -> KubernetesObject {
        object(.configMaps, name) { $0.json["data"] = data }
    }

    func object(
        _ type: ResourceType, _ name: String, _ change: (inout KubernetesObject) -> Void = { _ in }
    ) -> KubernetesObject {
        var object = KubernetesObject(type, key(name))
        object.labels = ["live-test": .string(id)]
        change(&object)
        return object
    }
}

extension ResourceType {
    /// A kind of the tests' own, with a status subresource.
    static let widgets = ResourceType(
        group: "test.orchestrator.llm", version: "v1", plural: "widgets", kind: "Widget",
        namespaced: true)

    static let widgetDefinition: JSON = [
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": ["name": "widgets.test.orchestrator.llm"],
        "spec": [
            "group": "test.orchestrator.llm", "scope": "Namespaced",
            "names": [
                "kind": "Widget", "listKind": "WidgetList", "plural": "widgets",
                "singular": "widget",
            ],
            "versions": [
                [
                    "name": "v1", "served": true, "storage": true,
                    "subresources": ["status": [:]],
                    "schema": [
                        "openAPIV3Schema": [
                            "type": "object",
                            "properties": [
                                "spec": [
                                    "type": "object", "required": ["size"],
                                    "properties": [
                                        "size": ["type": "integer", "minimum": 1],
                                        "name": ["type": "string"],
                                    ],
                                ],
                                "status": [
                                    "type": "object",
                                    "properties": [
                                        "phase": ["type": "string"],
                                        "counts": [
                                            "type": "object",
                                            "additionalProperties": ["type": "integer"],
                                        ],
                                    ],
                                ],
                            ],
                        ]
                    ],
                ]
            ],
        ],
    ]
}

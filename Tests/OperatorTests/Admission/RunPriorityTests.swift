import Admission
import GitOps
import Kubernetes
import TestSupport
import Testing
import Values

@testable import Operator

/// What becomes of a run that waits to start when its users change how urgent it is.
@Suite(.timeLimit(.minutes(5))) struct RunPriorityTests {
    private static let definition: JSON = [
        "config": ["priority": "low"],
        "tasks": [["id": "hold", "type": "approval", "inputs": ["message": "go on?"]]],
    ]

    private func shown(
        _ name: String, _ event: String, on client: KubernetesClient,
        _ condition: @escaping @Sendable (JSON) -> Bool
    ) async throws -> KubernetesObject {
        try await awaited(event) {
            let run = try await client.get(.workflowRuns, EmbeddedWorld.key(name))
            return condition(run.status) ? run : nil
        }
    }

    @Test func `a run in the queue that is made more urgent moves up, and says so`() async throws {
        try await EmbeddedWorld.with(admission: AdmissionConfiguration(runs: 1)) { server in
            let client = server.client
            for (place, name) in ["first", "second", "third"].enumerated() {
                var run = KubernetesObject(.workflowRuns, EmbeddedWorld.key(name))
                run.spec = ["workflowSpec": RunPriorityTests.definition]
                _ = try await client.create(.workflowRuns, run)
                _ = try await shown(name, "\(name) to have its place", on: client) { status in
                    place == 0
                        ? status["phase"] == "Running"
                        : status["admission"]?["position"] == .integer(Int64(place))
                }
            }
            _ = try await client.patch(
                .workflowRuns, EmbeddedWorld.key("third"), .merge(["spec": ["priority": 100]]))
            let raised = try await shown("third", "third to be first", on: client) {
                $0["admission"]?["priority"] == "critical"
            }
            #expect(raised.status["admission"]?["position"] == 1)
            _ = try await client.patch(
                .workflowRuns, EmbeddedWorld.key("third"), .merge(["spec": ["priority": .null]]))
            let lowered = try await shown("third", "third to be second again", on: client) {
                $0["admission"]?["priority"] == "low"
            }
            #expect(lowered.status["admission"]?["position"] == 2)
            try await client.delete(.workflowRuns, EmbeddedWorld.key("first"))
            _ = try await shown("second", "second to start", on: client) {
                $0["phase"] == "Running"
            }
        }
    }
}

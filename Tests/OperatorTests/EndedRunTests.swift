import Engine
import GitOps
import Kubernetes
import TestSupport
import Testing
import Values

@testable import Operator

/// What is still done for runs that have ended, also for those that never began.
@Suite(.timeLimit(.minutes(2))) struct EndedRunTests {
    private static let now = Timestamp(seconds: 1_800_000_000)
    private static let task: JSON = ["id": "a", "type": "transform", "inputs": ["value": 1]]

    private static func run(spec: JSON, status: JSON) -> KubernetesObject {
        KubernetesObject([
            "kind": "WorkflowRun",
            "metadata": ["name": "r", "namespace": "team", "uid": "u", "resourceVersion": "1"],
            "spec": spec, "status": status,
        ])
    }

    @Test func `what is asked of a run that has ended is refused, as far as there is room`() throws
    {
        func operations(_ count: Int) -> JSON {
            .array((0..<count).map { ["id": .string("id-\($0)"), "type": "Rollback"] })
        }
        let ended: JSON = [
            "phase": "Completed", "operations": ["id-0": ["result": "Done", "message": "x"]],
        ]
        let two = Self.run(spec: ["operations": operations(2)], status: ended)
        let refused = RequestedOperations.refused(of: two, now: Self.now)
        #expect(refused.count == 1)
        #expect(refused["id-1"]?["result"] == "Refused")
        #expect(
            refused["id-1"]?["message"]
                == "the run is Completed, and what has ended stays as it ended")
        let many = Self.run(spec: ["operations": operations(300)], status: ended)
        #expect(
            RequestedOperations.refused(of: many, now: Self.now).count
                == OperationRecord.maximumKept - 1)
        var full = ended
        full["outputs"] = ["x": .string(String(repeating: "x", count: 256 << 10))]
        let none = Self.run(spec: ["operations": operations(2)], status: full)
        #expect(RequestedOperations.refused(of: none, now: Self.now).isEmpty)
    }

    @Test func `an operation on a run that has ended is refused in its status, with an event`()
        async throws
    {
        try await EmbeddedWorld.with { server in
            let client = server.client
            let run = try await EmbeddedWorld.ended("done", ["tasks": [Self.task]], on: client)
            _ = try await client.patch(
                .workflowRuns, run.key,
                .merge([
                    "spec": ["operations": [["id": "late", "type": "SkipTask", "task": "a"]]]
                ]))
            let answered = try await awaited("the answer") {
                let run = try await client.get(.workflowRuns, run.key)
                return run.status["operations"]?["late"] == nil ? nil : run
            }
            #expect(answered.status["operations"]?["late"]?["result"] == "Refused")
            #expect(answered.status["phase"] == "Completed")
            try await awaited("the event") {
                let events = try await client.list(.events, namespace: "default").items
                return events.contains { $0.json["reason"] == "OperationRefused" }
            }
        }
    }

    @Test func `who is to be told of a run's end is told of one that never began`() async throws {
        try await EmbeddedWorld.with { server in
            let client = server.client
            let alert: JSON = [
                "type": "alert", "message": "${{ run.reason }} of ${{ workflow.inputs.city }}",
            ]
            var template = KubernetesObject(.templates, EmbeddedWorld.key("told"))
            template.spec = [
                "inputs": [
                    ["name": "city", "type": "string", "default": "Oslo"],
                    ["name": "count", "type": "integer", "required": true],
                ],
                "events": ["onFailure": [alert], "onCancel": [alert]], "tasks": [Self.task],
            ]
            _ = try await client.create(.templates, template)
            let reference: JSON = ["kind": "Template", "name": "told"]

            var refused = KubernetesObject(.workflowRuns, EmbeddedWorld.key("refused"))
            refused.spec = ["workflowRef": reference, "inputs": ["city": "Rome"]]
            _ = try await client.create(.workflowRuns, refused)
            let failed = try await notified("refused", "onFailure.0", on: client)
            #expect(failed.status["reason"] == "InvalidInputs")
            #expect(failed.status["definition"] == template.spec)
            #expect(failed.status["workflow"]?["name"] == "told")

            var queued = KubernetesObject(.workflowRuns, EmbeddedWorld.key("queued"))
            queued.spec = [
                "workflowRef": reference, "inputs": ["count": 1], "retryOf": ["run": "none"],
            ]
            _ = try await client.create(.workflowRuns, queued)
            try await awaited("the run to wait") {
                let run = try await client.get(.workflowRuns, queued.key)
                return run.status["reason"] == "RetrySourceNotFound"
            }
            _ = try await client.patch(
                .workflowRuns, queued.key, .merge(["spec": ["desiredState": "Cancelled"]]))
            let cancelled = try await notified("queued", "onCancel.0", on: client)
            #expect(cancelled.status["phase"] == "Cancelled")
            #expect(cancelled.status["inputs"] == ["city": "Oslo", "count": 1])
            #expect(cancelled.status["transitions"]?[0]?["to"] == "Cancelled")
            let texts = try await awaited("both events") {
                let events = try await client.list(.events, namespace: "default").items
                let texts = events.filter { $0.json["reason"] == "Alert" }
                    .compactMap { $0.json["message"]?.stringValue }
                return texts.count == 2 ? texts.sorted() : nil
            }
            #expect(texts == ["warning: Cancelled of Oslo", "warning: InvalidInputs of Rome"])
        }
    }

    /// A run once a notification of its end has arrived.
    private func notified(
        _ name: String, _ id: String, on client: KubernetesClient
    ) async throws -> KubernetesObject {
        let key = EmbeddedWorld.key(name)
        return try await awaited(
            "\(id) of \(name)",
            state: { (try? await client.get(.workflowRuns, key).status.text) ?? "" }
        ) {
            let run = try await client.get(.workflowRuns, key)
            return run.status["notifications"]?[id]?["phase"] == "Delivered" ? run : nil
        }
    }
}

import GitOps
import Kubernetes
import TestSupport
import Testing
import Values

@testable import Operator

/// A workflow that stands in for another, or undoes what it did, as runs of their own.
@Suite(.timeLimit(.minutes(2))) struct DegradedWorkflowTests {
    private static func template(
        _ name: String, _ tasks: JSON, outputs: JSON, on client: KubernetesClient
    ) async throws {
        var template = KubernetesObject(.templates, EmbeddedWorld.key(name))
        template.spec = [
            "inputs": [["name": "count", "type": "integer", "default": 0]], "tasks": tasks,
            "outputs": outputs,
        ]
        _ = try await client.create(.templates, template)
    }

    @Test func `a task whose workflow fails goes on with the one its fallback names`() async throws
    {
        try await EmbeddedWorld.with { server in
            let client = server.client
            let failing: JSON = [
                [
                    "id": "divide", "type": "transform",
                    "inputs": ["value": "${{ 1 / workflow.inputs.count }}"],
                ]
            ]
            try await Self.template(
                "whole", failing, outputs: ["value": "${{ tasks.divide.outputs.value }}"],
                on: client)
            try await Self.template(
                "degraded",
                [["id": "a", "type": "transform", "inputs": ["value": "less"]]],
                outputs: ["value": "${{ tasks.a.outputs.value }}"], on: client)
            let run = try await EmbeddedWorld.ended(
                "parent",
                [
                    "tasks": [
                        [
                            "id": "load", "type": "workflow",
                            "workflow": ["kind": "Template", "name": "whole"],
                            "fallback": [
                                [
                                    "type": "workflow",
                                    "workflow": ["kind": "Template", "name": "degraded"],
                                ]
                            ],
                        ]
                    ],
                    "outputs": ["value": "${{ tasks.load.outputs.value }}"],
                ], on: client)
            #expect(run.status["phase"] == "Completed", "\(run.status.text)")
            #expect(run.status["outputs"]?["value"] == "less")
            #expect(run.status["tasks"]?["load"]?["fallback"] == 1)
        }
    }

    @Test func `what a run did is undone by the workflow that its compensation names`() async throws
    {
        try await EmbeddedWorld.with { server in
            let client = server.client
            try await Self.template(
                "undo", [["id": "a", "type": "transform", "inputs": ["value": 1]]],
                outputs: [:], on: client)
            let run = try await EmbeddedWorld.ended(
                "undone",
                [
                    "tasks": [
                        [
                            "id": "did", "type": "transform", "inputs": ["value": 0],
                            "compensation": [
                                "type": "workflow",
                                "workflow": ["kind": "Template", "name": "undo"],
                            ],
                        ],
                        [
                            "id": "fails", "type": "transform", "onFailure": "Rollback",
                            "inputs": ["value": "${{ 1 / tasks.did.outputs.value }}"],
                        ],
                    ]
                ], on: client)
            #expect(run.status["phase"] == "RolledBack", "\(run.status.text)")
            let runs = try await client.list(.workflowRuns, namespace: "default").items
            let child = runs.first { $0.isChildRun }
            #expect(child?.spec["workflowRef"]?["name"] == "undo")
            #expect(child?.status["phase"] == "Completed")
        }
    }
}

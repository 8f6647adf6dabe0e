import GitOps
import HTTP
import Kubernetes
import TestSupport
import Testing
import Values

/// What nests so deep that it would stop whoever stores or lists it.
@Suite(.timeLimit(.minutes(2))) struct DepthTests {
    @Test(arguments: Plane.all)
    func `an answer that nests too deep fails its task, and nothing else`(
        plane: Plane
    ) async throws {
        try await BreakableService.with { service in
            let deep = String(repeating: "[", count: 510) + String(repeating: "]", count: 510)
            service.answer(200, ["Content-Type": "application/json"], body: deep)
            try await World.with(plane) { world in
                try await world.createRun(
                    "deep",
                    [
                        "workflowSpec": [
                            "tasks": [
                                [
                                    "id": "call", "type": "http",
                                    "inputs": ["url": .string(service.url)],
                                ]
                            ]
                        ]
                    ])
                let run = try await world.run("deep", is: "Failed")
                #expect(run.task("call")?["error"]?["type"] == "OutputTooDeep")
                #expect(service.count == 1)
                try await world.createRun(
                    "next", ["workflowSpec": ["tasks": [Manifest.value("only", 1)]]])
                try await world.run("next", is: "Completed")
            }
        }
    }

    @Test(arguments: Plane.all)
    func `inputs that nest too deep end the run with what is wrong`(plane: Plane) async throws {
        try await World.with(plane) { world in
            let deep = (0..<70).reduce(JSON.integer(1)) { value, _ in [value] }
            try await world.createRun(
                "deep",
                [
                    "workflowSpec": [
                        "inputs": [["name": "value", "type": "array", "required": true]],
                        "tasks": [Manifest.value("only", "${{ workflow.inputs.value }}")],
                    ], "inputs": ["value": deep],
                ])
            let run = try await world.run("deep", is: "Failed")
            #expect(run.status["reason"] == "InvalidInputs")
            #expect(run.status["message"]?.stringValue?.contains("64 levels") == true)
        }
    }
}

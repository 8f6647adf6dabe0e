import GitOps
import Kubernetes
import TestSupport
import Testing
import Values

/// Results that stand in for other attempts of the same, on both planes.
@Suite struct ResultCacheTests {
    private static func run(_ world: World, maxAge: String, word: String = "a") -> JSON {
        [
            "workflowSpec": [
                "tasks": [
                    [
                        "id": "slow", "type": "command", "cache": ["maxAge": .string(maxAge)],
                        "inputs": [
                            "shell": true,
                            "command": .string("\(world.effects.note("start")); echo \(word)"),
                        ],
                    ]
                ],
                "outputs": ["said": "${{ tasks.slow.outputs.stdout }}"],
            ]
        ]
    }

    @Test(arguments: Plane.all)
    func `an earlier result stands in for a task that fails`(plane: Plane) async throws {
        try await World.with(plane) { world in
            let spec: JSON = [
                "workflowSpec": [
                    "tasks": [
                        Manifest.command(
                            "rate", "test ! -e \(world.gate("down").path) && echo 1.07",
                            ["fallback": [["cached": ["maxAge": "1h"]]]])
                    ],
                    "outputs": ["rate": "${{ tasks.rate.outputs.stdout }}"],
                ]
            ]
            try await world.createRun("up", spec)
            try await world.run("up", is: "Completed")
            try await awaited("the result to be kept") {
                try await world.client.list(.runCheckpoints, namespace: world.namespace).items
                    .contains { $0.spec["purpose"] == "Result" }
            }
            try world.gate("down").open()
            try await world.createRun("down", spec)
            let run = try await world.run("down", is: "Completed")
            #expect(run.status["outputs"] == ["rate": "1.07\n"])
            #expect(run.task("rate")?["reason"] == "Cached")
        }
    }

    @Test(arguments: Plane.all)
    func `a second run takes the result of the first, as long as it is young`(
        plane: Plane
    ) async throws {
        try await World.with(plane) { world in
            try await world.createRun("first", ResultCacheTests.run(world, maxAge: "1h"))
            try await world.run("first", is: "Completed")
            try await awaited("the result to be kept") {
                try await world.client.list(.runCheckpoints, namespace: world.namespace).items
                    .contains { $0.spec["purpose"] == "Result" }
            }
            try await world.createRun("second", ResultCacheTests.run(world, maxAge: "1h"))
            let second = try await world.run("second", is: "Completed")
            #expect(second.status["outputs"] == ["said": "a\n"])
            #expect(world.effects.of("slow").count == 1)
            try await world.createRun("old", ResultCacheTests.run(world, maxAge: "0s"))
            try await world.run("old", is: "Completed")
            #expect(world.effects.of("slow").count == 2)
            try await world.createRun(
                "other", ResultCacheTests.run(world, maxAge: "1h", word: "b"))
            let other = try await world.run("other", is: "Completed")
            #expect(other.status["outputs"] == ["said": "b\n"])
            #expect(world.effects.of("slow").count == 3)
        }
    }
}

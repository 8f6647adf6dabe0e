import GitOps
import Kubernetes
import TestSupport
import Testing
import Values

/// Tasks that failed for good, on both planes.
@Suite struct DeadLetterTests {
    /// A run whose second task fails until a gate is open.
    private static func failing(_ world: World) -> JSON {
        [
            "workflowSpec": [
                "inputs": [["name": "city", "type": "string", "default": "Paris"]],
                "tasks": [
                    Manifest.value("first", "${{ workflow.inputs.city }}"),
                    [
                        "id": "load", "type": "command",
                        "inputs": [
                            "shell": true, "args": ["${{ tasks.first.outputs.value }}"],
                            "command": .string(
                                "test -e \(world.gate("open").path) && echo \"loaded $1\""),
                        ],
                    ],
                ],
                "events": ["onFailure": [["type": "deadletter", "queue": "loads"]]],
            ]
        ]
    }

    private static func letter(_ world: World) async throws -> KubernetesObject {
        try await awaited("one dead letter", state: { await world.everything() }) {
            let letters = try await world.client.list(.deadLetters, namespace: world.namespace)
                .items
            guard letters.count == 1, letters[0].status["phase"] == "Waiting" else { return nil }
            return letters[0]
        }
    }

    @Test(arguments: Plane.all)
    func `a task that failed for good is kept, and tried again without its run`(
        plane: Plane
    ) async throws {
        try await World.with(plane) { world in
            try await world.createRun("broken", DeadLetterTests.failing(world))
            let letter = try await DeadLetterTests.letter(world)
            #expect(letter.spec["queue"] == "loads")
            #expect(letter.spec["task"] == "load")
            #expect(letter.spec["inputs"]?["args"] == ["Paris"])
            #expect(letter.spec["error"]?["type"] != nil)
            try await world.client.delete(.workflowRuns, world.key("broken"))
            try await world.isGone(.workflowRuns, "broken")
            try world.gate("open").open()
            let asked = try await world.orchestrator("deadletters", "retry", letter.name)
            #expect(asked.code == 0, "\(asked)")
            let resolved = try await world.object(.deadLetters, letter.name, "to be resolved") {
                $0.status["phase"] == "Resolved"
            }
            #expect(resolved.status["retries"] == 1)
            let name = try #require(resolved.status["lastRetry"]?["run"]?.stringValue)
            let run = try await world.run(name, is: "Completed")
            #expect(run.task("load")?["outputs"]?["stdout"] == "loaded Paris\n")
        }
    }

    @Test(arguments: Plane.all)
    func `a retry that fails waits for the next, with other inputs`(plane: Plane) async throws {
        try await World.with(plane) { world in
            try await world.createRun("broken", DeadLetterTests.failing(world))
            let letter = try await DeadLetterTests.letter(world)
            let inputs: JSON = ["command": ["sh", "-c", "exit 4"]]
            let first = try await world.orchestrator(
                "deadletters", "retry", letter.name, "--input", inputs.text)
            #expect(first.code == 0, "\(first)")
            try await world.object(.deadLetters, letter.name, "to wait again") {
                $0.status["phase"] == "Waiting" && $0.status["retries"] == 1
            }
            let literal: JSON = ["command": ["echo", "${{ not.an.expression }}"]]
            _ = try await world.orchestrator(
                "deadletters", "retry", letter.name, "--input", literal.text)
            let resolved = try await world.object(.deadLetters, letter.name, "to be resolved") {
                $0.status["phase"] == "Resolved"
            }
            #expect(resolved.status["retries"] == 2)
            let run = try await world.run(
                try #require(resolved.status["lastRetry"]?["run"]?.stringValue), is: "Completed")
            #expect(run.task("load")?["outputs"]?["stdout"] == "${{ not.an.expression }}\n")
        }
    }

    @Test(arguments: Plane.all)
    func `one failed task is one dead letter over its tries, and done once`(
        plane: Plane
    ) async throws {
        try await World.with(plane) { world in
            try await world.createRun("broken", DeadLetterTests.failing(world))
            let letter = try await DeadLetterTests.letter(world)
            let first = try await world.orchestrator("deadletters", "retry", letter.name)
            #expect(first.code == 0, "\(first)")
            let failed = try await world.object(.deadLetters, letter.name, "to wait again") {
                $0.status["phase"] == "Waiting" && $0.status["retries"] == 1
            }
            #expect(failed.status["lastRetry"]?["error"]?["type"] != nil)
            let again = try #require(failed.status["lastRetry"]?["run"]?.stringValue)
            // It is told once the run has told what it had to.
            try await world.object(.workflowRuns, again, "to tell its end") {
                $0.status["notifications"]?["onFailure.0"]?["phase"] == "Delivered"
            }
            let all = try await world.client.list(.deadLetters, namespace: world.namespace).items
            #expect(all.map(\.name) == [letter.name])
            try world.gate("open").open()
            let second = try await world.orchestrator("deadletters", "retry", letter.name)
            #expect(second.code == 0, "\(second)")
            try await world.object(.deadLetters, letter.name, "to be resolved") {
                $0.status["phase"] == "Resolved" && $0.status["retries"] == 2
            }
            let refused = try await world.orchestrator("deadletters", "retry", letter.name)
            #expect(refused.code == 1 && refused.error.contains("--force"), "\(refused)")
            let patched = try await world.kubectl.run(
                "patch", "deadletter", letter.name, "--type", "merge", "--patch",
                "{\"spec\":{\"retry\":{\"id\":\"once more\"}}}")
            #expect(patched.code == 0, "\(patched)")
            let kept = try await world.object(.deadLetters, letter.name, "to refuse") {
                $0.status["message"]?.stringValue?.contains("refused") == true
            }
            #expect(kept.status["phase"] == "Resolved" && kept.status["retries"] == 2)
            try await world.event(about: letter.name, reason: "RetryRefused")
            let forced = try await world.orchestrator(
                "deadletters", "retry", letter.name, "--force")
            #expect(forced.code == 0, "\(forced)")
            try await world.object(.deadLetters, letter.name, "to be done once more") {
                $0.status["phase"] == "Resolved" && $0.status["retries"] == 3
            }
        }
    }

    @Test(arguments: Plane.all)
    func `they are listed, shown and purged by age`(plane: Plane) async throws {
        try await World.with(plane) { world in
            try await world.createRun("broken", DeadLetterTests.failing(world))
            let letter = try await DeadLetterTests.letter(world)
            let list = try await world.orchestrator("deadletters", "--queue", "loads")
            #expect(list.output.contains(letter.name), "\(list)")
            let other = try await world.orchestrator("deadletters", "list", "--queue", "none")
            #expect(!other.output.contains(letter.name), "\(other)")
            let shown = try await world.orchestrator("deadletters", "show", letter.name)
            #expect(shown.output.contains("kind: DeadLetter"), "\(shown)")
            let young = try await world.orchestrator("deadletters", "purge", "--older-than", "1h")
            #expect(young.output == "purged 0 dead letters\n")
            let all = try await world.orchestrator("deadletters", "purge", "--older-than", "0s")
            #expect(all.output == "purged 1 dead letter\n", "\(all)")
            try await world.isGone(.deadLetters, letter.name)
        }
    }
}

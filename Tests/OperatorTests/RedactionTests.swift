import Kubernetes
import Observability
import Testing
import Values

@testable import Operator

/// No secret is in what runs give, and none changes what is no text (law 35).
@Suite(.timeLimit(.minutes(5))) struct RedactionTests {
    @Test func `a secret that is a word of ours changes texts, and nothing that we go by`()
        async throws
    {
        let redactor = Redactor()
        let words = [
            "Completed", "definition", "workflow", "exitCode", "sequence", "canary-5d41402a",
        ]
        for word in words { redactor.add(word, in: "default") }
        try await EmbeddedWorld.with(redactor) { server in
            let script = "echo canary-5d41402a Completed; test -n \"$SEEN\""
            let command: (String, JSON) -> JSON = { id, seen in
                [
                    "id": .string(id), "type": "command",
                    "inputs": [
                        "command": .string(script), "shell": true, "env": ["SEEN": seen],
                    ],
                ]
            }
            let second = command("second", "${{ tasks.first.outputs.stdout }}")
            let run = try await EmbeddedWorld.ended(
                "told", ["tasks": [command("first", "workflow"), second]], on: server.client)
            #expect(run.status["phase"] == "Completed")
            #expect(run.status["tasks"]?["second"]?["phase"] == "Completed")
            let stdout = run.status["tasks"]?["first"]?["outputs"]?["stdout"]?.stringValue
            #expect(stdout == "[redacted] [redacted]\n")
            let digest = try #require(run.status["workflow"]?["digest"]?.stringValue)
            #expect(digest.hasPrefix("sha256:"))
            #expect(run.status["completionTime"]?.stringValue.flatMap { Timestamp($0) } != nil)

            // A failure tells what the command wrote, which a text of ours does not hide.
            let failing: JSON = [
                "tasks": [
                    [
                        "id": "only", "type": "command",
                        "inputs": [
                            "command": "echo canary-5d41402a >&2; exit 3", "shell": true,
                        ],
                    ]
                ]
            ]
            let failed = try await EmbeddedWorld.ended("failed", failing, on: server.client)
            #expect(failed.status["phase"] == "Failed")
            let tasks = try #require(failed.status["tasks"]).text
            #expect(!tasks.contains("canary-5d41402a"))
        }
    }
}

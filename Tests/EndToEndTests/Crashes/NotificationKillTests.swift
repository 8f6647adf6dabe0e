import GitOps
import HTTP
import Kubernetes
import TestSupport
import Testing
import Values

/// The server is killed between two notifications of one run.
@Suite struct NotificationKillTests {
    @Test func `what has arrived is not told again, and what has not is`() async throws {
        try await Receiver.with { receiver in
            receiver.refuse("/second")
            try await KilledServer.play { server in
                try await server.createRun(
                    "told",
                    [
                        "workflowSpec": [
                            "tasks": [Manifest.value("only", 1)],
                            "events": [
                                "onSuccess": [
                                    ["type": "webhook", "url": .string(receiver.url("/first"))],
                                    ["type": "webhook", "url": .string(receiver.url("/second"))],
                                ]
                            ],
                        ]
                    ])
                try await server.run("told") { run in
                    run.status["notifications"]?["onSuccess.1"]?["phase"] == "Retrying"
                }
                try await server.kill()
                receiver.accept("/second")
                let run = try await server.run("told") { run in
                    run.status["notifications"]?["onSuccess.1"]?["phase"] == "Delivered"
                }
                #expect(run.status["notifications"]?["onSuccess.0"]?["attempts"] == 1)
                #expect(receiver.messages.filter { $0.path == "/first" }.count == 1)
                let second = receiver.messages.filter { $0.path == "/second" }
                #expect(second.count >= 2)
                #expect(Set(second.compactMap { $0.headers["Idempotency-Key"] }).count == 1)
            }
        }
    }
}

import Crypto
import GitOps
import HTTP
import Kubernetes
import TestSupport
import Testing
import Values

/// Who is told of the ends of runs, on both planes.
@Suite struct NotificationTests {
    private static func run(_ events: JSON, script: String = "exit 3") -> JSON {
        [
            "workflowSpec": [
                "tasks": [Manifest.command("only", script)], "events": events,
            ]
        ]
    }

    @Test(arguments: Plane.all)
    func `a webhook that fails is sent again, under one key, until it arrives`(
        plane: Plane
    ) async throws {
        try await Receiver.with(answering: [500, 503]) { receiver in
            try await World.with(plane) { world in
                try await world.createRun(
                    "told",
                    NotificationTests.run([
                        "onFailure": [["type": "webhook", "url": .string(receiver.url("/hook"))]],
                        "onSuccess": [["type": "webhook", "url": .string(receiver.url("/no"))]],
                    ]))
                let run = try await world.object(.workflowRuns, "told", "to have told") {
                    $0.status["notifications"]?["onFailure.0"]?["phase"] == "Delivered"
                }
                #expect(run.status["notifications"]?["onFailure.0"]?["attempts"] == 3)
                #expect(run.status["notifications"]?.objectValue?.count == 1)
                let messages = receiver.messages
                #expect(messages.map(\.path) == ["/hook", "/hook", "/hook"])
                let keys = Set(messages.compactMap { $0.headers["Idempotency-Key"] })
                #expect(keys == ["\(run.uid ?? "")-onFailure.0"])
                let body = messages.last?.json
                #expect(body?["event"] == "onFailure")
                #expect(body?["run"]?["name"] == "told")
                #expect(body?["run"]?["phase"] == "Failed")
            }
        }
    }

    @Test(arguments: Plane.all)
    func `a body of one's own has expressions, and a secret signs it`(plane: Plane) async throws {
        try await Receiver.with { receiver in
            try await World.with(plane) { world in
                var secret = KubernetesObject(.secrets, world.key("hook"))
                secret.json["data"] = ["key": .string(Base64.encode(Array("shibboleth".utf8)))]
                _ = try await world.client.create(.secrets, secret)
                try await world.createRun(
                    "told",
                    NotificationTests.run(
                        [
                            "onSuccess": [
                                [
                                    "type": "webhook", "url": .string(receiver.url("/hook")),
                                    "method": "PUT", "headers": ["X-Team": "blue"],
                                    "body": [
                                        "text": "${{ run.name }} is ${{ run.phase }}"
                                    ],
                                    "secretRef": ["name": "hook", "key": "key"],
                                ]
                            ]
                        ], script: "true"))
                try await awaited("the message") { !receiver.messages.isEmpty }
                let message = try #require(receiver.messages.first)
                #expect(message.json == ["text": "told is Completed"])
                #expect(message.headers["X-Team"] == "blue")
                let code = HMAC.sha256(key: Array("shibboleth".utf8), message: message.body)
                #expect(
                    message.headers["X-Orchestrator-Signature"]
                        == "sha256=\(Hexadecimal.encode(code))")
            }
        }
    }

    @Test(arguments: Plane.all)
    func `what a receiver refuses is not sent again`(plane: Plane) async throws {
        try await Receiver.with(answering: [404]) { receiver in
            try await World.with(plane) { world in
                try await world.createRun(
                    "told",
                    NotificationTests.run([
                        "onCompletion": [["type": "webhook", "url": .string(receiver.url("/"))]]
                    ]))
                let run = try await world.object(.workflowRuns, "told", "to have given up") {
                    $0.status["notifications"]?["onCompletion.0"]?["phase"] == "Failed"
                }
                #expect(
                    run.status["notifications"]?["onCompletion.0"]?["message"]
                        == "the receiver answered 404")
                try await world.event(about: "told", reason: "NotificationFailed")
                #expect(receiver.messages.count == 1)
            }
        }
    }

    @Test(arguments: Plane.all)
    func `an alert is an event`(plane: Plane) async throws {
        try await World.with(plane) { world in
            try await world.createRun(
                "told",
                NotificationTests.run([
                    "onFailure": [
                        [
                            "type": "alert", "channel": "ops", "severity": "critical",
                            "message": "${{ run.name }} broke",
                        ]
                    ]
                ]))
            let event = try await world.event(about: "told", reason: "Alert")
            #expect(event.json["message"] == "critical: told broke")
            #expect(event.json["type"] == "Warning")
        }
    }
}

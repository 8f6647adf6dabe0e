import GitOps
import Kubernetes
import Resources
import Schemas
import Testing
import Values

@testable import Operator

/// What becomes of a dead letter, for every state of what tries it again.
@Suite struct DeadLetterDecisionTests {
    private let now = Timestamp(seconds: 1_000_000)

    private func letter(request: String? = nil, taken: String? = nil) -> KubernetesObject {
        var letter = KubernetesObject(.deadLetters, ObjectKey(namespace: "a", name: "letter"))
        letter.metadata["uid"] = "u1"
        letter.spec = [
            "run": ["name": "source", "uid": "u0"], "task": "load",
            "definition": ["id": "load", "type": "command", "dependsOn": ["first"]],
            "inputs": ["command": ["echo", "${{ literal }}"], "shell": true],
        ]
        if let request { letter.spec["retry"] = ["id": .string(request)] }
        if let taken {
            letter.status = [
                "retries": 1,
                "lastRetry": ["id": .string(taken), "run": "again", "phase": "Pending"],
            ]
        }
        return letter
    }

    private func run(_ name: String, _ phase: String) -> KubernetesObject {
        var run = KubernetesObject(.workflowRuns, ObjectKey(namespace: "a", name: name))
        run.metadata["uid"] = "u0"
        run.status = ["phase": .string(phase)]
        return run
    }

    private func decide(
        _ letter: KubernetesObject, source: KubernetesObject? = nil,
        retry: KubernetesObject? = nil
    ) -> DeadLetterDecision {
        DeadLetterDecision(letter, source: source, retry: retry, now: now)
    }

    @Test func `one that nobody asked about waits`() {
        let decision = decide(letter())
        #expect(decision.run == nil)
        #expect(decision.status["phase"] == "Waiting")
    }

    @Test(arguments: [Int64.max, .min, -1, DeadLetterDecision.maximumRetries])
    func `whatever count was stored, the next is one that the schema allows`(stored: Int64) {
        var odd = letter(request: "two", taken: "one")
        odd.status["retries"] = .integer(stored)
        let retries = decide(odd).status["retries"]?.integerValue
        #expect(retries == (stored < 0 ? 1 : DeadLetterDecision.maximumRetries))
        odd.json["status"] = decide(odd).status
        let violations = ResourceDefinition.deadLetter.schema.validate(odd.json)
        #expect(violations.filter { "\($0)".contains("retries") }.isEmpty)
    }

    @Test func `a request makes one run, whose name follows from it`() {
        let first = decide(letter(request: "one"))
        #expect(first.run != nil)
        #expect(first.run?.name == decide(letter(request: "one")).run?.name)
        #expect(first.run?.name != decide(letter(request: "two")).run?.name)
        #expect(first.status["phase"] == "Retrying")
        #expect(first.status["retries"] == 1)
        #expect(
            decide(letter(request: "one", taken: "one"), retry: run("again", "Running")).run == nil)
        #expect(decide(letter(request: "two", taken: "one")).status["retries"] == 2)
    }

    @Test func `while its run is there, that is tried again from the task on`() {
        let decision = decide(letter(request: "one"), source: run("source", "Failed"))
        #expect(
            decision.run?.spec["retryOf"]
                == ["run": "source", "uid": "u0", "mode": "Task", "task": "load"])
    }

    @Test func `alone, the task waits for nothing and its inputs are no expressions`() {
        let spec = decide(letter(request: "one")).run?.spec
        let task = spec?["workflowSpec"]?["tasks"]?[0]
        #expect(task?["dependsOn"] == nil)
        #expect(
            task?["inputs"] == [
                "command": "${{ workflow.inputs.given[\"command\"] }}", "shell": true,
            ])
        let given: JSON = ["command": ["echo", "${{ literal }}"], "shell": true]
        #expect(spec?["inputs"] == ["given": given])
    }

    @Test(arguments: [
        ("Running", "Retrying"), ("Pending", "Retrying"), ("Completed", "Resolved"),
        ("Failed", "Waiting"), ("Cancelled", "Waiting"), ("TimedOut", "Waiting"),
    ])
    func `it follows the run that tries it again`(phase: String, expected: String) {
        let decision = decide(letter(request: "one", taken: "one"), retry: run("again", phase))
        #expect(decision.status["phase"]?.stringValue == expected)
        #expect(decision.status["lastRetry"]?["phase"]?.stringValue == phase)
    }

    @Test func `what failed again goes back into it, with the new error`() {
        var failed = run("again", "Failed")
        failed.status["tasks"] = [
            "load": ["phase": "Failed", "error": ["type": "ServerError", "message": "500"]]
        ]
        let decision = decide(letter(request: "one", taken: "one"), retry: failed)
        #expect(decision.status["retries"] == 1)
        #expect(decision.status["lastRetry"]?["error"]?["type"] == "ServerError")
        #expect(decision.status["message"]?.stringValue?.hasSuffix("Failed: 500") == true)
        var gone = letter(request: "one", taken: "one")
        gone.status = decision.status
        #expect(decide(gone).status["lastRetry"]?["error"]?["type"] == "ServerError")
    }

    @Test func `one that is resolved is tried again only by force`() {
        let done = run("again", "Completed")
        let asked = letter(request: "two", taken: "one")
        let refused = decide(asked, retry: done)
        #expect(refused.run == nil)
        #expect(refused.refusal?.contains("two") == true)
        #expect(refused.status["phase"] == "Resolved")
        #expect(refused.status["retries"] == 1)
        var forced = asked
        forced.spec["retry"] = ["id": "two", "force": true]
        let decision = decide(forced, retry: done)
        #expect(decision.run != nil)
        #expect(decision.refusal == nil)
        #expect(decision.status["retries"] == 2)
        // A failure since is no reason to refuse.
        #expect(decide(asked, retry: run("again", "Failed")).run != nil)
    }

    @Test func `a retry that was deleted before it ended counts as nothing`() {
        let decision = decide(letter(request: "one", taken: "one"))
        #expect(decision.status["phase"] == "Waiting")
    }

    @Test func `a notification is due when its wait since the last try is over`() throws {
        let notification = Notification(id: "onFailure.0", type: "webhook", content: .success([:]))
        #expect(notification.due(in: [:], now: now) == now)
        func due(_ phase: String, _ attempts: Int64) -> Timestamp? {
            notification.due(
                in: [
                    "notifications": [
                        "onFailure.0": [
                            "phase": .string(phase), "attempts": .integer(attempts),
                            "time": .string(now.description),
                        ]
                    ]
                ], now: now)
        }
        #expect(due("Delivered", 1) == nil)
        #expect(due("Failed", 10) == nil)
        #expect(due("Retrying", 1) == now + .seconds(1))
        #expect(due("Retrying", 4) == now + .seconds(8))
        #expect(due("Retrying", 9) == now + .seconds(256))
        #expect(due("Retrying", 60) == now + .seconds(300))
        #expect(due("Retrying", .max) == now + .seconds(300))
    }

    @Test(arguments: [(Int64.max, 10), (.min, 0), (3, 3)] as [(Int64, Int64)])
    func `whatever count of tries was stored, one more can be counted`(stored: Int64, known: Int64)
    {
        let notification = Notification(id: "onFailure.0", type: "webhook", content: .success([:]))
        let status: JSON = [
            "notifications": ["onFailure.0": ["attempts": .integer(stored), "phase": "Retrying"]]
        ]
        #expect(notification.attempts(in: status) == known)
    }
}

import Engine
import GitOps
import Kubernetes
import TestSupport
import Testing
import Values
import Workflows

@testable import Operator

/// A run that steps outside of the tables of phases stands still, and nothing else does.
@Suite struct IllegalTransitionTests {
    private static let now = Timestamp(seconds: 1_800_000_000)
    private static let definition: JSON = [
        "tasks": [["id": "a", "type": "transform", "inputs": ["value": 1]]]
    ]

    /// The status of a run that has not started and whose end is decided, which nobody but an editor
    /// writes: terminated, it would go from Pending to TimedOut.
    private static func status() throws -> JSON {
        let plan = try WorkflowCompiler.compile(spec: definition, at: ["spec"]).get()
        return [
            "phase": "Pending", "checkpoint": ["sequence": 3], "inputs": [:],
            "workflow": ["digest": .string(plan.digest.description)],
            "decision": ["phase": "TimedOut", "reason": "RunTimeout", "message": ""],
        ]
    }

    private static func run(
        _ name: String, desired: String = "Running", status: JSON = [:], uid: String = "u"
    ) -> KubernetesObject {
        KubernetesObject([
            "apiVersion": "orchestrator.llm/v1", "kind": "WorkflowRun",
            "metadata": [
                "name": .string(name), "namespace": "default", "uid": .string(uid),
                "resourceVersion": "1",
            ],
            "spec": ["workflowSpec": definition, "desiredState": .string(desired)],
            "status": status,
        ])
    }

    @Test func `a driver whose machine took an illegal step gives nothing to do`() throws {
        let object = Self.run("r", desired: "Terminated", status: try Self.status())
        let adoption = RunAdoption.of(object) { _, _ in nil }
        guard case .drive(let machine, let first) = consume adoption else {
            Issue.record("the run must be driven")
            return
        }
        let driver = RunDriver(object, machine: machine, firstStatus: first, holder: "host/1")
        #expect(driver.step(at: Self.now, admit: { _ in .admitted }).isEmpty)
        #expect(driver.fault?.to == "TimedOut")
        #expect(driver.phase == .pending)
    }

    @Test func `a run that stands still is tried again once somebody changed it`() throws {
        let standing = StandingRuns()
        var run = Self.run("r", status: try Self.status())
        #expect(standing.message(for: run) == nil)
        standing.note(run.key, uid: "u", "why")
        #expect(standing.message(for: run) == "why")
        // What is told of it is no change of it.
        run.json["status"]?["waiting"] = ["reason": "IllegalTransition"]
        run.json["status"]?["conditions"] = []
        run.metadata["resourceVersion"] = "2"
        #expect(standing.message(for: run) == "why")
        run.json["status"]?["decision"] = nil
        #expect(standing.message(for: run) == nil)
        #expect(standing.count == 0)
        standing.note(run.key, uid: "u", "why")
        #expect(standing.message(for: run) == "why")
        #expect(standing.message(for: Self.run("r", uid: "another")) == nil)
        #expect(standing.count == 0)
        standing.note(run.key, uid: "u", "why")
        standing.forget(run.key)
        #expect(standing.count == 0)
    }

    @Test func `law 10: a run that is ended without a machine keeps how it came there`() throws {
        var status = try Self.status()
        status["phase"] = "Paused"
        status["subphase"] = "Executing"
        status["timers"] = ["pausedTime": "2026-01-01T00:00:00Z"]
        let fields = try RunRepair.ending(
            status, as: .cancelled, reason: "TerminateRequested", at: Self.now)
        let ended = status.merging(patch: .object(fields))
        let steps = ended["transitions"]?.arrayValue ?? []
        #expect(steps.map { $0["from"] } == ["Paused", "Running"])
        #expect(steps.map { $0["to"] } == ["Running", "Cancelled"])
        #expect(ended["phase"] == "Cancelled")
        #expect(ended["completionTime"] != nil)
        for name in ["decision", "subphase", "timers"] { #expect(ended[name] == nil) }
        #expect(throws: IllegalTransition.self) {
            try RunRepair.ending(ended, as: .failed, reason: "InvalidInputs", at: Self.now)
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `a run that takes an illegal step ends no other, and is told of`() async throws {
        let directory = try TemporaryDirectory()
        let plane = try await EmbeddedServer(
            .init(dataDirectory: directory.path, isDurable: false))
        let client = plane.client
        let key = EmbeddedWorld.key("edited")
        var edited = KubernetesObject(.workflowRuns, key)
        edited.spec = ["workflowSpec": Self.definition, "desiredState": "Terminated"]
        _ = try await client.create(.workflowRuns, edited)
        _ = try await client.patch(
            .workflowRuns, key, .merge(["status": try Self.status()]), subresource: "status")
        let working = Task { try await plane.run() }
        let other = try await EmbeddedWorld.ended("other", Self.definition, on: client)
        #expect(other.status["phase"] == "Completed")
        let ended = try await awaited("the edited run to end") {
            let run = try await client.get(.workflowRuns, key)
            return RunPhases.hasEnded(run) ? run : nil
        }
        #expect(ended.status["phase"] == "Cancelled")
        #expect(ended.status["reason"] == "TerminateRequested")
        let steps = ended.status["transitions"]?.arrayValue ?? []
        #expect(steps.map { $0["from"] } == ["Pending"])
        #expect(steps.map { $0["to"] } == ["Cancelled"])
        try await awaited("the event") {
            let events = try await client.list(.events, namespace: "default").items
            return events.contains {
                $0.json["reason"] == "IllegalTransition"
                    && $0.json["message"]?.stringValue?.contains("from Pending to TimedOut") == true
            }
        }
        working.cancel()
        try await working.value
    }
}

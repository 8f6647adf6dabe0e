import Engine
import Kubernetes
import Testing
import Values
import Workflows

@testable import Operator

/// A run that waits for repair is the run it was once it is repaired.
@Suite struct RunRepairTests {
    private static let now = Timestamp(seconds: 1_800_000_000)

    private static let spec: JSON = [
        "tasks": [
            ["id": "a", "type": "command", "inputs": ["command": ["true"]]],
            ["id": "b", "type": "command", "inputs": ["command": ["true"]]],
        ],
        "finally": [["id": "clean", "type": "command", "inputs": ["command": ["true"]]]],
    ]

    private func run(_ status: JSON, desired: String? = nil) -> KubernetesObject {
        var wanted: JSON = ["workflowSpec": Self.spec]
        wanted["desiredState"] = desired.map { .string($0) }
        return KubernetesObject([
            "kind": "WorkflowRun",
            "metadata": ["name": "r", "namespace": "team", "uid": "u", "resourceVersion": "1"],
            "spec": wanted, "status": status,
        ])
    }

    private func machine(_ object: KubernetesObject) throws -> RunMachine {
        let adoption = RunAdoption.of(object) { _, _ in nil }
        guard case .drive(let machine, _) = consume adoption else {
            throw CheckpointError("the run must be driven", at: .root)
        }
        return machine
    }

    /// The status of a run one of whose tasks has failed while the other has not stopped yet.
    private func failing() throws -> JSON {
        let adoption = RunAdoption.of(run([:])) { _, _ in nil }
        guard case .drive(let started, let first) = consume adoption else {
            throw CheckpointError("the run must start", at: .root)
        }
        var machine = started
        var status = JSON.object(first)
        var actions: [RunAction] = []
        machine.handle(.start, at: Self.now, into: &actions)
        for task in 0..<2 {
            machine.handle(
                .attemptAdmitted(AttemptReference(task: task, attempt: 1)), at: Self.now,
                into: &actions)
        }
        store(&machine, &status)
        machine.handle(
            .attemptFinished(AttemptReference(task: 0, attempt: 1), .failed(.invalid("no"))),
            at: Self.now, into: &actions)
        store(&machine, &status)
        return status
    }

    /// Stores what a machine asks to be stored.
    private func store(_ machine: inout RunMachine, _ status: inout JSON) {
        var actions: [RunAction] = []
        while let taken = machine.takeCheckpoint() {
            status = status.merging(patch: taken.status)
            machine.handle(
                .checkpointAcknowledged(sequence: machine.checkpointSequence), at: Self.now,
                into: &actions)
        }
    }

    @Test func `laws 1 and 10: that a run waits for repair is told beside how it ends`() throws {
        let status = try failing()
        #expect(status["reason"] == "Failing")
        let before = run(status)
        let told = try #require(
            RunRepair.told(of: before, "DefinitionChanged", "put it back", now: Self.now))
        let waits = status.merging(patch: told)
        #expect(waits["reason"] == "Failing")
        #expect(waits["message"] == status["message"])
        #expect(waits["phase"] == status["phase"])
        #expect(waits["waiting"]?["reason"] == "DefinitionChanged")
        #expect(waits["waiting"]?["message"] == "put it back")
        let stalled = waits["conditions"]?.arrayValue?.first { $0["type"] == "Stalled" }
        #expect(stalled?["status"] == "True")
        #expect(stalled?["reason"] == "DefinitionChanged")
        // Told once.
        #expect(
            RunRepair.told(of: run(waits), "DefinitionChanged", "put it back", now: Self.now) == nil
        )
        let untouched = try machine(before).statusJSON()
        let waiting = try machine(run(waits)).statusJSON()
        #expect(waiting == untouched)
        let over = try #require(RunRepair.takenBack(from: run(waits), now: Self.now))
        let after = waits.merging(patch: over)
        #expect(after["waiting"] == nil)
        #expect(RunRepair.takenBack(from: run(after), now: Self.now) == nil)
        let free = after["conditions"]?.arrayValue?.first { $0["type"] == "Stalled" }
        #expect(free?["status"] == "False")
        let repaired = try machine(run(after)).statusJSON()
        #expect(repaired == untouched)
    }

    @Test func `a cancel of a run that has started waits for its repair, a termination does not`()
        throws
    {
        let status = try failing()
        #expect(RunRepair.end(of: run(status, desired: "Cancelled")) == nil)
        #expect(RunRepair.end(of: run(status, desired: "Running")) == nil)
        let ended = RunRepair.end(of: run(status, desired: "Terminated"))
        #expect(ended?.reason == "TerminateRequested")
        #expect(ended?.message.contains("finally did not run") == true)
        let pending = RunRepair.end(of: run([:], desired: "Cancelled"))
        #expect(pending?.message == "cancelled before it started")
        // Once it is repaired it ends as it was asked to: after what finally says.
        var machine = try machine(run(status, desired: "Cancelled"))
        var actions: [RunAction] = []
        machine.handle(.desiredStateChanged(.cancelled), at: Self.now, into: &actions)
        machine.handle(.start, at: Self.now, into: &actions)
        #expect(machine.phase(ofTask: "finally.clean") != nil)
    }

    @Test func `a checkpoint that cannot be read is told with its place, and waited for`() throws {
        var status = try failing()
        status[["tasks", "b", "attempt"]] = .integer(Int64(Int32.max))
        let adoption = RunAdoption.of(run(status)) { _, _ in nil }
        guard case .waiting(let reason, let message) = consume adoption else {
            Issue.record("it must wait")
            return
        }
        #expect(reason == "CheckpointDamaged")
        #expect(message.contains("tasks.b.attempt"))
        #expect(message.contains("2147483647"))
    }
}

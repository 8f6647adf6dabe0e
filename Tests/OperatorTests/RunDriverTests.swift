import Admission
import Engine
import Kubernetes
import Testing
import Values
import Workflows

@testable import Operator

/// What a driver makes of what it sees of its run: see docs/bugs-and-seeds.md.
@Suite struct RunDriverTests {
    private func object(
        version: Int64, desired: String? = nil, status: JSON = [:],
        task: JSON = ["id": "a", "type": "transform"]
    ) -> KubernetesObject {
        var spec: JSON = ["workflowSpec": ["tasks": [task]]]
        spec["desiredState"] = desired.map { .string($0) }
        return KubernetesObject([
            "apiVersion": "orchestrator.llm/v1", "kind": "WorkflowRun",
            "metadata": [
                "name": "r", "namespace": "n", "uid": "u", "generation": 1,
                "resourceVersion": .string(String(version)),
            ],
            "spec": spec, "status": status,
        ])
    }

    private func driver(_ object: KubernetesObject, holder: String) throws -> RunDriver {
        let adoption = RunAdoption.of(object) { _, _ in nil }
        guard case .drive(let machine, let first) = consume adoption else {
            throw CheckpointError("the run must be driven", at: .root)
        }
        return RunDriver(object, machine: machine, firstStatus: first, holder: holder)
    }

    private let written: JSON = [
        "phase": "Running", "checkpoint": ["sequence": 1, "holder": "host/1"],
    ]

    @Test func `law 24: a view that is older than what is known tells a driver nothing`() throws {
        let driver = try driver(object(version: 100), holder: "host/1")
        _ = driver.step(at: Timestamp(seconds: 1), admit: { _ in .admitted })
        driver.wrote(object(version: 104, status: written), sequence: 1)
        #expect(!driver.isTakenOver(in: object(version: 102)))
        _ = driver.step(at: Timestamp(seconds: 2), admit: { _ in .admitted })
        driver.observe(object(version: 102, desired: "Cancelled"))
        #expect(!driver.hasEvents)
        driver.observe(object(version: 105, desired: "Cancelled"))
        #expect(driver.hasEvents)
    }

    @Test func `law 10: an end that another gave a claimed run is not taken for our own`() throws {
        let driver = try driver(object(version: 100), holder: "host/1")
        let claim: JSON = ["sequence": 0, "holder": "host/1"]
        driver.claimed(object(version: 101, status: ["phase": "Pending", "checkpoint": claim]))
        let isTaken = ["Pending", "Cancelled"].map { phase in
            driver.isTakenOver(
                in: object(version: 102, status: ["phase": .string(phase), "checkpoint": claim]))
        }
        #expect(isTaken == [false, true])
    }

    @Test(
        arguments: [
            (nil, nil, nil, .normal), (nil, nil, "high", .high), (nil, -5, "high", .low),
            (nil, 0, "high", .normal), ("normal", 100, "low", .normal), ("low", nil, "high", .low),
            (nil, 100, nil, .critical), ("critical", -1, nil, .critical),
        ] as [(String?, Int64?, String?, Admission.Priority)])
    func `a task's own class goes before its run's number, and that before its workflow's class`(
        task: String?, run: Int64?, workflow: String?, class: Admission.Priority
    ) throws {
        var command: JSON = ["id": "a", "type": "command", "inputs": ["command": ["true"]]]
        if let task { command["priority"] = .string(task) }
        var object = object(version: 100, task: command)
        if let run { object.spec["priority"] = .integer(run) }
        if let workflow {
            object.spec["workflowSpec"]?["config"] = ["priority": .string(workflow)]
        }
        let driver = try driver(object, holder: "host/1")
        #expect(classes(askedForBy: driver) == [`class`])
    }

    @Test func `what a run asks for after its number was changed is of its new class`() throws {
        let task: JSON = ["id": "a", "type": "command", "inputs": ["command": ["true"]]]
        var object = object(version: 100, task: task)
        let driver = try driver(object, holder: "host/1")
        object.metadata["resourceVersion"] = "101"
        object.spec["priority"] = 100
        driver.observe(object)
        #expect(classes(askedForBy: driver) == [.critical])
    }

    private func classes(askedForBy driver: RunDriver) -> [Admission.Priority] {
        var asked: [Admission.Priority] = []
        _ = driver.step(
            at: Timestamp(seconds: 1),
            admit: {
                asked.append($0.priority)
                return .admitted
            })
        return asked
    }

    @Test func `law 18: a run that is being deleted starts nothing more`() throws {
        let task: JSON = ["id": "a", "type": "command", "inputs": ["command": ["true"]]]
        let driver = try driver(object(version: 100, task: task), holder: "host/1")
        _ = driver.step(at: Timestamp(seconds: 1), admit: { _ in .admitted })
        #expect(driver.phase == .running)
        var deleted = object(version: 104, status: written, task: task)
        driver.wrote(deleted, sequence: 1)
        deleted.metadata["resourceVersion"] = "105"
        // Held by a finalizer, as `kubectl delete --cascade=foreground` does.
        deleted.metadata["deletionTimestamp"] = "2026-01-01T00:00:00Z"
        driver.observe(deleted)
        _ = driver.step(at: Timestamp(seconds: 2), admit: { _ in .admitted })
        #expect(driver.phase == .cancelled)
        #expect(RunPhases.isToEnd(deleted))
        #expect(RunPhases.isUnderWay(deleted))
    }

    @Test func `law 10: a driver yields to an earlier one of its own process`() throws {
        let late = try driver(object(version: 100), holder: "host/2")
        #expect(late.isTakenOver(in: object(version: 104, status: written)))
        #expect(!late.isTakenOver(in: object(version: 100)))
        #expect(late.isTakenOver(in: object(version: 104, status: ["phase": "Cancelled"])))
    }
}

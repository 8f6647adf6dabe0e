import Kubernetes
import Resources
import Testing
import Values
import Workflows

@testable import Operator

@Suite struct WorkflowDecisionTests {
    private static let spec: JSON = [
        "tasks": [["id": "a", "type": "command", "inputs": ["command": "true"]]]
    ]
    private let now = Timestamp(seconds: 1_000_000)

    private func workflow(
        spec: JSON = spec, generation: Int64 = 1, status: JSON = [:], finalizer: Bool = true,
        isDeleting: Bool = false
    ) -> KubernetesObject {
        var object: JSON = [
            "apiVersion": "orchestrator.llm/v1", "kind": "Workflow",
            "metadata": [
                "name": "nightly", "namespace": "team", "uid": "u-1",
                "generation": .integer(generation), "resourceVersion": "7",
            ],
            "spec": spec, "status": status,
        ]
        if finalizer { object[["metadata", "finalizers"]] = [.string(Finalizers.cleanup)] }
        if isDeleting { object[["metadata", "deletionTimestamp"]] = "2026-01-01T00:00:00Z" }
        return KubernetesObject(object)
    }

    private func run(
        _ name: String, phase: String, launched: Bool = true, desired: String? = nil
    ) -> KubernetesObject {
        var object: JSON = [
            "kind": "WorkflowRun",
            "metadata": [
                "name": .string(name), "namespace": "team", "uid": .string("uid-\(name)"),
            ],
            "spec": [:], "status": ["phase": .string(phase)],
        ]
        if launched {
            object[["metadata", "labels", .key(Labels.workflowUID)]] = "u-1"
        }
        if let desired { object[["spec", "desiredState"]] = .string(desired) }
        return KubernetesObject(object)
    }

    private func actions(
        _ workflow: KubernetesObject, runs: [KubernetesObject] = []
    ) -> [WorkflowDecision.Action] {
        WorkflowDecision(
            workflow: workflow, plan: WorkflowCompiler.compile(spec: workflow.spec), runs: runs,
            now: now
        ).actions
    }

    /// A run writes its status many times; a look at its workflow costs something for each run of it.
    @Test func `how far a run has come is no news to its workflow`() {
        var old = run("r", phase: "Running")
        old.status["progress"] = "1/7"
        old.metadata["resourceVersion"] = "8"
        var new = old
        new.metadata["resourceVersion"] = "9"
        new.status["progress"] = "2/7"
        new.status["tasks"] = ["a": ["phase": "Completed"]]
        #expect(!WorkflowDecision.goes(by: .updated(old: old, new: new)))
        #expect(WorkflowDecision.goes(by: .added(new)))
        #expect(WorkflowDecision.goes(by: .deleted(new)))
        for (path, value) in [
            (["status", "phase"], "Completed"), (["status", "startTime"], "2026-01-01T00:00:00Z"),
            (["status", "completionTime"], "2026-01-01T00:00:00Z"),
            (["status", "workflow", "uid"], "u-2"), (["spec", "desiredState"], "Cancelled"),
            (["metadata", "uid"], "another"),
            (["metadata", "labels", .key(Labels.workflowUID)], "u-2"),
        ] as [(JSONPath, JSON)] {
            var json = new.json
            json[path] = value
            #expect(
                WorkflowDecision.goes(by: .updated(old: old, new: KubernetesObject(json))),
                "\(path)")
        }
    }

    @Test func `runs that ended are not among those that a workflow looks at`() {
        let index = WorkflowController.runIndex
        #expect(index.values(run("r", phase: "Running")) == ["u-1"])
        #expect(index.values(run("r", phase: "Completed")) == [])
    }

    private func created(_ actions: [WorkflowDecision.Action]) -> [KubernetesObject] {
        actions.compactMap { action in
            if case .createRun(let run) = action { run } else { nil }
        }
    }

    private func status(_ actions: [WorkflowDecision.Action]) -> JSON? {
        actions.lazy.compactMap { action in
            if case .writeStatus(let status) = action { status } else { nil }
        }.first
    }

    @Test func `a workflow that appears is launched once, with the definition it has`() throws {
        let first = actions(workflow(finalizer: false))
        #expect(first.first == .addFinalizer)
        let run = try #require(created(first).first)
        #expect(run.spec["workflowSpec"] == Self.spec)
        #expect(run.label(Labels.workflowUID) == "u-1")
        let status = try #require(self.status(first))
        #expect(created(actions(workflow(status: status), runs: [run])).isEmpty)
    }

    @Test func `law 3, NameIsPure: the same workflow at the same generation names the same run`() {
        let names = (0..<3).flatMap { _ in created(actions(workflow())).map(\.name) }
        #expect(names.count == 3)
        #expect(Set(names).count == 1)
        #expect(created(actions(workflow(generation: 2))).map(\.name) != [names[0]])
    }

    @Test func `a changed definition is launched and the run of the earlier one is cancelled`()
        throws
    {
        let status = try #require(self.status(actions(workflow())))
        var changed = Self.spec
        changed["description"] = "better"
        let actions = actions(
            workflow(spec: changed, generation: 2, status: status),
            runs: [run("old", phase: "Running"), run("done", phase: "Completed")])
        #expect(created(actions).count == 1)
        let cancelled = actions.compactMap { action -> String? in
            guard case .cancelRun(let key, _, let reason, _) = action else { return nil }
            return "\(key.name) \(reason)"
        }
        #expect(cancelled == ["old Superseded"])
    }

    @Test func `a change that is no other definition launches nothing`() throws {
        let status = try #require(self.status(actions(workflow())))
        var suspended = Self.spec
        suspended["suspend"] = true
        #expect(created(actions(workflow(spec: suspended, generation: 2, status: status))).isEmpty)
        #expect(created(actions(workflow(generation: 3, status: status))).isEmpty)
    }

    @Test func `a workflow that needs inputs or is suspended waits`() throws {
        var needy = Self.spec
        needy["inputs"] = [["name": "city", "type": "string", "required": true]]
        let actions = actions(workflow(spec: needy))
        #expect(created(actions).isEmpty)
        #expect(status(actions)?["conditions"]?[0]?["reason"] == "WaitingForInputs")
        var suspended = Self.spec
        suspended["suspend"] = true
        #expect(created(self.actions(workflow(spec: suspended))).isEmpty)
    }

    @Test func `an invalid definition is told and what ran before is left alone`() throws {
        let actions = actions(
            workflow(spec: ["tasks": [["id": "a", "type": "comand"]]], generation: 2),
            runs: [run("old", phase: "Running")])
        #expect(actions.count == 1)
        let status = try #require(self.status(actions))
        #expect(status["conditions"]?[2]?["status"] == "True")
        #expect(status["diagnostics"]?[0]?["code"] == "E0202")
    }

    @Test func `a deleted workflow cancels its runs, waits for their end, and goes`() {
        let going = actions(workflow(isDeleting: true), runs: [run("r", phase: "Running")])
        #expect(going.count == 1)
        guard case .cancelRun(let key, "uid-r", "WorkflowDeleted", _) = going.first else {
            Issue.record("expected the run to be cancelled, got \(going)")
            return
        }
        #expect(key.name == "r")
        let waiting = actions(
            workflow(isDeleting: true), runs: [run("r", phase: "Running", desired: "Cancelled")])
        #expect(waiting.isEmpty)
        let gone = actions(workflow(isDeleting: true), runs: [run("r", phase: "Cancelled")])
        #expect(gone == [.removeFinalizer])
    }

    @Test func `law 14, Converge: what was written is not written again`() throws {
        let launched = actions(workflow())
        let status = try #require(self.status(launched))
        let run = try #require(created(launched).first)
        let settled = try #require(self.status(actions(workflow(status: status), runs: [run])))
        let again = try #require(self.status(actions(workflow(status: settled), runs: [run])))
        #expect(StatusPatch.from(settled, to: again).isEmpty)
    }
}

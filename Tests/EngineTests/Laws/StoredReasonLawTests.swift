import Engine
import Testing
import Values
import Workflows

/// How a run was ending is known from its tasks, whatever somebody wrote over its reason: releases
/// before `status.waiting` wrote there for what a run waited.
@Suite struct StoredReasonLawTests {
    private static let waits: [JSON] = [
        ["reason": "DefinitionChanged", "message": "the definition in the run was edited"],
        ["reason": "CheckpointDamaged", "message": "the part 1 of its checkpoint is missing"],
        ["reason": nil, "message": nil],
    ]

    private let undoing: JSON = [
        "tasks": [
            TestPlan.command(
                "charge",
                ["compensation": ["type": "command", "inputs": ["command": ["refund"]]]]),
            TestPlan.command("ship", ["dependsOn": ["charge"], "onFailure": "Rollback"]),
            TestPlan.command("mail", ["dependsOn": ["charge"]]),
            TestPlan.command("last", ["dependsOn": ["mail"]]),
        ],
        "finally": [TestPlan.command("clean")],
    ]

    /// Every status that a run stores on its way, whose task fails.
    private func statuses(_ plan: WorkflowPlan, failing id: String) throws -> [JSON] {
        var run = TestRun(plan)
        run.send(.start)
        try run.runToEnd { attempt in
            attempt.taskID == id ? .failed(.invalid("no")) : .succeeded(outputs: [:])
        }
        return run.history
    }

    /// How a stored run ends, with all that it launches.
    private func end(
        _ status: JSON, _ plan: WorkflowPlan, _ desired: DesiredRunState
    ) throws -> (status: JSON, launched: [String]) {
        var run = try TestRun(resuming: status, plan, at: TestRun.start + .seconds(60))
        run.send(.desiredStateChanged(desired))
        run.send(.start)
        var launched: [String] = []
        try run.runToEnd { attempt in
            launched.append("\(attempt.taskID)#\(attempt.reference.attempt)")
            return .succeeded(outputs: [:])
        }
        var ended = run.stored
        ended["checkpoint"] = nil
        return (ended, launched)
    }

    @Test(arguments: [DesiredRunState.running, .cancelled, .terminated])
    func `laws 1, 10 and 38: a run ends as it was ending, whatever was written over its reason`(
        desired: DesiredRunState
    ) throws {
        var failing = undoing
        failing[["tasks"]] = .array(
            (undoing["tasks"]?.arrayValue ?? []).map { task in
                var task = task
                if task["id"] == "ship" { task["onFailure"] = "Fail" }
                return task
            })
        var seen: Set<String> = []
        for spec in [undoing, failing] {
            let plan = try TestPlan.compile(spec)
            for status in try statuses(plan, failing: "ship")
            where RunPhase(rawValue: status["phase"]?.stringValue ?? "")?.isTerminal == false {
                seen.insert(status["reason"]?.stringValue ?? "none")
                // A wish is heard anew; what it made of the run is not told by any task.
                let expected = try end(status, plan, desired)
                for wait in Self.waits {
                    let found = try end(status.merging(patch: wait), plan, desired)
                    #expect(found.launched == expected.launched, "\(status.text)")
                    #expect(found.status == expected.status, "\(status.text)")
                }
            }
        }
        #expect(seen.isSuperset(of: ["Failing", "RollingBack", "Compensating", "Finalizing"]))
    }

    @Test func `a run that goes on does not keep a reason that is not its own`() throws {
        let plan = try TestPlan.make([TestTask("a")])
        var run = TestRun(plan)
        run.send(.start)
        run.acknowledgeAll()
        var again = try TestRun(
            resuming: run.stored.merging(patch: Self.waits[0]), plan, at: run.now)
        again.send(.start)
        again.acknowledgeAll()
        #expect(again.stored["reason"] == nil)
        #expect(again.stored["message"] == nil)
    }
}

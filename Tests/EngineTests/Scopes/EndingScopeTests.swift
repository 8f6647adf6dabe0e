import Engine
import Testing
import Values
import Workflows

/// `finally`, rollback and what they make of the end of a run.
@Suite struct EndingScopeTests {
    private let cleaning: JSON = [
        "tasks": [TestPlan.command("work")],
        "finally": [
            [
                "id": "clean", "type": "command",
                "inputs": [
                    "command": [
                        "report", "${{ run.phase }}", "${{ run.reason }}",
                        "${{ tasks.work.phase }}",
                    ]
                ],
            ]
        ],
    ]

    @Test func `finally runs after a failure and sees it`() throws {
        var run = ScopedRun(try TestPlan.compile(cleaning), outcome: Outcomes.path)
        run.acknowledge()
        try run.run.end("work", .failed(.invalid("no")))
        while run.run.write != nil { run.acknowledge() }
        #expect(run.run.stored["phase"] == "Running")
        #expect(run.run.stored["subphase"] == "Finalizing")
        #expect(run.run.stored["decision"]?["phase"] == "Failed")
        #expect(run.run.executing.first?.taskID == "finally.clean")
        #expect(
            run.run.executing.first?.inputs["command"] == [
                "report", "Failed", "TaskFailed", "Failed",
            ])
        try run.finish()
        run.report("finally")
        #expect(run.run.finished == .failed)
        #expect(run.run.stored["reason"] == "TaskFailed")
        #expect(run.run.stored["decision"] == nil)
    }

    @Test func `finally runs after completion and after a cancel`() throws {
        let completed = try ScopedRun.finished(cleaning)
        #expect(completed.run.finished == .completed)
        #expect(completed.phases["finally.clean"] == "Completed")
        var run = ScopedRun(try TestPlan.compile(cleaning), outcome: Outcomes.path)
        run.acknowledge()
        run.send(.desiredStateChanged(.cancelled))
        try run.finish()
        run.report("cancel")
        #expect(run.run.finished == .cancelled)
        #expect(run.phases["finally.clean"] == "Completed")
    }

    @Test func `finally that fails fails a run that had completed, and no other end`() throws {
        let outcome: @Sendable (TaskAttempt) -> AttemptOutcome = { attempt in
            attempt.taskID == "finally.clean" ? .failed(.invalid("no")) : Outcomes.path(attempt)
        }
        let failed = try ScopedRun.finished(cleaning, outcome)
        #expect(failed.run.finished == .failed)
        #expect(failed.run.stored["reason"] == "FinallyFailed")
        var run = ScopedRun(try TestPlan.compile(cleaning), outcome: outcome)
        run.acknowledge()
        run.send(.desiredStateChanged(.cancelled))
        try run.finish()
        #expect(run.run.finished == .cancelled)
        #expect(
            run.run.stored["message"]?.stringValue?.contains("'finally.clean' failed") == true)
    }

    @Test func `a termination leaves finally out, also when it runs already`() throws {
        var run = ScopedRun(try TestPlan.compile(cleaning), outcome: Outcomes.path)
        run.acknowledge()
        run.send(.desiredStateChanged(.terminated))
        try run.finish()
        run.report("terminate")
        #expect(run.run.finished == .cancelled)
        #expect(run.run.stored["reason"] == "TerminateRequested")
        #expect(run.phases["finally.clean"] == nil)

        var late = ScopedRun(try TestPlan.compile(cleaning), outcome: Outcomes.path)
        late.acknowledge()
        late.send(.desiredStateChanged(.cancelled))
        while late.run.executing.first?.taskID != "finally.clean" { _ = try late.step() }
        late.send(.desiredStateChanged(.terminated))
        try late.finish()
        late.report("terminate in finally")
        #expect(late.run.finished == .cancelled)
        #expect(late.phases["finally.clean"] == "Cancelled")
    }

    private static func undoable(_ id: String, _ more: JSONObject = [:]) -> JSON {
        var task: JSONObject = [
            "compensation": [
                "type": "command",
                "inputs": ["command": ["undo", .string("${{ tasks.\(id).outputs.stdout }}")]],
            ]
        ]
        task.merge(more)
        return TestPlan.command(id, task)
    }

    private let saga: JSON = [
        "tasks": [
            EndingScopeTests.undoable("one"),
            EndingScopeTests.undoable("two", ["dependsOn": ["one"]]),
            TestPlan.command("plain", ["dependsOn": ["two"]]),
            TestPlan.command("bad", ["dependsOn": ["plain"], "onFailure": "Rollback"]),
        ]
    ]

    @Test func `a rollback undoes what completed, last first, and the run ends rolled back`() throws
    {
        let run = try ScopedRun.finished(saga) { attempt in
            attempt.taskID == "bad" ? .failed(.invalid("no")) : Outcomes.path(attempt)
        }
        #expect(run.run.finished == .rolledBack)
        let undone = run.run.actions.compactMap { action -> String? in
            guard case .launch(let attempt) = action, attempt.taskID.contains("~") else {
                return nil
            }
            return attempt.taskID
        }
        #expect(undone == ["two~compensation", "one~compensation"])
        #expect(run.run.stored["reason"] == "RolledBack")
        #expect(run.run.stored["message"]?.stringValue?.contains("'bad' failed") == true)
    }

    @Test func `what cannot be undone is told, and the rest is undone`() throws {
        let run = try ScopedRun.finished(saga) { attempt in
            attempt.taskID == "bad" || attempt.taskID == "two~compensation"
                ? .failed(.invalid("no")) : Outcomes.path(attempt)
        }
        #expect(run.run.finished == .failed)
        #expect(run.run.stored["reason"] == "RollbackFailed")
        #expect(run.phases["one~compensation"] == "Completed")
        #expect(run.run.stored["message"] == "'two' could not be undone: no")
    }

    @Test func `of several that cannot be undone the first to be tried is told, with its error`()
        throws
    {
        let run = try ScopedRun.finished(saga) { attempt in
            attempt.taskID == "bad" || attempt.taskID.hasSuffix("~compensation")
                ? .failed(.invalid("no \(attempt.taskID)")) : Outcomes.path(attempt)
        }
        #expect(
            run.run.stored["message"]
                == "'two' could not be undone: no two~compensation; and 1 more")
    }

    @Test func `a rollback goes on after a crash, whatever the run's timeout says`() throws {
        var timed = saga
        timed["config"] = ["timeout": "1h"]
        var run = ScopedRun(try TestPlan.compile(timed), outcome: Outcomes.path)
        while run.run.executing.first?.taskID != "two" { _ = try run.step() }
        run.send(.operation(id: "o1", .rollback))
        while run.run.executing.first?.taskID != "one~compensation" { _ = try run.step() }
        run = try ScopedRun(crashed: run, status: run.run.stored, after: .seconds(7200))
        try run.finish()
        run.report("rollback")
        #expect(run.run.finished == .rolledBack)
        #expect(run.phases["one~compensation"] == "Completed")
    }

    @Test func `a user rolls a run back`() throws {
        var run = ScopedRun(try TestPlan.compile(saga), outcome: Outcomes.path)
        while run.run.executing.first?.taskID != "two" { _ = try run.step() }
        run.send(.operation(id: "o1", .rollback))
        run.send(.operation(id: "o1", .rollback))
        try run.finish()
        run.report("rollback")
        #expect(run.run.finished == .rolledBack)
        #expect(run.phases["one~compensation"] == "Completed")
        #expect(run.phases["two"] == "Cancelled")
        #expect(run.run.stored["operations"]?["o1"]?["result"] == "Done")
    }

    @Test func `the changes of a run's phase are kept with their reasons`() throws {
        var run = ScopedRun(try TestPlan.compile(cleaning), outcome: Outcomes.path)
        run.send(.desiredStateChanged(.paused))
        run.send(.desiredStateChanged(.running))
        try run.finish()
        let kept = run.run.stored["transitions"]?.arrayValue ?? []
        #expect(
            kept.compactMap { $0["to"]?.stringValue } == [
                "Running", "Paused", "Running", "Completed",
            ])
        #expect(
            kept.compactMap { $0["reason"]?.stringValue }
                == ["Started", "PauseRequested", "ResumeRequested", "Completed"])
        #expect(run.run.notices.map(\.reason).contains("RunPaused"))
    }
}

import Engine
import Testing
import Values
import Workflows

@Suite struct EndingTests {
    @Test func `a failure stops the run: nothing starts, what runs is cancelled once`() throws {
        var run = TestRun(
            try TestPlan.make([
                TestTask("a"), TestTask("b"), TestTask("c", after: ["b"]), TestTask("d"),
            ]))
        run.send(.start)
        run.acknowledgeAll()
        try run.fail("a", isRetryable: false)
        #expect(run.machine.phase == .running)
        #expect(run.write?.status["reason"] == "Failing")
        #expect(run.stopping.isEmpty, "a run that is taken up now goes on with them")
        run.acknowledgeAll()
        #expect(run.stopping.map(\.task) == [1, 3])
        try run.end("b", .cancelled)
        #expect(run.finished == nil)
        try run.succeed("d")
        run.acknowledgeAll()
        #expect(run.finished == .failed)
        #expect(run.stored["message"] == "task 'a' failed: TestError: it failed")
        let phases = ["a", "b", "c", "d"].map { run.phase(of: $0) }
        #expect(phases == [.failed, .cancelled, .skipped, .completed])
        #expect(run.stored["tasks"]?["c"]?["reason"] == "RunFailed")
        #expect(run.stored["progress"] == "2/4")
    }

    @Test func `a run whose last task ends in a pause goes on to its end`() throws {
        var run = TestRun(try TestPlan.make([TestTask("a")]))
        run.send(.start)
        run.acknowledgeAll()
        run.send(.desiredStateChanged(.paused))
        run.acknowledgeAll()
        try run.succeed("a")
        run.acknowledgeAll()
        #expect(run.finished == .completed)
        let steps = run.stored["transitions"]?.arrayValue?.compactMap { $0["to"]?.stringValue }
        #expect(steps == ["Running", "Paused", "Running", "Completed"])
        #expect(
            run.notices.map(\.reason) == ["RunStarted", "RunPaused", "RunResumed", "RunCompleted"])
    }

    @Test func `that a paused run goes on as it is cancelled is told`() throws {
        var run = TestRun(try TestPlan.make([TestTask("a")]))
        run.send(.start)
        run.acknowledgeAll()
        run.send(.desiredStateChanged(.paused))
        run.acknowledgeAll()
        run.send(.desiredStateChanged(.cancelled))
        run.acknowledgeAll()
        let resumed = run.notices.filter { $0.reason == "RunResumed" }
        #expect(resumed.map(\.message) == ["the run goes on to its end (Cancelling)"])
    }

    @Test func `a paused run starts nothing, and goes on when resumed`() throws {
        var run = TestRun(try TestPlan.make([TestTask("a"), TestTask("b", after: ["a"])]))
        run.send(.start)
        run.acknowledgeAll()
        run.send(.desiredStateChanged(.paused))
        run.acknowledgeAll()
        #expect(run.stored["phase"] == "Paused")
        try run.succeed("a")
        run.acknowledgeAll()
        #expect(run.phase(of: "b") == .ready)
        #expect(run.executing.isEmpty)
        run.send(.desiredStateChanged(.running))
        run.acknowledgeAll()
        #expect(run.executingIDs == ["b"])
        #expect(run.stored["phase"] == "Running")
        #expect(run.stored["timers"] == nil)
    }

    @Test func `an attempt whose intent is stored while the run pauses waits`() throws {
        var run = TestRun(try TestPlan.make([TestTask("a")]))
        run.send(.start)
        run.send(.desiredStateChanged(.paused))
        run.acknowledgeAll()
        #expect(run.executing.isEmpty)
        #expect(run.phase(of: "a") == .launching)
        run.send(.desiredStateChanged(.running))
        #expect(run.executing.first?.reference.attempt == 1)
    }

    @Test func `a cancelled run cancels what runs, once, and ends cancelled`() throws {
        var run = TestRun(
            try TestPlan.make([TestTask("a"), TestTask("b", after: ["a"]), TestTask("c")]))
        run.send(.start)
        run.acknowledgeAll()
        run.send(.desiredStateChanged(.cancelled))
        run.send(.desiredStateChanged(.cancelled))
        run.send(.desiredStateChanged(.running))
        run.acknowledgeAll()
        #expect(run.stopping.count == 2)
        try run.end("a", .cancelled)
        try run.end("c", .failed(.invalid("killed")))
        run.acknowledgeAll()
        #expect(run.finished == .cancelled)
        #expect(run.stored["reason"] == "CancelRequested")
        let phases = ["a", "b", "c"].map { run.phase(of: $0) }
        #expect(phases == [.cancelled, .cancelled, .cancelled])
    }

    @Test func `an attempt whose intent is not stored yet is never launched after a cancel`() throws
    {
        var run = TestRun(try TestPlan.make([TestTask("a")]))
        run.send(.start)
        run.send(.desiredStateChanged(.cancelled))
        run.acknowledgeAll()
        #expect(run.finished == .cancelled)
        #expect(run.executing.isEmpty)
        #expect(run.stopping.isEmpty)
    }

    @Test func `a cancelled run that never started ends without starting`() throws {
        var run = TestRun(try TestPlan.make([TestTask("a")]))
        run.send(.desiredStateChanged(.cancelled))
        run.send(.start)
        run.acknowledgeAll()
        #expect(run.finished == .cancelled)
        #expect(run.stored["startTime"] == nil)
        #expect(run.writes == 1)
    }

    @Test func `cancelling a finished run changes nothing`() throws {
        var run = TestRun(try TestPlan.make([TestTask("a")]))
        run.send(.start)
        run.acknowledgeAll()
        try run.succeed("a")
        run.acknowledgeAll()
        let status = run.stored
        run.send(.desiredStateChanged(.cancelled))
        run.acknowledgeAll()
        #expect(run.stored == status)
        #expect(run.finished == .completed)
    }

    @Test func `an attempt cut off by a shutdown is made again`() throws {
        var run = TestRun(try TestPlan.make([TestTask("a")]))
        run.send(.start)
        run.acknowledgeAll()
        try run.end("a", .cancelled)
        run.acknowledgeAll()
        #expect(run.executing.first?.reference.attempt == 2)
        #expect(run.stored["tasks"]?["a"]?["interruptions"] == 1)
    }

    @Test func `users are told of the start, failures and the end`() throws {
        var run = TestRun(
            try TestPlan.make([TestTask("a", retry: RetryPolicy(maxAttempts: 2))]))
        run.send(.start)
        try run.runToEnd { _ in
            .failed(TaskError(type: "Boom", message: "no", isRetryable: true))
        }
        #expect(
            run.notices.map(\.reason) == ["RunStarted", "TaskRetrying", "TaskFailed", "RunFailed"])
        #expect(run.notices.map(\.severity) == [.normal, .warning, .warning, .warning])
        #expect(run.notices[2].taskID == "a")
    }
}

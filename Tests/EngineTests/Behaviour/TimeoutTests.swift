import Engine
import Testing
import Values
import Workflows

@Suite struct TimeoutTests {
    @Test func `an attempt past its deadline is cancelled, and ends as timed out`() throws {
        var run = TestRun(try TestPlan.make([TestTask("a", timeout: .seconds(30))]))
        run.send(.start)
        run.acknowledgeAll()
        #expect(run.executing.first?.deadline == TestRun.start + .seconds(30))
        try run.fireTimer()
        let reference = try #require(run.executing.first).reference
        run.acknowledgeAll()
        #expect(run.stopping == [reference])
        // The next attempt must not start beside one that still runs.
        #expect(run.phase(of: "a") == .running)
        try run.end("a", .cancelled)
        run.acknowledgeAll()
        #expect(run.finished == .failed)
        #expect(run.phase(of: "a") == .timedOut)
        #expect(run.stored["tasks"]?["a"]?["error"]?["type"] == "TimeoutError")
    }

    @Test func `a timeout is retried where the policy allows`() throws {
        var run = TestRun(
            try TestPlan.make([
                TestTask("a", retry: RetryPolicy(maxAttempts: 2), timeout: .seconds(30))
            ]))
        run.send(.start)
        run.acknowledgeAll()
        try run.fireTimer()
        try run.end("a", .cancelled)
        #expect(run.phase(of: "a") == .retrying)
        run.acknowledgeAll()
        try run.fireTimer()
        run.acknowledgeAll()
        try run.succeed("a")
        run.acknowledgeAll()
        #expect(run.finished == .completed)
    }

    @Test func `law 20: an attempt that is past its deadline stays so when the clock goes back`()
        throws
    {
        let plan = try TestPlan.compile([
            "tasks": [
                [
                    "id": "a", "type": "approval", "timeout": "30s",
                    "inputs": ["message": "go?", "approvers": ["ann"]],
                ]
            ]
        ])
        var run = TestRun(plan)
        run.send(.start)
        run.acknowledgeAll()
        try run.fireTimer()
        #expect(run.write?.status["tasks"]?["a"]?["reason"] == "DeadlineExceeded")
        run.acknowledgeAll()
        var again = try TestRun(resuming: run.stored, plan, at: TestRun.start)
        again.send(.start)
        again.acknowledgeAll()
        let adopted = try #require(again.executing.first)
        #expect(adopted.isAdopted && again.stopping == [adopted.reference])
        try again.end("a", .cancelled)
        again.acknowledgeAll()
        #expect(again.phase(of: "a") == .timedOut)
        #expect(again.stored["tasks"]?["a"]?["reason"] == nil)
    }

    @Test func `an attempt that never tells its end does not hold the run for ever`() throws {
        var run = TestRun(try TestPlan.make([TestTask("a", timeout: .seconds(30))]))
        run.send(.start)
        run.acknowledgeAll()
        try run.fireTimer()
        #expect(run.timer == run.now + RunLimits().settlementGrace)
        try run.fireTimer()
        run.acknowledgeAll()
        #expect(run.finished == .failed)
        #expect(run.phase(of: "a") == .timedOut)
    }

    @Test func `a run past its timeout cancels what runs and ends as timed out`() throws {
        var run = TestRun(
            try TestPlan.make([TestTask("a"), TestTask("b", after: ["a"])], timeout: .seconds(60)))
        run.send(.start)
        run.acknowledgeAll()
        // A pause would move the run's deadline: no attempt is told of it.
        #expect(run.executing.first?.deadline == nil)
        #expect(run.stored["timers"]?["runDeadline"] == "2027-01-15T08:01:00Z")
        try run.fireTimer()
        run.acknowledgeAll()
        #expect(run.stopping.count == 1)
        try run.end("a", .cancelled)
        run.acknowledgeAll()
        #expect(run.finished == .timedOut)
        #expect(run.stored["tasks"]?["a"]?["phase"] == "Cancelled")
        #expect(run.stored["tasks"]?["b"]?["reason"] == "RunTimedOut")
        #expect(run.stored["timers"] == nil)
    }

    @Test func `an attempt that tells of the run's timeout before the timer does not fail the run`()
        throws
    {
        var run = TestRun(try TestPlan.make([TestTask("a")], timeout: .seconds(60)))
        run.send(.start)
        run.acknowledgeAll()
        run.now = TestRun.start + .seconds(60)
        try run.end(
            "a",
            .failed(TaskError(type: TaskError.Kind.timeout, message: "too late", isRetryable: true))
        )
        run.acknowledgeAll()
        #expect(run.finished == .timedOut)
        #expect(run.stored["tasks"]?["a"]?["phase"] == "Cancelled")
    }

    @Test func `a run's timeout counts from its recorded start across a restart`() throws {
        let plan = try TestPlan.make([TestTask("a")], timeout: .seconds(60))
        var run = TestRun(plan)
        run.send(.start)
        run.acknowledgeAll()
        var again = try TestRun(resuming: run.stored, plan, at: run.now + .seconds(61))
        again.send(.start)
        again.acknowledgeAll()
        #expect(again.finished == .timedOut)
        #expect(again.executing.isEmpty)
    }

    @Test func `a pause does not count towards a run's timeout`() throws {
        let plan = try TestPlan.make([TestTask("a")], timeout: .seconds(60))
        var run = TestRun(plan)
        run.send(.desiredStateChanged(.paused))
        run.send(.start)
        run.acknowledgeAll()
        #expect(run.machine.phase == .paused)
        var again = try TestRun(resuming: run.stored, plan, at: run.now + .seconds(3600))
        again.send(.start)
        #expect(again.machine.phase == .paused)
        again.send(.desiredStateChanged(.running))
        again.acknowledgeAll()
        #expect(again.machine.phase == .running)
        #expect(again.stored["timers"]?["runDeadline"] == "2027-01-15T09:01:00Z")
    }
}

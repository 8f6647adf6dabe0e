import Engine
import Testing
import Values
import Workflows

@Suite struct RetryTests {
    private let policy = RetryPolicy(
        maxAttempts: 3, initialInterval: .seconds(10), maxInterval: .seconds(15),
        backoffMultiplier: 2, jitter: 0)

    @Test func `a failed attempt is made again after its interval, then the task fails`() throws {
        var run = TestRun(try TestPlan.make([TestTask("a", retry: policy)]))
        run.send(.start)
        run.acknowledgeAll()
        try run.fail("a")
        #expect(run.phase(of: "a") == .retrying)
        #expect(run.timer == TestRun.start + .seconds(10))
        #expect(run.write?.status["tasks"]?["a"]?["nextAttemptTime"] == "2027-01-15T08:00:10Z")
        run.acknowledgeAll()
        try run.fireTimer()
        run.acknowledgeAll()
        #expect(run.executing.first?.reference.attempt == 2)
        #expect(run.stored["tasks"]?["a"]?["nextAttemptTime"] == nil)
        try run.fail("a")
        run.acknowledgeAll()
        // Twice ten seconds, cut to the longest interval.
        #expect(run.timer == TestRun.start + .seconds(25))
        try run.fireTimer()
        run.acknowledgeAll()
        try run.fail("a")
        run.acknowledgeAll()
        #expect(run.finished == .failed)
        #expect(run.stored["tasks"]?["a"]?["attempt"] == 3)
        #expect(run.stored["reason"] == "TaskFailed")
        #expect(run.stored["message"] == "task 'a' failed: TestError: it failed")
        #expect(run.notices.map(\.reason).filter { $0 == "TaskRetrying" }.count == 2)
    }

    @Test func `an error that is not retryable ends the task`() throws {
        var run = TestRun(try TestPlan.make([TestTask("a", retry: policy)]))
        run.send(.start)
        run.acknowledgeAll()
        try run.fail("a", isRetryable: false)
        #expect(run.phase(of: "a") == .failed)
    }

    @Test func `a list of types decides alone what is retried`() throws {
        var policy = policy
        policy.retryableErrors = ["RateLimitError"]
        let plan = try TestPlan.make([TestTask("a", retry: policy)])
        for (type, phase) in [("RateLimitError", TaskPhase.retrying), ("Other", .failed)] {
            var run = TestRun(plan)
            run.send(.start)
            run.acknowledgeAll()
            try run.fail("a", type: type, isRetryable: type == "Other")
            #expect(run.phase(of: "a") == phase)
        }
    }

    @Test func `what the other side asks to wait is waited`() throws {
        var run = TestRun(try TestPlan.make([TestTask("a", retry: policy)]))
        run.send(.start)
        run.acknowledgeAll()
        try run.fail("a", retryAfter: .seconds(120))
        #expect(run.timer == TestRun.start + .seconds(120))
    }

    @Test func `a wait that is asked for is bounded`() throws {
        var run = TestRun(try TestPlan.make([TestTask("a", retry: policy)]))
        run.send(.start)
        run.acknowledgeAll()
        try run.fail("a", retryAfter: .seconds(100_000_000))
        #expect(run.timer == TestRun.start + RunLimits().retryAfter)
    }

    @Test func `a retry that is due after a restart is made, one that is not waits on`() throws {
        let plan = try TestPlan.make([TestTask("a", retry: policy)])
        var run = TestRun(plan)
        run.send(.start)
        run.acknowledgeAll()
        try run.fail("a")
        run.acknowledgeAll()
        var early = try TestRun(resuming: run.stored, plan, at: run.now + .seconds(3))
        early.send(.start)
        #expect(early.timer == run.now + .seconds(10))
        #expect(early.writes == 0)
        var late = try TestRun(resuming: run.stored, plan, at: run.now + .seconds(30))
        late.send(.start)
        late.acknowledgeAll()
        #expect(late.executing.first?.reference.attempt == 2)
        #expect(late.stored["tasks"]?["a"]?["interruptions"] == nil)
    }

    @Test func `an event of an attempt that is not the current one is ignored`() throws {
        var run = TestRun(try TestPlan.make([TestTask("a", retry: policy)]))
        run.send(.start)
        run.acknowledgeAll()
        let first = try #require(run.executing.first).reference
        try run.fail("a")
        run.acknowledgeAll()
        try run.fireTimer()
        run.acknowledgeAll()
        run.send(.attemptFinished(first, .succeeded(outputs: [:])))
        #expect(run.phase(of: "a") == .running)
        run.send(
            .attemptFinished(
                AttemptReference(task: 77, attempt: 1), .succeeded(outputs: [:])))
        run.send(
            .attemptFinished(
                AttemptReference(task: -1, attempt: 1), .succeeded(outputs: [:])))
        try run.succeed("a")
        run.acknowledgeAll()
        #expect(run.finished == .completed)
        #expect(run.stored["tasks"]?["a"]?["error"] == nil)
    }
}

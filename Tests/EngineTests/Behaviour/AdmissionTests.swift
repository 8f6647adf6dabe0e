import Engine
import Testing
import Values
import Workflows

/// Attempts begin when their owner admits them.
@Suite struct AdmissionTests {
    private static let limits: RunLimits = {
        var limits = TestRun.limits
        limits.asksForAdmission = true
        return limits
    }()

    private let two: WorkflowPlan

    init() throws {
        two = try TestPlan.make([TestTask("a"), TestTask("b", after: ["a"])])
    }

    private func start(_ plan: WorkflowPlan) -> TestRun {
        var run = TestRun(plan, limits: AdmissionTests.limits)
        run.send(.start)
        run.acknowledgeAll()
        return run
    }

    @Test func `nothing of an attempt is recorded before it is admitted`() throws {
        var run = start(two)
        #expect(run.requests.map(\.taskID) == ["a"])
        #expect(run.executing.isEmpty)
        #expect(run.stored["tasks"]?["a"]?["phase"] == "Ready")
        #expect(run.stored["tasks"]?["a"]?["attempt"] == nil)
        run.send(.attemptAdmitted(run.requests[0].reference))
        #expect(run.executing.isEmpty)
        #expect(run.write?.status["tasks"]?["a"]?["phase"] == "Launching")
        run.acknowledgeAll()
        #expect(run.executingIDs == ["a"])
    }

    @Test func `a run that is admitted attempt by attempt ends as one that is not asked`() throws {
        var asked = start(two)
        var plain = TestRun(two)
        plain.send(.start)
        plain.acknowledgeAll()
        for task in ["a", "b"] {
            asked.send(.attemptAdmitted(try #require(asked.requests.last).reference))
            asked.acknowledgeAll()
            try asked.succeed(task)
            try plain.succeed(task)
            asked.acknowledgeAll()
            plain.acknowledgeAll()
        }
        #expect(asked.finished == .completed)
        #expect(asked.stored["tasks"] == plain.stored["tasks"])
    }

    @Test func `the wait counts to the run's timeout and not to the attempt's`() throws {
        let plan = try TestPlan.make(
            [TestTask("a", timeout: .seconds(10))], timeout: .seconds(60))
        var run = start(plan)
        run.now = TestRun.start + .seconds(30)
        run.send(.attemptAdmitted(run.requests[0].reference))
        run.acknowledgeAll()
        #expect(run.executing.first?.deadline == TestRun.start + .seconds(40))
        var late = start(plan)
        late.now = TestRun.start + .seconds(55)
        late.send(.attemptAdmitted(late.requests[0].reference))
        late.acknowledgeAll()
        #expect(late.executing.first?.deadline == TestRun.start + .seconds(65))
        #expect(late.stored["timers"]?["runDeadline"] == "2027-01-15T08:01:00Z")
        #expect(late.timer == TestRun.start + .seconds(60))
        var never = start(plan)
        try never.fireTimer()
        never.acknowledgeAll()
        #expect(never.finished == .timedOut)
        #expect(never.withdrawn == [AttemptReference(task: 0, attempt: 1)])
    }

    @Test func `a crash while it waits costs no attempt and no interruption`() throws {
        var run = start(two)
        run.send(.attemptQueued(run.requests[0].reference, message: "waits for cpu"))
        run.acknowledgeAll()
        #expect(run.stored["tasks"]?["a"]?["reason"] == "Queued")
        #expect(run.stored["tasks"]?["a"]?["message"] == "waits for cpu")
        var next = try TestRun(
            resuming: run.stored, two, limits: AdmissionTests.limits, at: run.now)
        #expect(next.machine.statusJSON()["tasks"] == run.stored["tasks"])
        next.send(.start)
        #expect(next.requests.map(\.reference) == [AttemptReference(task: 0, attempt: 1)])
        // It has waited since then, and being told the same costs no write.
        #expect(next.requests.first?.waitingSince == run.now)
        let writes = next.writes
        next.send(.attemptQueued(next.requests[0].reference, message: "waits for cpu"))
        next.acknowledgeAll()
        #expect(next.writes == writes)
        next.now = next.now + .seconds(60)
        next.send(.attemptQueued(next.requests[0].reference, message: "waits for gpu"))
        next.acknowledgeAll()
        #expect(
            next.stored["tasks"]?["a"]?["queuedTime"] == run.stored["tasks"]?["a"]?["queuedTime"])
        next.send(.attemptAdmitted(AttemptReference(task: 0, attempt: 1)))
        next.acknowledgeAll()
        #expect(next.stored["tasks"]?["a"]?["queuedTime"] == nil)
        #expect(next.stored["tasks"]?["a"]?["interruptions"] == nil)
        #expect(next.stored["tasks"]?["a"]?["reason"] == nil)
        #expect(next.stored["tasks"]?["a"]?["message"] == nil)
    }

    @Test func `a pause takes the requests back, and going on makes them again`() throws {
        var run = start(two)
        let first = run.requests[0].reference
        run.send(.desiredStateChanged(.paused))
        #expect(run.withdrawn == [first])
        run.send(.attemptAdmitted(first))
        run.acknowledgeAll()
        #expect(run.executing.isEmpty && run.requests.isEmpty)
        run.send(.desiredStateChanged(.running))
        #expect(run.requests.map(\.reference) == [first])
        run.send(.attemptAdmitted(first))
        run.acknowledgeAll()
        #expect(run.executingIDs == ["a"])
    }

    @Test func `an attempt that a pause met on its way is admitted anew`() throws {
        var run = start(two)
        let first = run.requests.removeFirst().reference
        run.send(.attemptAdmitted(first))
        run.send(.desiredStateChanged(.paused))
        run.acknowledgeAll()
        #expect(run.executing.isEmpty)
        #expect(run.withdrawn == [first])
        run.send(.desiredStateChanged(.running))
        run.acknowledgeAll()
        #expect(run.requests.map(\.reference) == [first])
        #expect(run.executing.isEmpty)
        run.send(.attemptAdmitted(first))
        run.acknowledgeAll()
        #expect(run.executingIDs == ["a"])
    }

    /// A run whose attempt was admitted, and that was paused before the intent was stored and resumed.
    private func resumed(_ plan: WorkflowPlan) throws -> TestRun {
        var run = start(plan)
        let first = run.requests.removeFirst().reference
        run.send(.attemptAdmitted(first))
        run.send(.desiredStateChanged(.paused))
        run.acknowledgeAll()
        #expect(run.stored["tasks"]?["a"]?["phase"] == "Launching")
        run.send(.desiredStateChanged(.running))
        run.acknowledgeAll()
        #expect(run.requests.map(\.reference) == [first])
        run.withdrawn = []
        return run
    }

    private let refusal = TaskError(
        type: "CircuitOpenError", message: "it is open", isRetryable: true)

    @Test
    func `law 13: an attempt that a pause met on its way, and that is refused then, is retried`()
        throws
    {
        let plan = try TestPlan.make([
            TestTask("a", retry: RetryPolicy(maxAttempts: 2, initialInterval: .seconds(1)))
        ])
        var run = try resumed(plan)
        run.send(.attemptRefused(run.requests.removeFirst().reference, refusal))
        run.acknowledgeAll()
        #expect(run.stored["tasks"]?["a"]?["phase"] == "Retrying")
        #expect(run.stored["tasks"]?["a"]?["attempt"] == 1)
        try run.fireTimer()
        #expect(run.requests.map(\.reference) == [AttemptReference(task: 0, attempt: 2)])
        run.send(.attemptRefused(run.requests.removeFirst().reference, refusal))
        run.acknowledgeAll()
        #expect(run.finished == .failed)
    }

    @Test func `a request tells which attempt failed before it, and none that was cut off`() throws
    {
        let inputs: JSON = ["command": ["true"]]
        let plan = try TestPlan.compile([
            "tasks": [
                TestPlan.command(
                    "a",
                    [
                        "executor": "own", "retryPolicy": ["maxAttempts": 2],
                        "fallback": [
                            ["type": "command", "executor": "other", "inputs": inputs],
                            ["type": "command", "executor": "third", "inputs": inputs],
                        ],
                    ])
            ]
        ])
        var run = start(plan)
        #expect(run.requests.map(\.failure) == [nil])
        func admit(_ run: inout TestRun) {
            run.send(.attemptAdmitted(run.requests.removeFirst().reference))
            run.acknowledgeAll()
        }
        admit(&run)
        // The process dies: nothing is known of the attempt, and nothing is held against it.
        run = try TestRun(resuming: run.stored, plan, limits: AdmissionTests.limits, at: run.now)
        run.send(.start)
        run.acknowledgeAll()
        #expect(run.requests.map(\.reference.attempt) == [2])
        #expect(run.requests.map(\.failure) == [nil])
        var told: [String?] = []
        for _ in 0..<3 {
            admit(&run)
            try run.fail("a")
            run.acknowledgeAll()
            if run.requests.isEmpty, run.timer != nil { try run.fireTimer() }
            told.append(run.requests.first?.failure?.executor)
        }
        #expect(told == ["own", "own", "other"])
        #expect(run.requests.first?.failure?.errorType == "TestError")
        #expect(run.requests.first?.executor == "third")
    }

    @Test func `only a task's own class is told with a request`() throws {
        let plan = try TestPlan.compile([
            "config": ["priority": "high"],
            "tasks": [
                TestPlan.command("a"), TestPlan.command("b", ["priority": "normal"]),
                TestPlan.command("c", ["executor": "other"]),
            ],
        ])
        let asked = start(plan).requests.map { ($0.taskID, $0.priority) }
        #expect(asked.map(\.0).sorted() == ["a", "b", "c"])
        for (task, priority) in asked { #expect(priority == (task == "b" ? .normal : nil)) }
    }

    @Test func `an attempt that is refused after a pause goes on with its fallback`() throws {
        let plan = try TestPlan.compile([
            "tasks": [
                TestPlan.command(
                    "a",
                    ["fallback": [["type": "command", "inputs": ["command": ["other"]]]]])
            ]
        ])
        var run = try resumed(plan)
        let gone = TaskError(type: "ProviderNotFound", message: "it is gone", isRetryable: false)
        run.send(.attemptRefused(run.requests.removeFirst().reference, gone))
        run.acknowledgeAll()
        #expect(run.requests.map(\.reference) == [AttemptReference(task: 0, attempt: 2)])
        run.send(.attemptAdmitted(run.requests[0].reference))
        run.acknowledgeAll()
        try run.succeed("a")
        run.acknowledgeAll()
        #expect(run.finished == .completed)
    }

    @Test func `an attempt that a pause met, and whose task a user ended, is asked for no more`()
        throws
    {
        var run = start(two)
        let first = run.requests.removeFirst().reference
        run.send(.attemptAdmitted(first))
        run.send(.desiredStateChanged(.paused))
        run.acknowledgeAll()
        run.send(.operation(id: "1", .skipTask("a")))
        run.acknowledgeAll()
        run.send(.desiredStateChanged(.running))
        run.acknowledgeAll()
        #expect(run.requests.map(\.taskID) == ["b"])
    }

    @Test func `a place given to an attempt whose task ended on the way is given back`() throws {
        var run = try resumed(two)
        let first = run.requests.removeFirst().reference
        run.send(.operation(id: "1", .skipTask("a")))
        run.withdrawn = []
        // The answer was on its way; whoever gave it hears once more that nobody wants it.
        run.send(.attemptAdmitted(first))
        run.acknowledgeAll()
        #expect(run.executing.isEmpty)
        var late = start(two)
        let other = late.requests.removeFirst().reference
        late.send(.attemptAdmitted(other))
        late.send(.operation(id: "1", .skipTask("a")))
        late.withdrawn = []
        late.acknowledgeAll()
        #expect(late.withdrawn == [other])
        #expect(late.executing.isEmpty)
    }

    @Test func `what takes no place is not asked for after a pause either`() throws {
        let plan = try TestPlan.compile([
            "tasks": [
                TestPlan.command("source"),
                ["id": "sums", "type": "stream", "stream": ["from": "source"]],
            ]
        ])
        var run = TestRun(plan, limits: AdmissionTests.limits)
        run.send(.start)
        run.send(.attemptAdmitted(run.requests.removeFirst().reference))
        run.send(.desiredStateChanged(.paused))
        run.acknowledgeAll()
        #expect(run.executing.isEmpty)
        run.send(.desiredStateChanged(.running))
        #expect(run.requests.map(\.taskID) == ["source"])
        run.acknowledgeAll()
        #expect(run.executingIDs == ["sums"])
    }

    @Test func `a cancel gives back what was asked for and what was admitted`() throws {
        let plan = try TestPlan.make([TestTask("a"), TestTask("b")])
        var run = start(plan)
        let (a, b) = (run.requests[0].reference, run.requests[1].reference)
        run.send(.attemptAdmitted(a))
        run.send(.desiredStateChanged(.cancelled))
        #expect(Set(run.withdrawn) == [a, b])
        run.send(.attemptAdmitted(b))
        run.acknowledgeAll()
        #expect(run.finished == .cancelled)
        #expect(run.executing.isEmpty)
    }

    @Test func `an attempt that is let in when it is too late gives its place back`() throws {
        let plan = try TestPlan.compile([
            "tasks": [
                TestPlan.command(
                    "a", ["totalTimeout": "30s", "retryPolicy": ["maxAttempts": 5, "jitter": 0]])
            ]
        ])
        var run = start(plan)
        run.send(.attemptAdmitted(run.requests.removeFirst().reference))
        run.acknowledgeAll()
        try run.fail("a")
        run.acknowledgeAll()
        try run.fireTimer()
        let second = try #require(run.requests.first).reference
        run.now = TestRun.start + .seconds(40)
        run.send(.attemptAdmitted(second))
        run.acknowledgeAll()
        #expect(run.stored["tasks"]?["a"]?["phase"] == "TimedOut")
        #expect(run.stored["tasks"]?["a"]?["attempt"] == 1)
        #expect(run.withdrawn == [second])
    }

    @Test func `a refused attempt is a failed one that the policy retries`() throws {
        let plan = try TestPlan.make([
            TestTask("a", retry: RetryPolicy(maxAttempts: 2, initialInterval: .seconds(1)))
        ])
        var run = start(plan)
        let error = TaskError(
            type: "CircuitOpenError", message: "it is open", isRetryable: true,
            retryAfter: .seconds(20))
        run.send(.attemptRefused(run.requests.removeFirst().reference, error))
        run.acknowledgeAll()
        #expect(run.stored["tasks"]?["a"]?["phase"] == "Retrying")
        #expect(run.stored["tasks"]?["a"]?["attempt"] == 1)
        try run.fireTimer()
        #expect(run.now >= TestRun.start + .seconds(20))
        #expect(run.requests.map(\.reference) == [AttemptReference(task: 0, attempt: 2)])
        run.send(.attemptRefused(run.requests.removeFirst().reference, error))
        run.acknowledgeAll()
        #expect(run.finished == .failed)
        #expect(run.stored["tasks"]?["a"]?["error"]?["type"] == "CircuitOpenError")
    }

    @Test func `what waits takes a place of the run's own`() throws {
        let plan = try TestPlan.make([TestTask("a"), TestTask("b"), TestTask("c")], maxParallel: 2)
        var run = start(plan)
        #expect(run.requests.map(\.taskID) == ["a", "b"])
        run.send(.attemptAdmitted(run.requests[0].reference))
        run.acknowledgeAll()
        #expect(run.requests.count == 2)
        try run.succeed("a")
        run.acknowledgeAll()
        #expect(run.requests.map(\.taskID) == ["a", "b", "c"])
    }
}

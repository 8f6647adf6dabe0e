import Engine
import Testing
import Values
import Workflows

/// Deadlines where no attempt runs: in a queue, in a pause, in waits, and over a clock that is put right.
@Suite struct DeadlineTests {
    private static let retry: JSON = [
        "maxAttempts": 5, "initialInterval": "1s", "jitter": 0, "retryableErrors": ["*"],
    ]

    private static func start(
        _ spec: JSON, asking: Bool = false
    ) throws -> TestRun {
        var limits = TestRun.limits
        limits.asksForAdmission = asking
        let plan = try TestPlan.compile(spec)
        var run = TestRun(plan, limits: limits)
        run.send(.start)
        run.acknowledgeAll()
        return run
    }

    private static func again(
        _ run: borrowing TestRun, asking: Bool = false,
        after delay: Duration = .zero, desired: DesiredRunState = .running
    ) throws -> TestRun {
        var limits = TestRun.limits
        limits.asksForAdmission = asking
        var again = try TestRun(
            resuming: run.stored, run.machine.plan, limits: limits, at: run.now + delay)
        again.send(.desiredStateChanged(desired))
        again.send(.start)
        again.acknowledgeAll()
        return again
    }

    // MARK: Containers

    @Test func `a container times out, whoever tells first that its time is over`() throws {
        var run = try Self.start([
            "tasks": [
                [
                    "id": "a", "type": "parallel", "timeout": "1m",
                    "tasks": [TestPlan.command("b", ["timeout": "10m"])],
                ]
            ]
        ])
        run.now = TestRun.start + .seconds(60)
        try run.fail("a.b", type: "TimeoutError")
        run.acknowledgeAll()
        #expect(run.phase(of: "a") == .timedOut)
        #expect(run.stored["tasks"]?["a.b"]?["reason"] == "ContainerTimedOut")
    }

    // MARK: The queue

    private static let queued: JSON = [
        "tasks": [
            TestPlan.command(
                "a",
                [
                    "totalTimeout": "10m", "retryPolicy": retry,
                    "fallback": [["value": ["stdout": "instead"]]],
                ])
        ]
    ]

    /// A run whose second attempt waits for a place.
    private static func waiting() throws -> TestRun {
        var run = try start(queued, asking: true)
        run.send(.attemptAdmitted(run.requests[0].reference))
        run.acknowledgeAll()
        run.requests = []
        try run.fail("a")
        run.acknowledgeAll()
        try run.fireTimer()
        run.send(.attemptQueued(run.requests[0].reference, message: "RateLimited"))
        run.acknowledgeAll()
        #expect(run.phase(of: "a") == .ready)
        return run
    }

    @Test(arguments: [false, true])
    func `law 20: a task that waits for a place is over when its time in all is`(
        crashing: Bool
    ) throws {
        var run = try Self.waiting()
        if crashing { run = try Self.again(run, asking: true, after: .seconds(60)) }
        #expect(run.timer == TestRun.start + .seconds(600))
        try run.fireTimer()
        run.acknowledgeAll()
        #expect(run.finished == .completed)
        #expect(run.withdrawn == [AttemptReference(task: 0, attempt: 2)])
        #expect(run.stored["tasks"]?["a"]?["reason"] == "FallbackValue")
        #expect(run.now == TestRun.start + .seconds(600))
    }

    // MARK: Pauses

    private static func pause(_ run: inout TestRun, for length: Duration) {
        run.send(.desiredStateChanged(.paused))
        run.acknowledgeAll()
        run.now = run.now + length
        run.send(.timerFired)
        run.acknowledgeAll()
    }

    @Test(arguments: [false, true])
    func `the time of a task between two attempts stands still in a pause`(crashing: Bool) throws {
        var run = try Self.waiting()
        Self.pause(&run, for: .seconds(3600))
        #expect(run.phase(of: "a") == .ready)
        if crashing {
            run = try Self.again(run, asking: true, desired: .paused)
            run.send(.timerFired)
            run.acknowledgeAll()
            #expect(run.phase(of: "a") == .ready)
        }
        run.send(.desiredStateChanged(.running))
        run.acknowledgeAll()
        #expect(run.timer == TestRun.start + .seconds(600 + 3600))
        let stored = run.stored["tasks"]?["a"]?["totalDeadline"]
        #expect(stored == "2027-01-15T09:10:00Z")
        if crashing { run = try Self.again(run, asking: true) }
        #expect(run.timer == TestRun.start + .seconds(600 + 3600))
        try run.fireTimer()
        run.acknowledgeAll()
        #expect(run.finished == .completed)
        #expect(run.stored["tasks"]?["a"]?["totalDeadline"] == nil)
    }

    @Test func `an attempt that goes on in a pause counts as long as it does`() throws {
        var run = try Self.start([
            "tasks": [TestPlan.command("a", ["totalTimeout": "10m", "retryPolicy": Self.retry])]
        ])
        #expect(run.timer == TestRun.start + .seconds(600))
        Self.pause(&run, for: .seconds(300))
        try run.fail("a")
        run.acknowledgeAll()
        run.now = run.now + .seconds(3600)
        run.send(.timerFired)
        run.acknowledgeAll()
        #expect(run.phase(of: "a") == .ready)
        run.send(.desiredStateChanged(.running))
        run.acknowledgeAll()
        #expect(run.executing.first?.deadline == TestRun.start + .seconds(600 + 3600))
    }

    @Test func `an attempt under way keeps its deadline in a pause`() throws {
        var run = try Self.start(["tasks": [TestPlan.command("a", ["timeout": "10m"])]])
        Self.pause(&run, for: .seconds(600))
        #expect(run.stopping.count == 1)
        try run.end("a", .cancelled)
        run.acknowledgeAll()
        #expect(run.phase(of: "a") == .timedOut)
    }

    private static let still: [JSON] = [
        [
            "id": "a", "type": "workflow", "timeout": "30m",
            "workflow": ["kind": "Template", "name": "inner"],
        ],
        [
            "id": "a", "type": "parallel", "timeout": "30m",
            "tasks": [TestPlan.command("b")],
        ],
    ]

    @Test(arguments: still, [false, true])
    func `a child run and a container stand still in a pause`(task: JSON, crashing: Bool) throws {
        var run = try Self.start(["tasks": [task]])
        Self.pause(&run, for: .seconds(3600))
        #expect(run.phase(of: "a") == .running)
        #expect(run.stopping.isEmpty)
        if crashing {
            run = try Self.again(run, desired: .paused)
            run.send(.timerFired)
            run.acknowledgeAll()
            #expect(run.phase(of: "a") == .running)
            #expect(run.stopping.isEmpty)
        }
        run.send(.desiredStateChanged(.running))
        run.acknowledgeAll()
        #expect(run.stored["tasks"]?["a"]?["deadline"] == "2027-01-15T09:30:00Z")
        #expect(run.timer == TestRun.start + .seconds(1800 + 3600))
        try run.fireTimer()
        run.acknowledgeAll()
        #expect(run.stopping.count == 1)
    }

    // MARK: Waits

    @Test(arguments: ["timeout", "totalTimeout"], [false, true])
    func `a wait past its timeout times out`(field: String, crashing: Bool) throws {
        for (limit, phase) in [("30s", "TimedOut"), ("2m", "Completed")] {
            var task: JSON = [
                "id": "w", "type": "wait", "onFailure": "Continue", "inputs": ["duration": "1m"],
            ]
            task[field] = .string(limit)
            var run = try Self.start(["tasks": [task]])
            if crashing { run = try Self.again(run) }
            let due: Duration = phase == "TimedOut" ? .seconds(30) : .seconds(60)
            #expect(run.timer == TestRun.start + due)
            try run.fireTimer()
            run.acknowledgeAll()
            #expect(run.finished == .completed)
            #expect(run.stored["tasks"]?["w"]?["phase"]?.stringValue == phase)
            #expect(run.stored["tasks"]?["w"]?["deadline"] == nil)
        }
    }

    // MARK: Clocks

    private static func retrying(
        _ retryAfter: Duration? = nil, ahead: Duration = .zero
    ) throws -> TestRun {
        var run = try start(["tasks": [TestPlan.command("a", ["retryPolicy": retry])]])
        run.now = run.now + ahead
        try run.fail("a", retryAfter: retryAfter)
        run.acknowledgeAll()
        #expect(run.phase(of: "a") == .retrying)
        return run
    }

    @Test(arguments: [false, true])
    func `law 20: a clock that was ahead and is put right keeps nobody waiting`(crashing: Bool)
        throws
    {
        for wait in [Duration.seconds(1), .seconds(90)] {
            var run = try Self.retrying(
                wait > .seconds(1) ? wait : nil, ahead: .seconds(3600))
            if crashing {
                run = try Self.again(run, after: .seconds(-3600))
            } else {
                run.timer = nil
                run.now = TestRun.start
                run.send(.timerFired)
                run.acknowledgeAll()
            }
            #expect(run.timer == TestRun.start + wait)
            try run.fireTimer()
            run.acknowledgeAll()
            #expect(run.executing.first?.reference.attempt == 2)
            #expect(run.stored["tasks"]?["a"]?["wait"] == nil)
        }
    }

    @Test(arguments: [false, true])
    func `law 20: a clock that was behind and is put right makes an attempt that is due`(
        crashing: Bool
    ) throws {
        var run = try Self.retrying(.seconds(90))
        if crashing {
            run = try Self.again(run, after: .seconds(3600))
        } else {
            run.now = run.now + .seconds(3600)
            run.send(.timerFired)
            run.acknowledgeAll()
        }
        #expect(run.executing.first?.reference.attempt == 2)
    }

    @Test func `law 38, UpgradeSafe: what an earlier release waits for is left as it is`() throws {
        var run = try Self.retrying(.seconds(3600))
        #expect(run.stored["tasks"]?["a"]?["wait"] == 3600)
        run.stored[["tasks", "a", "wait"]] = nil
        let older = try Self.again(run, after: .seconds(-600))
        #expect(older.timer == TestRun.start + .seconds(3600))
    }
}

import Engine
import Testing
import Values
import Workflows

@Suite struct ResumeTests {
    private let plan: WorkflowPlan

    init() throws {
        plan = try TestPlan.make([
            TestTask("a"), TestTask("b", after: ["a"]),
            TestTask("t", type: "transform", inputs: ["n": 1]),
        ])
    }

    @Test func `an attempt of unknown fate is made again under the next number`() throws {
        var run = TestRun(plan)
        run.send(.start)
        run.acknowledgeAll()
        var again = try TestRun(resuming: run.stored, plan, at: run.now)
        again.send(.start)
        #expect(again.executing.isEmpty)
        again.acknowledgeAll()
        #expect(again.executing.map(\.reference) == [AttemptReference(task: 0, attempt: 2)])
        #expect(again.stored["tasks"]?["a"]?["interruptions"] == 1)
        try again.succeed("a")
        again.acknowledgeAll()
        try again.succeed("b")
        again.acknowledgeAll()
        #expect(again.finished == .completed)
    }

    @Test func `interruptions are not held against the attempts that are allowed`() throws {
        let plan = try TestPlan.make([TestTask("a", retry: RetryPolicy(maxAttempts: 2))])
        var run = TestRun(plan)
        run.send(.start)
        run.acknowledgeAll()
        for _ in 0..<3 {
            run = try TestRun(resuming: run.stored, plan, at: run.now)
            run.send(.start)
            run.acknowledgeAll()
        }
        #expect(run.executing.first?.reference.attempt == 4)
        try run.fail("a")
        #expect(run.phase(of: "a") == .retrying)
        run.acknowledgeAll()
        try run.fireTimer()
        run.acknowledgeAll()
        try run.fail("a")
        #expect(run.phase(of: "a") == .failed)
    }

    @Test func `a task that is interrupted too often fails`() throws {
        let plan = try TestPlan.make([TestTask("a")])
        let limits = RunLimits(interruptions: 3, statusLag: TestRun.limits.statusLag)
        var run = TestRun(plan, limits: limits)
        run.send(.start)
        run.acknowledgeAll()
        var crashes = 0
        while run.finished == nil && crashes < 10 {
            crashes += 1
            run = try TestRun(resuming: run.stored, plan, limits: limits, at: run.now)
            run.send(.start)
            run.acknowledgeAll()
        }
        #expect(crashes == 4)
        #expect(run.finished == .failed)
        #expect(run.stored["tasks"]?["a"]?["error"]?["type"] == "Interrupted")
    }

    @Test func `a finished run is finished again at once, and nothing runs`() throws {
        var run = TestRun(plan)
        run.send(.start)
        try run.runToEnd { _ in .succeeded(outputs: [:]) }
        var again = try TestRun(resuming: run.stored, plan, at: run.now)
        again.send(.start)
        #expect(again.finished == .completed)
        #expect(again.writes == 0)
        #expect(again.executing.isEmpty)
    }

    @Test func `a run that was stopping goes on stopping`() throws {
        var run = TestRun(plan)
        run.send(.start)
        run.acknowledgeAll()
        run.send(.desiredStateChanged(.cancelled))
        run.acknowledge()
        #expect(run.stored["reason"] == "Cancelling")
        var again = try TestRun(resuming: run.stored, plan, at: run.now)
        again.send(.start)
        again.acknowledgeAll()
        #expect(again.finished == .cancelled)
        #expect(again.executing.isEmpty)
    }

    @Test func `a failed write is carried again by the next`() throws {
        var run = TestRun(plan)
        run.send(.start)
        let sequence = try run.pendingWrite().sequence
        run.write = nil
        run.send(.checkpointFailed(sequence: sequence, retryAfter: .seconds(2)))
        #expect(run.write == nil)
        #expect(run.timer == run.now + .seconds(2))
        try run.fireTimer()
        let again = try run.pendingWrite()
        #expect(again.sequence > sequence)
        #expect(again.status["tasks"]?["a"]?["phase"] == "Launching")
        #expect(again.status["tasks"]?["t"]?["phase"] == "Completed")
        // The first is late, and no longer the one that is waited for.
        run.send(.checkpointAcknowledged(sequence: sequence))
        #expect(run.executing.isEmpty)
        run.acknowledge()
        #expect(run.executingIDs == ["a"])
    }

    @Test func `fields of a later release are passed over`() throws {
        var run = TestRun(plan)
        run.send(.start)
        run.acknowledgeAll()
        var status = run.stored
        status["weather"] = "fine"
        status[["tasks", "a", "mood"]] = ["good": true]
        status[["tasks", "a", "reason"]] = "SomethingNew"
        var again = try TestRun(resuming: status, plan, at: run.now)
        again.send(.start)
        try again.runToEnd { _ in .succeeded(outputs: [:]) }
        #expect(again.finished == .completed)
    }

    @Test(arguments: [
        (#"[]"#, "it is no object"),
        (#"{"phase":"Flying"}"#, "no phase is called 'Flying'"),
        (
            #"{"phase":"Running","startTime":"2026-01-01T00:00:00Z","tasks":{"x":{}}}"#,
            "no such task"
        ),
        (#"{"phase":"Running","startTime":"yesterday"}"#, "no RFC 3339 time"),
        (#"{"phase":"Running"}"#, "no startTime"),
        (#"{"tasks":{"a":{"phase":"Retrying","attempt":1}}}"#, "nextAttemptTime"),
        (#"{"tasks":{"a":{"phase":"Running"}}}"#, "without an attempt"),
        (#"{"tasks":{"a":{"phase":"Running","attempt":-1}}}"#, "no count"),
        (#"{"tasks":{"a":{"phase":"Completed","outputs":3}}}"#, "no object"),
        (#"{"tasks":{"a":{"phase":"Completed","attempt":1,"interruptions":2}}}"#, "interruptions"),
        (#"{"tasks":{"b":{"phase":"Completed","attempt":1}}}"#, "'a', which it depends on"),
        (#"{"checkpoint":{"sequence":"many"}}"#, "no count"),
    ])
    func `a status that cannot be is refused, saying why`(text: String, reason: String) throws {
        let status = try JSON(parsing: text)
        do {
            _ = try TestRun(resuming: status, plan, at: TestRun.start)
            Issue.record("it was taken")
        } catch let error as CheckpointError {
            #expect(error.description.contains(reason))
        }
    }
}

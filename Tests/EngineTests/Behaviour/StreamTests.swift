import Engine
import Testing
import Values
import Workflows

/// Tasks that read the stream of another: their places, their progress, and the ends of streams.
@Suite struct StreamTests {
    private static func plan(_ config: JSON = [:], _ more: JSONObject = [:]) throws -> WorkflowPlan
    {
        var reader: JSONObject = [
            "id": "sums", "type": "stream", "stream": ["from": "source"],
        ]
        reader.merge(more)
        return try TestPlan.compile([
            "config": config, "tasks": [TestPlan.command("source"), .object(reader)],
        ])
    }

    private static func reading(_ run: borrowing TestRun) throws -> TaskAttempt {
        try #require(run.executing.first { $0.taskID == "sums" })
    }

    @Test func `a reader runs beside its writer, even where one task may run at once`() throws {
        var run = TestRun(try Self.plan(["maxParallel": 1]))
        run.send(.start)
        run.acknowledgeAll()
        #expect(run.executingIDs == ["source", "sums"])
        #expect(run.executing[0].streamReaders == ["sums"])
        #expect(run.executing[1].streamSource == "source")
        #expect(run.executing[1].streamReaders == nil)
        #expect(run.executing[1].stream?.source == "source")
    }

    /// The writer would wait for the place of its reader, and that for the writer.
    @Test func `a reader takes no place from its writer, which is tried again`() throws {
        let retry: JSON = ["maxAttempts": 2, "initialInterval": "1s"]
        let plan = try TestPlan.compile([
            "config": ["maxParallel": 1],
            "tasks": [
                TestPlan.command("source", ["retryPolicy": retry]),
                ["id": "sums", "type": "stream", "stream": ["from": "source"]],
            ],
        ])
        var run = TestRun(plan)
        run.send(.start)
        run.acknowledgeAll()
        try run.fail("source")
        run.acknowledgeAll()
        try run.fireTimer()
        run.acknowledgeAll()
        #expect(run.executingIDs.sorted() == ["source", "sums"])
        try run.succeed("source")
        try run.succeed("sums")
        run.acknowledgeAll()
        #expect(run.finished == .completed)
    }

    @Test func `a reader takes no place from its writer in a container, nor after a crash`()
        throws
    {
        let plan = try TestPlan.compile([
            "tasks": [
                [
                    "id": "each", "type": "parallel", "maxParallel": 1,
                    "tasks": [
                        TestPlan.command(
                            "source", ["retryPolicy": ["maxAttempts": 3, "initialInterval": "1s"]]),
                        ["id": "sums", "type": "stream", "stream": ["from": "source"]],
                    ],
                ]
            ]
        ])
        var run = TestRun(plan)
        run.send(.start)
        run.acknowledgeAll()
        try run.fail("each.source")
        run.acknowledgeAll()
        var rebuilt = try TestRun(resuming: run.stored, plan, at: run.now)
        rebuilt.send(.start)
        rebuilt.acknowledgeAll()
        try rebuilt.fireTimer()
        rebuilt.acknowledgeAll()
        #expect(rebuilt.executingIDs.sorted() == ["each.source", "each.sums"])
    }

    /// Its end was told before the launch, and is not told again.
    @Test(arguments: [false, true])
    func `a writer waits for no reader that ended while its attempt was being stored`(
        isPaused: Bool
    ) throws {
        let retry: JSON = ["maxAttempts": 2, "initialInterval": "1s"]
        let plan = try TestPlan.compile([
            "tasks": [
                TestPlan.command("source", ["retryPolicy": retry]),
                [
                    "id": "sums", "type": "stream", "stream": ["from": "source"],
                    "onFailure": "Continue",
                ],
            ]
        ])
        var run = TestRun(plan)
        run.send(.start)
        run.acknowledgeAll()
        try run.fail("source")
        run.acknowledgeAll()
        try run.fireTimer()
        #expect(run.executingIDs == ["sums"])
        if isPaused {
            run.send(.desiredStateChanged(.paused))
            run.acknowledgeAll()
        }
        try run.fail("sums", isRetryable: false)
        #expect(run.streamsReleased == ["source sums"])
        run.acknowledgeAll()
        if isPaused {
            run.send(.desiredStateChanged(.running))
            run.acknowledgeAll()
        }
        let writer = try #require(run.executing.first { $0.taskID == "source" })
        #expect(writer.reference.attempt == 2)
        #expect(writer.streamReaders == [])
    }

    @Test func `both are told when a stream is over, and again after a crash`() throws {
        let plan = try Self.plan()
        var run = TestRun(plan)
        run.send(.start)
        run.acknowledgeAll()
        try run.succeed("source")
        #expect(run.streamsEnded == ["source": true])
        run.acknowledgeAll()
        var rebuilt = try TestRun(resuming: run.stored, plan, at: run.now)
        rebuilt.send(.start)
        #expect(rebuilt.streamsEnded == ["source": true])
        rebuilt.acknowledgeAll()
        try rebuilt.succeed("sums")
        #expect(rebuilt.streamsReleased == ["source sums"])
        rebuilt.acknowledgeAll()
        #expect(rebuilt.finished == .completed)
    }

    @Test func `a stream whose writer fails is over and not complete`() throws {
        let plan = try TestPlan.compile([
            "tasks": [
                TestPlan.command("source", ["onFailure": "Continue"]),
                ["id": "sums", "type": "stream", "stream": ["from": "source"]],
            ]
        ])
        var run = TestRun(plan)
        run.send(.start)
        run.acknowledgeAll()
        try run.fail("source")
        #expect(run.streamsEnded == ["source": false])
    }

    @Test func `what an attempt reports is stored at once, and it is told when it is`() throws {
        var run = TestRun(try Self.plan())
        run.send(.start)
        run.acknowledgeAll()
        let attempt = try Self.reading(run)
        run.send(.attemptProgressed(attempt.reference, ["next": 10, "windows": [["a": nil]]]))
        #expect(run.progressStored.isEmpty)
        let pending = try run.pendingWrite()
        #expect(pending.status["tasks"]?["sums"]?["progress"]?["next"] == 10)
        run.acknowledge()
        #expect(run.progressStored == [attempt.reference])
        run.acknowledgeAll()
        #expect(run.progressStored == [attempt.reference])
    }

    @Test func `a report whose write fails is told of when the next one is stored`() throws {
        var run = TestRun(try Self.plan())
        run.send(.start)
        run.acknowledgeAll()
        let attempt = try Self.reading(run)
        run.send(.attemptProgressed(attempt.reference, ["next": 10]))
        let sequence = try run.pendingWrite().sequence
        run.write = nil
        run.send(.checkpointFailed(sequence: sequence, retryAfter: .milliseconds(50)))
        #expect(run.progressStored.isEmpty)
        try run.fireTimer()
        run.acknowledge()
        #expect(run.progressStored == [attempt.reference])
        #expect(run.stored["tasks"]?["sums"]?["progress"]?["next"] == 10)
    }

    @Test func `law 11: after a crash and after a failure the next attempt goes on`() throws {
        let plan = try Self.plan([:], ["retryPolicy": ["maxAttempts": 3, "initialInterval": "1s"]])
        var run = TestRun(plan)
        run.send(.start)
        run.acknowledgeAll()
        let progress: JSONObject = ["next": 10, "recent": [["deep": nil], "text"], "windows": []]
        run.send(.attemptProgressed(try Self.reading(run).reference, progress))
        run.acknowledgeAll()

        var rebuilt = try TestRun(resuming: run.stored, plan, at: run.now)
        var status = rebuilt.machine.statusJSON()
        status["inputs"] = run.stored["inputs"]
        #expect(status == run.stored)
        rebuilt.send(.start)
        rebuilt.acknowledgeAll()
        let second = try Self.reading(rebuilt)
        #expect(second.reference.attempt == 2)
        #expect(second.progress == progress)

        rebuilt.send(.attemptProgressed(second.reference, ["next": 20]))
        rebuilt.acknowledgeAll()
        try rebuilt.fail("sums")
        rebuilt.acknowledgeAll()
        try rebuilt.fireTimer()
        rebuilt.acknowledgeAll()
        let third = try Self.reading(rebuilt)
        #expect(third.progress == ["next": 20])
        try rebuilt.succeed("sums", ["total": 7])
        rebuilt.acknowledgeAll()
        #expect(rebuilt.stored["tasks"]?["sums"]?["progress"] == nil)
    }

    @Test func `late reports change nothing, and those too large end the task`() throws {
        var run = TestRun(try Self.plan())
        run.send(.start)
        run.acknowledgeAll()
        let attempt = try Self.reading(run)
        run.send(
            .attemptProgressed(
                AttemptReference(task: attempt.reference.task, attempt: 7), ["next": 1]))
        #expect(run.write == nil)
        let text = JSON.string(String(repeating: "x", count: 70_000))
        run.send(.attemptProgressed(attempt.reference, ["recent": [text]]))
        #expect(run.phase(of: "sums") == .failed)
        run.acknowledgeAll()
        #expect(run.stopping.contains(attempt.reference))
        #expect(run.status(of: "sums")["error"]?["type"] == "CheckpointFull")
        run.send(.attemptFinished(attempt.reference, .cancelled))
        try run.end("source", .cancelled)
        run.acknowledgeAll()
        #expect(run.finished == .failed)
    }

    @Test func `the room of a report is given back`() throws {
        var limits = TestRun.limits
        limits.statusBytes = 40_000
        var run = TestRun(try Self.plan(), limits: limits)
        run.send(.start)
        run.acknowledgeAll()
        let attempt = try Self.reading(run)
        let text = JSON.string(String(repeating: "x", count: 25_000))
        for number in 0..<20 {
            run.send(
                .attemptProgressed(
                    attempt.reference, ["next": .integer(Int64(number)), "recent": [text]]))
            run.acknowledgeAll()
        }
        #expect(run.phase(of: "sums") == .running)
        try run.succeed("sums", ["result": text])
        #expect(run.phase(of: "sums") == .completed)
    }
}

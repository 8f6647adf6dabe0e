import Engine
import Testing
import Values
import Workflows

@Suite struct SchedulingTests {
    @Test func `a run of one command costs two writes`() throws {
        var run = TestRun(try TestPlan.make([TestTask("a")]))
        run.send(.start)
        #expect(run.executing.isEmpty)
        #expect(run.write?.status["tasks"]?["a"]?["phase"] == "Launching")
        run.acknowledge()
        #expect(run.executingIDs == ["a"])
        #expect(run.write == nil)
        #expect(run.phase(of: "a") == .running)
        try run.succeed("a", ["stdout": "hello"])
        #expect(run.write?.status["phase"] == "Completed")
        #expect(run.finished == nil)
        run.acknowledge()
        #expect(run.finished == .completed)
        #expect(run.writes == 2)
        #expect(run.stored["tasks"]?["a"]?["outputs"]?["stdout"] == "hello")
        #expect(run.stored["progress"] == "1/1")
        #expect(run.machine.isFinished == true)
    }

    @Test func `a run of a hundred pure tasks costs at most two writes`() throws {
        let tasks = (0..<100).map {
            TestTask(
                "t\($0)", type: "transform", after: $0 == 0 ? [] : ["t\($0 - 1)"],
                inputs: ["n": .integer(Int64($0))])
        }
        var run = TestRun(try TestPlan.make(tasks))
        run.send(.start)
        run.acknowledgeAll()
        #expect(run.finished == .completed)
        #expect(run.writes <= 2)
        #expect(run.stored["tasks"]?["t99"]?["outputs"]?["n"] == 99)
        #expect(run.stored["progress"] == "100/100")
    }

    @Test func `a task starts when the last of its dependencies has ended`() throws {
        var run = TestRun(
            try TestPlan.make([
                TestTask("a"), TestTask("b"), TestTask("c", after: ["a", "b"]),
            ]))
        run.send(.start)
        run.acknowledgeAll()
        #expect(run.executingIDs == ["a", "b"])
        try run.succeed("b")
        run.acknowledgeAll()
        #expect(run.executingIDs == ["a"])
        #expect(run.phase(of: "c") == .pending)
        try run.succeed("a")
        run.acknowledgeAll()
        #expect(run.executingIDs == ["c"])
    }

    @Test func `no more attempts are active than the workflow allows, lowest index first`() throws {
        let tasks = (0..<5).map { TestTask("t\($0)") }
        var run = TestRun(try TestPlan.make(tasks, maxParallel: 2))
        run.send(.start)
        run.acknowledgeAll()
        #expect(run.executingIDs == ["t0", "t1"])
        #expect(run.phase(of: "t2") == .ready)
        try run.succeed("t1")
        run.acknowledgeAll()
        #expect(run.executingIDs == ["t0", "t2"])
        #expect(run.machine.activeAttempts == 2)
    }

    @Test func `what changes while a write is under way goes with the next, in one`() throws {
        var run = TestRun(try TestPlan.make((0..<4).map { TestTask("t\($0)") }))
        run.send(.start)
        run.acknowledge()
        try run.succeed("t0")
        #expect(run.write != nil)
        let before = run.writes
        try run.succeed("t1")
        try run.succeed("t2")
        #expect(run.writes == before)
        run.acknowledge()
        #expect(run.writes == before + 1)
        #expect(run.write?.status["tasks"]?["t1"]?["phase"] == "Completed")
        #expect(run.write?.status["tasks"]?["t2"]?["phase"] == "Completed")
    }

    @Test func `the patches add up to the whole status`() throws {
        var run = TestRun(
            try TestPlan.make([
                TestTask("a", retry: RetryPolicy(maxAttempts: 3)),
                TestTask("b", after: ["a"], condition: "false"), TestTask("c", after: ["a"]),
            ]))
        run.send(.start)
        run.acknowledgeAll()
        try run.fail("a")
        run.acknowledgeAll()
        try run.fireTimer()
        try run.runToEnd { _ in .succeeded(outputs: ["x": 1]) }
        var status = run.stored
        status["inputs"] = nil
        #expect(status == run.machine.statusJSON())
    }

    @Test func `the first patch names every task`() throws {
        var run = TestRun(
            try TestPlan.make([TestTask("a"), TestTask("b", after: ["a"])]))
        run.send(.start)
        #expect(run.write?.status["tasks"]?["b"] == ["phase": "Pending"])
    }

    @Test func `inputs and conditions see what they refer to`() throws {
        var run = TestRun(
            try TestPlan.make(
                [
                    TestTask("a"),
                    TestTask(
                        "b", reading: ["a"],
                        inputs: [
                            "text": "${{ tasks.a.outputs.n }} for ${{ workflow.inputs.who }}",
                            "number": "${{ tasks.a.outputs.n }}", "run": "${{ run.name }}",
                            "phase": "${{ tasks.a.phase }}",
                        ], condition: "tasks.a.outputs.n > 1"),
                ],
                outputs: [("sum", "${{ tasks.a.outputs.n + 1 }}", nil)]),
            inputs: ["who": "you"])
        run.send(.start)
        run.acknowledgeAll()
        try run.succeed("a", ["n": 2])
        run.acknowledgeAll()
        let attempt = try #require(run.executing.first)
        #expect(
            attempt.inputs == [
                "text": "2 for you", "number": 2, "run": "run-1", "phase": "Completed",
            ]
        )
        try run.succeed("b")
        run.acknowledgeAll()
        #expect(run.stored["outputs"] == ["sum": 3])
    }

    @Test func `a run without tasks completes`() throws {
        var run = TestRun(try TestPlan.make([]))
        run.send(.start)
        run.acknowledgeAll()
        #expect(run.finished == .completed)
    }

    @Test func `an output without a value takes its fallback`() throws {
        var run = TestRun(
            try TestPlan.make(
                [TestTask("a", condition: "false")],
                outputs: [("x", "${{ tasks.a.outputs.n }}", "none")]))
        run.send(.start)
        run.acknowledgeAll()
        #expect(run.finished == .completed)
        #expect(run.stored["outputs"] == ["x": "none"])
    }

    @Test func `an output without a value and without a fallback fails the run`() throws {
        var run = TestRun(
            try TestPlan.make(
                [TestTask("a", condition: "false")],
                outputs: [("x", "${{ tasks.a.outputs.n }}", nil)]))
        run.send(.start)
        run.acknowledgeAll()
        #expect(run.finished == .failed)
        #expect(run.stored["reason"] == "OutputFailed")
        #expect(run.stored["message"]?.stringValue?.contains("'x'") == true)
    }

    @Test func `outputs that hold null come back from a status as they were`() throws {
        let plan = try TestPlan.make([TestTask("a"), TestTask("b", after: ["a"])])
        var run = TestRun(plan)
        run.send(.start)
        run.acknowledgeAll()
        let given: JSONObject = ["json": ["next": nil, "list": [nil, 1]], "none": nil, "n": 1]
        try run.succeed("a", given)
        run.acknowledgeAll()
        var again = try TestRun(resuming: run.stored, plan, at: run.now)
        #expect(again.machine.statusJSON()["tasks"]?["a"] == run.status(of: "a"))
        again.send(.start)
        #expect(again.machine.outputs(ofTask: "a") == given)
    }
}

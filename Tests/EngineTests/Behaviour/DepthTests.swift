import Engine
import Testing
import Values
import Workflows

/// Values that nest so deep that API servers refuse them, or nobody can read the lists they are in.
@Suite struct DepthTests {
    /// A value of as many levels.
    private static func nested(_ levels: Int) -> JSON {
        (0..<levels).reduce("x") { value, _ in [value] }
    }

    @Test func `outputs that nest too deep fail their task for good, and say so`() throws {
        let plan = try TestPlan.make([TestTask("a", retry: RetryPolicy(maxAttempts: 3))])
        var run = TestRun(plan)
        run.send(.start)
        run.acknowledgeAll()
        try run.succeed("a", ["json": Self.nested(510)])
        run.acknowledgeAll()
        #expect(run.finished == .failed)
        let task = try #require(run.stored["tasks"]?["a"])
        #expect(task["error"]?["type"] == "OutputTooDeep")
        #expect(task["error"]?["message"]?.stringValue?.contains("64 levels") == true)
        #expect(!run.stored.nests(deeperThan: 16))
    }

    @Test func `outputs as deep as may be are kept`() throws {
        var run = TestRun(try TestPlan.make([TestTask("a")]))
        run.send(.start)
        run.acknowledgeAll()
        try run.succeed("a", ["json": Self.nested(63)])
        run.acknowledgeAll()
        #expect(run.finished == .completed)
        #expect(run.stored["tasks"]?["a"]?["outputs"]?["json"] == Self.nested(63))
    }

    @Test func `law 38, UpgradeSafe: what a loop gave before there was a bound stays`() throws {
        let plan = try TestPlan.compile([
            "tasks": [
                [
                    "id": "each", "type": "map", "items": ["x"],
                    "tasks": [TestPlan.command("t")],
                    "result": [[[["${{ tasks.t.outputs.json }}"]]]],
                ]
            ]
        ])
        var limits = TestRun.limits
        limits.valueDepth = 200
        var run = TestRun(plan, limits: limits)
        run.send(.start)
        run.acknowledgeAll()
        try run.succeed("each[0].t", ["json": Self.nested(62)])
        run.acknowledgeAll()
        #expect(run.finished == .completed)
        let rebuilt = try TestRun(resuming: run.stored, plan, at: run.now)
        let outputs = rebuilt.machine.outputs(ofTask: "each")
        #expect(outputs == run.machine.outputs(ofTask: "each"))
        #expect(outputs?["count"] == 1)
        // Under the bound it fails, before and after a crash.
        var bounded = TestRun(plan)
        bounded.send(.start)
        bounded.acknowledgeAll()
        try bounded.succeed("each[0].t", ["json": Self.nested(62)])
        bounded.acknowledgeAll()
        #expect(bounded.finished == .failed)
    }

    @Test func `outputs by hand that nest too deep are refused, and the task goes on`() throws {
        var run = TestRun(try TestPlan.make([TestTask("a")]))
        run.send(.start)
        run.acknowledgeAll()
        run.send(.operation(id: "1", .setOutputs("a", ["json": Self.nested(64)])))
        run.acknowledgeAll()
        #expect(run.stored["operations"]?["1"]?["result"] == "Refused")
        #expect(run.stored["operations"]?["1"]?["message"]?.stringValue?.contains("deep") == true)
        #expect(run.stored["tasks"]?["a"]?["phase"] == "Running")
    }

    @Test func `progress that nests too deep ends the attempt for good`() throws {
        var run = TestRun(try TestPlan.make([TestTask("a")]))
        run.send(.start)
        run.acknowledgeAll()
        let reference = try #require(run.executing.first).reference
        run.send(.attemptProgressed(reference, ["state": Self.nested(64)]))
        run.acknowledgeAll()
        #expect(run.stored["tasks"]?["a"]?["error"]?["type"] == "OutputTooDeep")
        #expect(!run.stored.nests(deeperThan: 16))
    }

    @Test func `outputs of the run that nest too deep fail it`() throws {
        let spec: JSON = [
            "tasks": [TestPlan.command("a")],
            "outputs": ["all": ["value": ["a": ["b": "${{ tasks.a.outputs }}"]]]],
        ]
        var run = TestRun(try TestPlan.compile(spec))
        run.send(.start)
        run.acknowledgeAll()
        try run.succeed("a", ["json": Self.nested(63)])
        run.acknowledgeAll()
        #expect(run.finished == .failed)
        #expect(run.stored["reason"] == "OutputFailed")
        #expect(run.stored["outputs"] == nil)
    }

    @Test(arguments: [false, true])
    func `a loop whose values grow with each iteration fails before they are too deep`(
        isReduced: Bool
    ) throws {
        var loop: JSON = [
            "id": "loop", "type": "loop", "items": .array((0..<100).map { .integer($0) }),
            "tasks": [
                ["id": "t", "type": "transform", "inputs": ["x": "${{ index }}"]]
            ],
        ]
        if isReduced {
            loop["aggregate"] = [
                "mode": "reduce", "initial": 0, "value": ["deeper": "${{ accumulator }}"],
            ]
        } else {
            loop["result"] = ["deeper": "${{ previous }}"]
        }
        var run = TestRun(try TestPlan.compile(["tasks": [loop]]))
        run.send(.start)
        run.acknowledgeAll()
        #expect(run.finished == .failed)
        let message = run.stored["tasks"]?["loop"]?["error"]?["message"]?.stringValue ?? ""
        #expect(message.contains("64 levels"), "\(message)")
    }
}

import Engine
import Testing
import Values
import Workflows

/// What users do to runs that are under way, and what earlier tries leave for later ones.
@Suite struct OperationTests {
    private let spec: JSON = [
        "tasks": [
            TestPlan.command(
                "a", ["retryPolicy": ["maxAttempts": 9, "initialInterval": "1h"]]),
            TestPlan.command("b", ["dependsOn": ["a"]]),
            [
                "id": "c", "type": "transform", "dependsOn": ["b"],
                "inputs": ["x": "${{ tasks.b.outputs.stdout }}"],
            ],
        ]
    ]

    private func begin() throws -> ScopedRun {
        var run = ScopedRun(try TestPlan.compile(spec), outcome: Outcomes.path)
        run.acknowledge()
        return run
    }

    @Test func `a retry is made now where a user asks`() throws {
        var run = try begin()
        try run.run.fail("a")
        run.acknowledge()
        run.send(.operation(id: "1", .retryTask("a")))
        while run.run.write != nil { run.acknowledge() }
        #expect(run.run.executing.first?.reference.attempt == 2)
        #expect(run.run.stored["operations"]?["1"]?["message"] == "task 'a' is tried again")
    }

    @Test func `a task that runs is skipped or set by hand, and its attempt stopped`() throws {
        var run = try begin()
        run.send(.operation(id: "1", .setOutputs("a", ["stdout": "hand"])))
        #expect(run.run.stopping.isEmpty)
        while run.run.write != nil { run.acknowledge() }
        #expect(run.run.stopping.count == 1)
        #expect(run.phases["a"] == "Completed")
        #expect(run.entries["a"]?["reason"] == "SetByUser")
        run.send(.operation(id: "2", .skipTask("b")))
        try run.finish()
        run.report("skip")
        #expect(run.phases["b"] == "Skipped")
        #expect(run.entries["c"]?["reason"] == "MissingOutput")
        #expect(run.run.finished == .completed)
    }

    @Test func `outputs that are not what the task declares are refused, and those that are taken`()
        throws
    {
        let spec: JSON = [
            "tasks": [
                TestPlan.command("a", ["outputs": ["score": "number", "label": "string"]]),
                TestPlan.command("b", ["dependsOn": ["a"]]),
            ]
        ]
        var run = ScopedRun(try TestPlan.compile(spec), outcome: Outcomes.path)
        run.acknowledge()
        run.send(.operation(id: "1", .setOutputs("a", ["score": "high", "label": "x"])))
        run.send(.operation(id: "2", .setOutputs("a", ["score": 1])))
        run.send(.operation(id: "3", .setOutputs("a", nil)))
        while run.run.write != nil { run.acknowledge() }
        func kept(_ id: String) -> JSON? { run.run.stored["operations"]?[id] }
        #expect(kept("1")?["result"] == "Refused")
        let message = kept("1")?["message"]?.stringValue ?? ""
        #expect(
            message.contains("'score' is declared as a number, and \"high\" is given"), "\(message)"
        )
        #expect(kept("2")?["message"]?.stringValue?.contains("'label'") == true)
        #expect(kept("3")?["message"]?.stringValue?.contains("no outputs are given") == true)
        #expect(run.phases["a"] != "Completed")
        run.send(.operation(id: "4", .setOutputs("a", ["score": 1, "label": "x"])))
        while run.run.write != nil { run.acknowledge() }
        #expect(run.phases["a"] == "Completed")
    }

    @Test func `what is not possible is refused, with from, to and why, and kept`() throws {
        var run = try begin()
        run.send(.operation(id: "1", .retryTask("a")))
        run.send(.operation(id: "2", .skipTask("nobody")))
        run.send(.operation(id: "3", .resolveInDoubt("b", .fail)))
        run.send(.operation(id: "4", .skipTask("")))
        while run.run.write != nil { run.acknowledge() }
        let kept = run.run.stored["operations"]
        #expect(kept?["1"]?["result"] == "Refused")
        #expect(
            kept?["1"]?["message"]?.stringValue?.hasPrefix(
                "task 'a' cannot go from Running to Ready: ") == true)
        #expect(kept?["2"]?["message"] == "the run has no task 'nobody'")
        #expect(kept?["4"]?["message"] == "the request names no task")
        #expect(kept?["3"]?["result"] == "Refused")
        try run.finish()
        #expect(run.run.finished == .completed)
    }

    @Test func `an operation takes effect once, also across a crash`() throws {
        var run = try begin()
        try run.run.fail("a")
        run.acknowledge()
        run.send(.operation(id: "1", .retryTask("a")))
        while run.run.write != nil { run.acknowledge() }
        try run.run.fail("a")
        while run.run.write != nil { run.acknowledge() }
        run = try ScopedRun(crashed: run, status: run.run.stored)
        run.send(.operation(id: "1", .retryTask("a")))
        while run.run.write != nil { run.acknowledge() }
        #expect(run.phases["a"] == "Retrying")
    }

    @Test func `operations beyond those that a run answers are refused, and that is kept and told`()
        throws
    {
        var run = try begin()
        for number in 0..<140 {
            run.send(.operation(id: "\(number)", .checkpoint(label: "x")))
            while run.run.write != nil { run.acknowledge() }
        }
        let kept = run.run.stored["operations"]?.objectValue ?? [:]
        #expect(kept.count == OperationRecord.maximumKept)
        #expect(kept.filter { $0.value["result"] == "Done" }.count == 64)
        #expect(kept["63"]?["result"] == "Done")
        #expect(kept["64"]?["result"] == "Refused")
        #expect(
            kept["64"]?["message"] == "the run has heard 64 operations, and does no more")
        // Also those that there is no room for are told of.
        let refused = run.run.notices.filter { $0.reason == "OperationRefused" }
        #expect(refused.count == 140 - 64)
        #expect(refused.last?.message.hasSuffix("(139)") == true)
        let rebuilt = try RunMachine(
            resuming: run.run.stored, plan: run.plan, identity: TestRun.identity)
        #expect(rebuilt.statusJSON()["operations"] == run.run.stored["operations"])
    }

    @Test func `an operation that the status has no room for is refused, and told of`() throws {
        var limits = ScopedRun.limits
        limits.statusBytes = 8 << 10
        var run = ScopedRun(try TestPlan.compile(spec), limits: limits, outcome: Outcomes.path)
        run.acknowledge()
        for number in 0..<40 {
            run.send(.operation(id: "\(number)", .checkpoint(label: "x")))
            while run.run.write != nil { run.acknowledge() }
        }
        let kept = run.run.stored["operations"]?.objectValue?.count ?? 0
        #expect(kept < 40)
        let refused = run.run.notices.filter { $0.reason == "OperationRefused" }
        #expect(refused.count == 40 - kept)
        #expect(refused.first?.message.contains("no room") == true)
    }

    @Test func `a checkpoint is stored at once`() throws {
        var run = try begin()
        run.send(.operation(id: "1", .checkpoint(label: "before")))
        #expect(run.run.write != nil)
        run.acknowledge()
        #expect(
            run.run.stored["operations"]?["1"]?["message"]?.stringValue?.contains("'before'")
                == true)
    }
}

import Engine
import Testing
import Values
import Workflows

/// Checkpoints that one status has no room for.
@Suite struct ShardTests {
    private let limits: RunLimits = {
        var limits = RunLimits(interruptions: 1000, statusLag: nil)
        limits.maximumShards = 64
        return limits
    }()

    private func map(_ count: Int, _ type: String = "transform") throws -> WorkflowPlan {
        try TestPlan.compile([
            "tasks": [
                [
                    "id": "all", "type": "map", "items": .integer(Int64(count)),
                    "maxParallel": 50,
                    "tasks": [
                        type == "transform"
                            ? ["id": "t", "type": "transform", "inputs": ["n": "${{ item * 2 }}"]]
                            : TestPlan.command("t")
                    ],
                ],
                [
                    "id": "sum", "type": "transform",
                    "inputs": ["n": "${{ size(tasks.all.outputs.results) }}"],
                ],
            ]
        ])
    }

    @Test func `a map of ten thousand items completes, in shards, and is rebuilt`() throws {
        let plan = try map(10_000)
        var run = TestRun(plan, limits: limits)
        run.send(.start)
        run.acknowledgeAll()
        #expect(run.finished == .completed)
        #expect(run.stored.bytes.count < 256 << 10)
        #expect(run.shards.count > 10)
        #expect(run.shards.values.allSatisfy { $0.bytes.count < 600 << 10 })
        let entries = ScopedRun.entries(run.stored, run.shards)
        #expect(entries["sum"]?["outputs"]?["n"] == 10_000)
        #expect(entries["all[9999].t"]?["outputs"]?["n"] == 19_998)
        let again = try TestRun(
            resuming: run.stored, shards: run.shards, plan, limits: limits, at: run.now)
        #expect(again.machine.outputs(ofTask: "all")?["results"]?[7]?["n"] == 14)
    }

    @Test func `a shard that is newer than its status is taken back to it`() throws {
        let plan = try map(120, "command")
        var small = limits
        small.statusBytes = 70 << 10
        small.shardBytes = 75 << 10
        var run = ScopedRun(plan, limits: small, outcome: Outcomes.path)
        for _ in 0..<140 { _ = try run.step() }
        while run.run.write == nil { _ = try run.step() }
        // The shards of the write under way are stored, and its status is not.
        let before = run.entries
        let torn = run.run.shards.values.contains {
            $0["sequence"] != $0["undo"]?[0]?["sequence"]
        }
        #expect(torn)
        run = try ScopedRun(crashed: run, status: run.run.stored)
        for (path, entry) in before where entry["phase"] == "Completed" {
            #expect(run.run.machine.phase(ofTask: path) == .completed)
        }
        try run.finish()
        run.report("torn")
        #expect(run.run.finished == .completed)
    }

    @Test func `a shard that cannot be what the status means is refused`() throws {
        let plan = try map(2000)
        var run = TestRun(plan, limits: limits)
        run.send(.start)
        run.acknowledgeAll()
        var shards = run.shards
        shards[1]?["sequence"] = 999
        shards[1]?["undo"] = nil
        #expect(throws: CheckpointError.self) {
            _ = try RunMachine(
                resuming: run.stored, shards: shards, plan: plan, identity: TestRun.identity,
                limits: limits)
        }
        shards[1] = nil
        #expect(throws: CheckpointError.self) {
            _ = try RunMachine(
                resuming: run.stored, shards: shards, plan: plan, identity: TestRun.identity,
                limits: limits)
        }
    }

    @Test func `tasks of the workflow itself go into shards where the status has no room`() throws {
        let tasks = (0..<1500).map {
            TestTask("task-\($0)", type: $0 == 0 ? "command" : "transform", inputs: ["n": 1])
        }
        let plan = try TestPlan.make(tasks)
        var run = TestRun(plan, limits: limits)
        run.send(.start)
        try run.runToEnd { _ in .succeeded(outputs: [:]) }
        #expect(run.finished == .completed)
        #expect(ScopedRun.entries(run.stored, run.shards).count == 1500)
        #expect(run.shards.count > 1)
    }

    @Test func `law 28: what all shards have no room for is refused before any of it runs`() throws
    {
        var small = limits
        small.maximumShards = 3
        let plan = try map(10_000, "command")
        var run = ScopedRun(plan, limits: small, outcome: Outcomes.path)
        try run.finish()
        run.report("too large")
        #expect(run.run.finished == .failed)
        #expect(run.entries["all"]?["error"]?["type"] == "CheckpointFull")
        #expect(run.observer.launches == 0)
    }
}

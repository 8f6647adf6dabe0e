import Engine
import Testing
import Values
import Workflows

/// Statuses are objects that anybody may edit: whatever a number in one says, the run is taken up or
/// refused, and no process is stopped or kept busy by it.
@Suite struct StoredNumberLawTests {
    private static let numbers: [JSON] = [
        0, -1, 1, 9, 1_048_576, 2_147_483_647, .integer(.max), .double(1e308), nil,
    ]

    private static let counts = ["attempt", "interruptions", "fallback", "order"]

    /// What there is to count: attempts, interruptions, fallbacks, ends in order, bodies of containers
    /// of two attempts, iterations, shards.
    private let spec: JSON = [
        "config": ["timeout": "1h"],
        "tasks": [
            TestPlan.command(
                "charge",
                ["compensation": ["type": "command", "inputs": ["command": ["refund"]]]]),
            TestPlan.command("other", ["fallback": [["value": ["stdout": "x"]]]]),
            [
                "id": "group", "type": "parallel", "dependsOn": ["charge"],
                "retryPolicy": ["maxAttempts": 3, "initialInterval": "1s"],
                "tasks": [TestPlan.command("in")],
            ],
            [
                "id": "each", "type": "map", "items": ["a", "b", "c"], "dependsOn": ["other"],
                "tasks": [TestPlan.command("t")],
            ],
            TestPlan.command("bad", ["dependsOn": ["group", "each"], "onFailure": "Rollback"]),
        ],
        "finally": [TestPlan.command("clean")],
    ]

    private let limits: RunLimits = {
        var limits = TestRun.limits
        limits.maximumShards = 8
        return limits
    }()

    private func outcome(_ attempt: TaskAttempt) -> AttemptOutcome {
        switch attempt.taskID {
        case "group.in", "other", "bad": .failed(.invalid("no"))
        default: .succeeded(outputs: ["stdout": "x"])
        }
    }

    /// The statuses that the run stores on its way.
    private func statuses(_ plan: WorkflowPlan) throws -> [JSON] {
        var run = TestRun(plan, limits: limits)
        run.send(.start)
        try run.runToEnd(outcome)
        return run.history
    }

    /// The places of numbers in a status, and where the engine would read one.
    private func places(in status: JSON) -> [[String]] {
        var places = [["checkpoint", "sequence"], ["checkpoint", "shardSequences", "1"]]
        for (path, entry) in status["tasks"]?.objectValue ?? [:] {
            places += Self.counts.map { ["tasks", path, $0] }
            if entry["iterations"] != nil {
                places += ["completed", "failed", "total"].map {
                    ["tasks", path, "iterations", $0]
                }
            }
        }
        return places
    }

    private func edited(_ status: JSON, at place: [String], _ number: JSON) -> JSON {
        var patch = number
        for name in place.reversed() { patch = .object([name: patch]) }
        return status.merging(patch: patch)
    }

    /// Takes a status up and goes on with it for a while; false where it is refused.
    @discardableResult
    private func take(_ status: JSON, _ plan: WorkflowPlan) throws -> Bool {
        do {
            try goOn(
                TestRun(
                    resuming: status,
                    shards: [1: ["sequence": status["checkpoint"]?["sequence"] ?? 0]], plan,
                    limits: limits, at: TestRun.start + .seconds(10)))
            return true
        } catch is CheckpointError {
            return false
        }
    }

    private func goOn(_ taken: consuming TestRun) throws {
        var run = taken
        run.send(.start)
        for _ in 0..<30 where run.finished == nil {
            if run.write != nil {
                run.acknowledge()
            } else if let attempt = run.executing.first {
                run.executing.removeFirst()
                let isStopping = run.stopping.contains(attempt.reference)
                run.send(
                    .attemptFinished(
                        attempt.reference, isStopping ? .cancelled : outcome(attempt)))
            } else if run.timer != nil {
                try run.fireTimer()
            } else {
                break
            }
        }
    }

    @Test func `laws 11 and 31: any number anywhere in a status is taken or refused`() throws {
        let plan = try TestPlan.compile(spec)
        var taken = 0
        var refused = 0
        var tried: Set<String> = []
        for status in try statuses(plan) {
            for place in places(in: status) {
                for number in Self.numbers {
                    let edited = edited(status, at: place, number)
                    // The same of a task at rest, in one status after the other.
                    var about = edited
                    if place[0] == "tasks" { about = edited["tasks"]?[place[1]] ?? .null }
                    guard tried.insert("\(place) \(about.text)").inserted else { continue }
                    if try take(edited, plan) { taken += 1 } else { refused += 1 }
                }
            }
        }
        #expect(taken > 100)
        #expect(refused > 100)
    }

    @Test func `laws 11 and 31: several numbers at once are taken or refused, from a seed`() throws
    {
        let plan = try TestPlan.compile(spec)
        let statuses = try statuses(plan)
        var random = SplitMix(state: 44)
        for _ in 0..<300 {
            var status = statuses[random.below(statuses.count)]
            let places = places(in: status)
            for _ in 0..<(1 + random.below(4)) {
                status = edited(
                    status, at: places[random.below(places.count)],
                    Self.numbers[random.below(Self.numbers.count)])
            }
            try take(status, plan)
        }
    }

    private static let excesses: [(place: [String], number: Int64, reason: String)] = [
        (["tasks", "charge", "attempt"], 2_147_483_647, "at most 1048576 attempts"),
        (["tasks", "charge", "order"], 2_147_483_647, "tasks that can be undone"),
        (["tasks", "other", "order"], 1, "at most 0 tasks that can be undone"),
        (["tasks", "other", "fallback"], 9, "at most 1 fallbacks"),
        (["tasks", "group", "attempt"], 2_147_483_647, "at most 1048576 attempts"),
        (["checkpoint", "sequence"], .max, "no count"),
        (["checkpoint", "shardSequences", "1"], 4_000_000, "no number of a checkpoint"),
    ]

    @Test(arguments: excesses)
    func `a number over what there can be is refused, with its place and value`(
        place: [String], number: Int64, reason: String
    ) throws {
        let plan = try TestPlan.compile(spec)
        let status = try #require(try statuses(plan).last { $0["phase"] == "Running" })
        do {
            _ = try TestRun(
                resuming: edited(status, at: place, .integer(number)), plan, limits: limits,
                at: TestRun.start)
            Issue.record("it was taken")
        } catch let error as CheckpointError {
            #expect(error.description.contains(reason))
            #expect(error.description.contains(place.joined(separator: ".")))
            #expect(error.description.contains("\(number)"))
        }
    }

    @Test func `more iterations than a loop has are refused`() throws {
        let plan = try TestPlan.compile(spec)
        let status = try #require(try statuses(plan).last { $0["tasks"]?["each[2].t"] != nil })
        var edited = status
        edited[["tasks", "each[3].t"]] = status["tasks"]?["each[2].t"]
        #expect(throws: CheckpointError.self) {
            _ = try TestRun(resuming: edited, plan, limits: limits, at: TestRun.start)
        }
    }

    @Test func `a number of attempts does not say how long a container takes to be rebuilt`() throws
    {
        let plan = try TestPlan.compile(spec)
        let status = try #require(
            try statuses(plan).first { $0["tasks"]?["group#2.in"]?["phase"] != nil })
        // It runs, and nothing of that attempt is there.
        let edited = edited(status, at: ["tasks", "group", "attempt"], 1_048_576)
        #expect(try !take(edited, plan))
    }
}

/// Numbers that look random and follow from a seed.
private struct SplitMix {
    var state: UInt64

    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((value ^ (value >> 31)) % UInt64(bound))
    }
}

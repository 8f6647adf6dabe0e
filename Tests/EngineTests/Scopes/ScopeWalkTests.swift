import Engine
import TestSupport
import Testing
import Values
import Workflows

/// Definitions with everything in them, drawn from seeds, under everything at once: attempts that end
/// in any order, pauses, writes that are lost or whose answer is, and crashes.
///
/// Each must end as the same definition does when nothing goes wrong.
@Suite struct ScopeWalkTests {
    /// A definition whose end does not depend on the order in which attempts end: what fails lets the
    /// rest go on.
    private struct Maker {
        var random: SeededRandom
        var number = 0

        mutating func spec() -> JSON {
            var spec: JSONObject = ["tasks": .array(scope(depth: 0))]
            if random.chance(40) {
                spec["finally"] = [
                    TestPlan.command(
                        "last",
                        ["retryPolicy": ["maxAttempts": 3, "initialInterval": "1s"]])
                ]
            }
            return .object(spec)
        }

        mutating func scope(depth: Int) -> [JSON] {
            let count = Int.random(in: 1...(depth == 0 ? 4 : 3), using: &random)
            var ids: [String] = []
            return (0..<count).map { _ in
                number += 1
                let id = "t\(number)"
                var task = body(id, depth: depth)
                var after: [JSON] = []
                for earlier in ids where random.chance(35) {
                    after.append(
                        random.chance(70)
                            ? .string(earlier)
                            : [
                                "task": .string(earlier),
                                "when": random.chance(50) ? "Completion" : "Started",
                            ])
                }
                if !after.isEmpty { task["dependsOn"] = .array(after) }
                if after.count > 1 && random.chance(20) { task["join"] = "any" }
                if random.chance(10) { task["condition"] = "${{ 1 > 2 }}" }
                task["onFailure"] = "Continue"
                ids.append(id)
                return .object(task)
            }
        }

        private mutating func body(_ id: String, depth: Int) -> JSONObject {
            let roll = depth >= 2 ? 0 : Int.random(in: 0..<12, using: &random)
            var task: JSONObject = ["id": .string(id)]
            switch roll {
            case 6, 7:
                task["type"] = "parallel"
                task["tasks"] = .array(scope(depth: depth + 1))
                if random.chance(30) { task["maxParallel"] = 1 }
            case 8, 9:
                task["type"] = random.chance(50) ? "map" : "loop"
                task["items"] = .array(
                    (0..<Int.random(in: 0...3, using: &random)).map { .integer(Int64($0)) })
                task["tasks"] = .array(scope(depth: depth + 1))
                if random.chance(40) { task["maxParallel"] = 2 }
            case 10:
                task["type"] = "branch"
                task["on"] = "${{ run.name }}"
                task["cases"] = [["value": "run-1", "tasks": .array(scope(depth: depth + 1))]]
            case 11:
                task["type"] = "transform"
                task["inputs"] = ["n": 1]
            default:
                task["type"] = "command"
                task["inputs"] = ["command": ["true"]]
                task["retryPolicy"] = ["maxAttempts": 3, "initialInterval": "1s"]
                if random.chance(20) { task["fallback"] = [["value": ["stdout": "instead"]]] }
            }
            return task
        }
    }

    /// By its path an attempt succeeds, fails for good, or fails before it succeeds.
    private static let outcome: @Sendable (TaskAttempt) -> AttemptOutcome = { attempt in
        var hash: UInt64 = 7
        for byte in attempt.taskID.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        switch hash >> 20 % 5 {
        case 0: return .failed(.invalid("no"))
        case 1 where attempt.reference.attempt == 1:
            return .failed(TaskError(type: "Flaky", message: "not yet", isRetryable: true))
        default: return Outcomes.path(attempt)
        }
    }

    private struct Walk: ~Copyable {
        var random: SeededRandom
        var scoped: ScopedRun
        var ghosts: [AttemptReference] = []

        init(_ plan: WorkflowPlan, seed: UInt64, limits: RunLimits) {
            random = SeededRandom(seed: seed &* 77)
            scoped = ScopedRun(plan, limits: limits, outcome: ScopeWalkTests.outcome)
        }

        mutating func walk(steps: Int) throws {
            for _ in 0..<steps where scoped.run.finished == nil { try disturb() }
            if scoped.desired == .paused { scoped.send(.desiredStateChanged(.running)) }
            try scoped.finish()
        }

        private mutating func disturb() throws {
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<30 where scoped.run.write != nil: scoped.acknowledge()
            case 30..<60 where !scoped.run.executing.isEmpty:
                scoped.endAttempt(
                    at: Int.random(in: scoped.run.executing.indices, using: &random))
            case 60..<70: try scoped.fireTimer()
            case 70..<74: scoped.send(.timerFired)
            case 74..<80: scoped.loseWrite(isApplied: random.chance(50))
            case 80..<88:
                scoped.send(.desiredStateChanged(random.chance(50) ? .paused : .running))
            case 88..<97: try crash()
            default: scoped.send(.start)
            }
        }

        private mutating func crash() throws {
            let written = scoped.run.write?.status
            let status = random.chance(50) ? scoped.run.stored : written ?? scoped.run.stored
            scoped = try ScopedRun(
                crashed: scoped, status: status,
                after: .milliseconds(Int.random(in: 0...3000, using: &random)))
        }
    }

    @Test(arguments: 0..<4)
    func `laws 1, 4, 7, 9 to 14 and 28: no walk through scopes breaks them`(part: UInt64) throws {
        for seed in (part * 25)..<(part * 25 + 25) {
            var maker = Maker(random: SeededRandom(seed: seed))
            let spec = maker.spec()
            let plan = try TestPlan.compile(spec)
            var calm = ScopedRun(plan, outcome: ScopeWalkTests.outcome)
            try calm.finish()
            calm.report("seed \(seed), undisturbed, \(spec.text)")
            // Every second one with a status that holds little, so that most is in shards.
            var limits = ScopedRun.limits
            if seed % 2 == 1 {
                limits.statusBytes = 70 << 10
                limits.shardBytes = 67 << 10
            }
            var walk = Walk(plan, seed: seed, limits: limits)
            try walk.walk(steps: 150)
            if walk.scoped.run.finished != calm.run.finished
                || !spec.text.contains("\"any\"") && walk.scoped.phases != calm.phases
            {
                walk.scoped.observer.note(
                    "ended \(walk.scoped.phases), and undisturbed \(calm.phases)")
            }
            walk.scoped.report("seed \(seed), \(spec.text)")
        }
    }

    /// What fails here ends what it is in, so only the ends of the outermost tasks are compared.
    private static let worlds: [(name: String, spec: JSON)] = [
        (
            "a group that fails and is tried again",
            [
                "tasks": [
                    [
                        "id": "g", "type": "parallel",
                        "retryPolicy": ["maxAttempts": 2, "initialInterval": "1s"],
                        "tasks": [
                            TestPlan.command("ok"), TestPlan.command("bad", ["dependsOn": ["ok"]]),
                        ],
                    ],
                    TestPlan.command("after", ["dependsOn": ["g"]]),
                ]
            ]
        ),
        (
            "a map of two in a loop",
            [
                "tasks": [
                    [
                        "id": "l", "type": "loop", "items": [1, 2],
                        "tasks": [
                            [
                                "id": "m", "type": "map", "items": ["x", "y"],
                                "tasks": [TestPlan.command("c")],
                            ]
                        ],
                    ]
                ]
            ]
        ),
        (
            "a failure that is undone, and finally",
            [
                "tasks": [
                    TestPlan.command(
                        "one",
                        ["compensation": ["type": "command", "inputs": ["command": ["undo"]]]]),
                    TestPlan.command(
                        "two",
                        [
                            "dependsOn": ["one"],
                            "compensation": [
                                "type": "command", "inputs": ["command": ["undo"]],
                                "retryPolicy": ["maxAttempts": 2, "initialInterval": "1s"],
                            ],
                        ]),
                    TestPlan.command("bad", ["dependsOn": ["two"], "onFailure": "Rollback"]),
                ],
                "finally": [TestPlan.command("clean")],
            ]
        ),
        (
            "a body that is undone before its group is tried again",
            [
                "tasks": [
                    [
                        "id": "g", "type": "parallel", "onFailure": "Continue",
                        "retryPolicy": ["maxAttempts": 2, "initialInterval": "1s"],
                        "tasks": [
                            TestPlan.command(
                                "one",
                                [
                                    "compensation": [
                                        "type": "command", "inputs": ["command": ["undo"]],
                                    ]
                                ]),
                            TestPlan.command(
                                "bad", ["dependsOn": ["one"], "onFailure": "Rollback"]),
                        ],
                    ]
                ]
            ]
        ),
        (
            "a wait, an approval and a branch",
            [
                "tasks": [
                    ["id": "w", "type": "wait", "inputs": ["duration": "10s"]],
                    [
                        "id": "ask", "type": "approval", "dependsOn": ["w"],
                        "inputs": ["message": "go?", "approvers": ["ann"]],
                    ],
                    [
                        "id": "b", "type": "branch", "dependsOn": ["ask"],
                        "cases": [
                            [
                                "condition": "${{ run.name == 'run-1' }}",
                                "tasks": [TestPlan.command("c")],
                            ]
                        ],
                    ],
                ]
            ]
        ),
    ]

    private static let failing: @Sendable (TaskAttempt) -> AttemptOutcome = { attempt in
        attempt.taskID.hasSuffix("bad") && !attempt.taskID.contains("#2")
            || attempt.taskID == "two~compensation" && attempt.reference.attempt == 1
            ? .failed(TaskError(type: "Broken", message: "no", isRetryable: true))
            : Outcomes.path(attempt)
    }

    @Test(arguments: 0..<5)
    func `laws 1, 4, 7, 9 to 12: a crash at any step in any scope changes no end`(
        world: Int
    ) throws {
        let (name, spec) = ScopeWalkTests.worlds[world]
        let plan = try TestPlan.compile(spec)
        var calm = ScopedRun(plan, outcome: ScopeWalkTests.failing)
        try calm.finish()
        calm.report(name)
        var steps = 0
        var scoped = ScopedRun(plan, outcome: ScopeWalkTests.failing)
        repeat {
            for status in [scoped.run.stored, scoped.run.write?.status].compactMap({ $0 }) {
                var again = try ScopedRun(crashed: scoped, status: status)
                try again.finish()
                if again.run.finished != calm.run.finished || again.phases != calm.phases {
                    again.observer.note(
                        "ended \(String(describing: again.run.finished)) \(again.phases), not"
                            + " \(String(describing: calm.run.finished)) \(calm.phases)")
                }
                again.report("\(name), a crash at step \(steps)")
            }
            steps += 1
        } while try scoped.step()
        #expect(steps > 4)
    }

    @Test(arguments: 0..<5)
    func `law 18: a cancel at any step in any scope wins`(world: Int) throws {
        let (name, spec) = ScopeWalkTests.worlds[world]
        let plan = try TestPlan.compile(spec)
        var steps = 0
        while steps < 500 {
            var scoped = ScopedRun(plan, outcome: ScopeWalkTests.failing)
            var isOver = false
            for _ in 0..<steps where !isOver { isOver = try !scoped.step() }
            if isOver { break }
            let stage = scoped.run.machine.statusJSON()["decision"]
            scoped.observer.isCancelled = stage == nil
            let wasOver = scoped.run.machine.phase.isTerminal || stage != nil
            if stage == nil { scoped.send(.desiredStateChanged(.cancelled)) }
            try scoped.finish()
            if !wasOver && scoped.run.finished != .cancelled {
                scoped.observer.note("law 18: ended \(String(describing: scoped.run.finished))")
            }
            scoped.report("\(name), cancelled at step \(steps)")
            steps += 1
        }
        #expect(steps > 4)
    }
}

import Engine
import Synchronization
import Testing
import Values
import Workflows

/// What single tasks can do beyond an attempt: joins, rules of retries, fallbacks, doubt, waits.
@Suite struct TaskFeatureTests {
    private func finish(
        _ tasks: [JSON], _ outcome: @escaping @Sendable (TaskAttempt) -> AttemptOutcome
    ) throws -> ScopedRun {
        try ScopedRun.finished(["tasks": .array(tasks)], outcome)
    }

    private static func failing(
        _ paths: String..., type: String = "Broken", code: Int? = nil
    ) -> @Sendable (TaskAttempt) -> AttemptOutcome {
        { attempt in
            paths.contains(attempt.taskID)
                ? .failed(TaskError(type: type, message: "no", isRetryable: true, code: code))
                : Outcomes.path(attempt)
        }
    }

    private let lenient: JSONObject = ["onFailure": "Continue"]

    @Test func `a task that joins any starts with the first, and is skipped without one`() throws {
        let tasks: [JSON] = [
            TestPlan.command("a", lenient), TestPlan.command("b", lenient),
            TestPlan.command(
                "c",
                [
                    "join": "any",
                    "dependsOn": [
                        ["task": "a", "when": "Success"], ["task": "b", "when": "Success"],
                    ],
                ]),
        ]
        var early = ScopedRun(
            try TestPlan.compile(["tasks": .array(tasks)]), outcome: Outcomes.path)
        early.acknowledge()
        early.endAttempt(at: 1)
        while early.run.write != nil { early.acknowledge() }
        #expect(early.run.executingIDs == ["a", "c"])
        let none = try finish(tasks, Self.failing("a", "b"))
        #expect(none.phases["c"] == "Skipped")
        #expect(none.entries["c"]?["reason"] == "DependencyUnmet")
    }

    @Test func `a task that joins a number waits for that many`() throws {
        let tasks: [JSON] = [
            TestPlan.command("a", lenient), TestPlan.command("b", lenient),
            TestPlan.command("c", lenient),
            TestPlan.command(
                "d",
                [
                    "join": "atLeast(2)",
                    "dependsOn": .array(
                        ["a", "b", "c"].map { ["task": .string($0), "when": "Success"] }),
                ]),
        ]
        #expect(try finish(tasks, Self.failing("a")).phases["d"] == "Completed")
        #expect(try finish(tasks, Self.failing("a", "b")).phases["d"] == "Skipped")
    }

    @Test func `a task may wait for a failure, or for an end whichever it is`() throws {
        let tasks: [JSON] = [
            TestPlan.command("a", lenient),
            TestPlan.command("rescue", ["dependsOn": [["task": "a", "when": "Failure"]]]),
            TestPlan.command("always", ["dependsOn": [["task": "a", "when": "Completion"]]]),
            TestPlan.command("proud", ["dependsOn": [["task": "a", "when": "Success"]]]),
        ]
        let failed = try finish(tasks, Self.failing("a")).phases
        #expect(failed["rescue"] == "Completed")
        #expect(failed["always"] == "Completed")
        #expect(failed["proud"] == "Skipped")
        let well = try finish(tasks, Outcomes.path).phases
        #expect(well["rescue"] == "Skipped")
        #expect(well["proud"] == "Completed")
    }

    @Test func `a false condition can be a failure`() throws {
        let run = try finish(
            [TestPlan.command("a", ["condition": "${{ run.name == 'x' }}", "onFalse": "Fail"])],
            Outcomes.path)
        #expect(run.run.finished == .failed)
        #expect(run.entries["a"]?["error"]?["type"] == "ConditionError")
    }

    @Test func `a rule decides which failures are tried again`() throws {
        func attempts(code: Int) throws -> JSON? {
            try finish(
                [
                    TestPlan.command(
                        "a",
                        [
                            "retryPolicy": [
                                "maxAttempts": 5, "initialInterval": "1s",
                                "retryIf": "${{ error.code == 503 && attempt < 3 }}",
                            ]
                        ])
                ], Self.failing("a", code: code)
            ).entries["a"]?["attempt"]
        }
        #expect(try attempts(code: 503) == 3)
        #expect(try attempts(code: 400) == 1)
    }

    @Test func `the number that the other side gave is kept, and goes with its error`() throws {
        let task = TestPlan.command(
            "a",
            [
                "fallback": [
                    [
                        "type": "command",
                        "inputs": ["command": ["other", "${{ string(error.code) }}"]],
                    ]
                ]
            ])
        let seen = Mutex<[String]>([])
        let numbers = Mutex<[Int?]>([])
        let run = try finish([task]) { attempt in
            let isFallback = attempt.inputs["command"]?[0] == "other"
            numbers.withLock { $0.append(attempt.fallback) }
            if isFallback {
                seen.withLock { $0.append(attempt.inputs["command"]?[1]?.stringValue ?? "") }
            }
            return .failed(
                TaskError(
                    type: "ServerError", message: "no", isRetryable: false,
                    code: isFallback ? nil : 503))
        }
        #expect(seen.withLock { $0 } == ["503"])
        #expect(numbers.withLock { $0 } == [nil, 1])
        #expect(run.entries["a"]?["error"] == ["type": "ServerError", "message": "no"])
        let failed = try finish([TestPlan.command("a")], Self.failing("a", code: 503))
        #expect(failed.entries["a"]?["error"]?["code"] == 503)
    }

    @Test func `an error of a kind has numbers of its own`() throws {
        let task = TestPlan.command(
            "a",
            [
                "retryPolicy": [
                    "maxAttempts": 2, "initialInterval": "1s",
                    "perError": ["RateLimitError": ["maxAttempts": 4, "initialInterval": "7s"]],
                ]
            ])
        #expect(
            try finish([task], Self.failing("a", type: "RateLimitError")).entries["a"]?["attempt"]
                == 4)
        #expect(try finish([task], Self.failing("a")).entries["a"]?["attempt"] == 2)
    }

    @Test func `all attempts together take no longer than they may`() throws {
        let run = try finish(
            [
                TestPlan.command(
                    "a",
                    [
                        "totalTimeout": "30s",
                        "retryPolicy": [
                            "maxAttempts": 50, "initialInterval": "10s", "backoffMultiplier": 1,
                            "jitter": 0,
                        ],
                    ])
            ], Self.failing("a"))
        #expect(run.entries["a"]?["attempt"] == 3)
        #expect(run.phases["a"] == "TimedOut")
    }

    @Test func `a fallback and a compensation may be runs of their own, of what they name`() throws
    {
        let tasks: [JSON] = [
            [
                "id": "a", "type": "workflow", "workflow": ["name": "whole"],
                "fallback": [
                    ["type": "workflow", "workflow": ["kind": "Template", "name": "degraded"]]
                ],
                "compensation": ["type": "workflow", "workflow": ["name": "undo"]],
            ],
            TestPlan.command(
                "b", ["dependsOn": ["a"], "onFailure": "Rollback"]),
        ]
        let seen = Mutex<[String]>([])
        let run = try finish(tasks) { attempt in
            let child = attempt.workflow.map { " \($0.kind) \($0.name)" } ?? ""
            seen.withLock {
                $0.append("\(attempt.taskID)#\(attempt.reference.attempt)\(child)")
            }
            return child.hasSuffix("whole") || attempt.taskID == "b"
                ? .failed(.invalid("no")) : .succeeded(outputs: ["x": 1])
        }
        #expect(
            seen.withLock { $0 } == [
                "a#1 Workflow whole", "a#2 Template degraded", "b#1",
                "a~compensation#1 Workflow undo",
            ])
        #expect(run.run.finished == .rolledBack)
    }

    @Test func `laws 1 and 20: a fallback that is found by its name goes on after a crash`() throws
    {
        let task = TestPlan.command(
            "a",
            [
                "timeout": "10m",
                "fallback": [
                    ["type": "workflow", "workflow": ["name": "degraded"], "inputs": [:]]
                ],
            ])
        var run = ScopedRun(try TestPlan.compile(["tasks": [task]]), outcome: Outcomes.path)
        run.acknowledge()
        try run.run.fail("a", isRetryable: false)
        while run.run.write != nil { run.acknowledge() }
        // What it made is known with its deadline once that is stored.
        run.send(.operation(id: "1", .checkpoint(label: "x")))
        while run.run.write != nil { run.acknowledge() }
        let first = try #require(run.run.executing.first)
        let again = try ScopedRun(
            crashed: run, status: run.run.stored, after: .seconds(60))
        let second = try #require(again.run.executing.first)
        #expect(second.isAdopted)
        #expect(second.reference == first.reference)
        #expect(second.workflow?.name == "degraded")
        #expect(second.deadline == first.deadline)
        again.report("adopted")
    }

    @Test func `fallbacks are tried in turn`() throws {
        let task = TestPlan.command(
            "a",
            [
                "fallback": [
                    ["type": "command", "inputs": ["command": ["other", "${{ error.type }}"]]],
                    ["value": ["stdout": "nothing"]],
                ]
            ])
        let user: JSON = [
            "id": "b", "type": "transform", "inputs": ["x": "${{ tasks.a.outputs.stdout }}"],
        ]
        let second = try finish([task, user]) { attempt in
            attempt.inputs["command"]?[0] == "other"
                ? .succeeded(outputs: ["stdout": attempt.inputs["command"]?[1] ?? .null])
                : .failed(.invalid("no"))
        }
        #expect(second.run.finished == .completed)
        #expect(second.entries["b"]?["outputs"]?["x"] == "ValidationError")
        #expect(second.entries["a"]?["fallback"] == 1)
        #expect(second.entries["a"]?["attempt"] == 2)
        let last = try finish([task, user], Self.failing("a"))
        #expect(last.entries["b"]?["outputs"]?["x"] == "nothing")
        #expect(last.entries["a"]?["reason"] == "FallbackValue")
        #expect(last.run.finished == .completed)
    }

    @Test func `a cached result is asked for, and stands in where there is one`() throws {
        let spec: JSON = [
            "tasks": [
                TestPlan.command("a", ["fallback": [["cached": ["maxAge": "1h"]], ["skip": true]]])
            ]
        ]
        for found in [true, false] {
            var run = ScopedRun(try TestPlan.compile(spec), outcome: Self.failing("a"))
            run.acknowledge()
            run.endAttempt(at: 0)
            let lookup = try #require(run.run.lookups.first)
            #expect(lookup.maximumAge == .seconds(3600))
            #expect(lookup.key == run.run.machine.taskKey(ofTask: "a"))
            run.run.lookups = []
            run.send(.resultFound(lookup.reference, found ? ["stdout": "old"] : nil))
            try run.finish()
            run.report("cached")
            #expect(run.phases["a"] == (found ? "Completed" : "Skipped"))
            #expect(
                run.entries["a"]?["reason"]?.stringValue == (found ? "Cached" : "FallbackSkipped"))
        }
    }

    @Test func `a fallback to a cache whose key has no value leaves the error as it was`() throws {
        let run = try finish(
            [
                TestPlan.command("first"),
                TestPlan.command(
                    "a",
                    [
                        "cache": ["maxAge": "1h", "key": "${{ tasks.first.outputs.json.none }}"],
                        "fallback": [["cached": ["maxAge": "1h"]]], "dependsOn": ["first"],
                    ]),
            ], Self.failing("a", code: 7))
        #expect(run.phases["a"] == "Failed")
        #expect(run.entries["a"]?["error"]?["type"] == "Broken")
        #expect(run.entries["a"]?["error"]?["code"] == 7)
    }

    @Test func `a task with a cache asks before its first attempt and offers what it gives`() throws
    {
        let spec: JSON = ["tasks": [TestPlan.command("a", ["cache": ["maxAge": "1h"]])]]
        var run = ScopedRun(try TestPlan.compile(spec), outcome: Outcomes.path)
        let lookup = try #require(run.run.lookups.first)
        #expect(run.run.executing.isEmpty)
        run.run.lookups = []
        run.send(.resultFound(lookup.reference, nil))
        try run.finish()
        run.report("cache")
        #expect(run.run.offered == [lookup.key: ["stdout": "a"]])
        var hit = ScopedRun(try TestPlan.compile(spec), outcome: Outcomes.path)
        hit.run.lookups = []
        hit.send(.resultFound(lookup.reference, ["stdout": "kept"]))
        try hit.finish()
        #expect(hit.observer.launches == 0)
        #expect(hit.run.machine.outputs(ofTask: "a") == ["stdout": "kept"])
    }

    @Test func `an attempt in doubt is held until a user decides`() throws {
        let plan = try TestPlan.compile([
            "tasks": [TestPlan.command("a", ["onInterruption": "Hold"])]
        ])
        for (resolution, phase) in [
            (RunOperation.Resolution.retry, "Completed"),
            (.complete(["stdout": "by hand"]), "Completed"), (.fail, "Failed"),
        ] {
            var run = ScopedRun(plan, outcome: Outcomes.path)
            run.acknowledge()
            run = try ScopedRun(crashed: run, status: run.run.stored)
            while run.run.write != nil { run.acknowledge() }
            #expect(run.run.executing.isEmpty)
            #expect(run.phases["a"] == "InDoubt")
            run = try ScopedRun(crashed: run, status: run.run.stored)
            #expect(run.run.machine.phase(ofTask: "a") == .inDoubt)
            run.send(.operation(id: "o", .resolveInDoubt("a", resolution)))
            try run.finish()
            run.report("in doubt")
            #expect(run.phases["a"] == phase)
        }
    }

    @Test func `an interruption can be a failure`() throws {
        let plan = try TestPlan.compile([
            "tasks": [TestPlan.command("a", ["onInterruption": "Fail"])]
        ])
        var run = ScopedRun(plan, outcome: Outcomes.path)
        run.acknowledge()
        run = try ScopedRun(crashed: run, status: run.run.stored)
        try run.finish()
        #expect(run.run.finished == .failed)
        #expect(run.entries["a"]?["error"]?["type"] == "Interrupted")
    }

    private let approval: JSON = [
        "tasks": [
            [
                "id": "ask", "type": "approval",
                "inputs": ["message": "go?", "approvers": ["ann"]],
            ]
        ],
        "config": ["maxParallel": 1],
    ]

    @Test func `an approval is launched without a write, takes no place, and is adopted`() throws {
        let plan = try TestPlan.compile([
            "tasks": [
                [
                    "id": "ask", "type": "approval", "timeout": "1h",
                    "inputs": ["message": "go?", "approvers": ["ann"]],
                ],
                TestPlan.command("work"),
            ],
            "config": ["maxParallel": 1],
        ])
        var run = ScopedRun(plan, outcome: Outcomes.path)
        #expect(run.run.executingIDs == ["ask"])
        while run.run.write != nil { run.acknowledge() }
        #expect(run.run.executingIDs == ["ask", "work"])
        #expect(run.phases["ask"] == "WaitingApproval")
        let deadline = run.run.executing[0].deadline
        try run.run.succeed("work")
        while run.run.write != nil { run.acknowledge() }
        #expect(run.run.stored["subphase"] == "WaitingApproval")
        run = try ScopedRun(crashed: run, status: run.run.stored, after: .seconds(60))
        let adopted = try #require(run.run.executing.first)
        #expect(adopted.isAdopted && adopted.reference.attempt == 1)
        #expect(adopted.deadline == deadline)
        try run.finish()
        run.report("approval")
        #expect(run.run.finished == .completed)
        #expect(run.entries["ask"]?["attempt"] == 1)
        #expect(run.entries["ask"]?["interruptions"] == nil)
    }

    @Test func `a wait takes time and no attempt, across a crash`() throws {
        let plan = try TestPlan.compile([
            "tasks": [["id": "w", "type": "wait", "inputs": ["duration": "1m"]]]
        ])
        var run = ScopedRun(plan, outcome: Outcomes.path)
        while run.run.write != nil { run.acknowledge() }
        #expect(run.phases["w"] == "Waiting")
        #expect(run.run.timer == run.run.now + .seconds(60))
        run = try ScopedRun(crashed: run, status: run.run.stored, after: .seconds(20))
        #expect(run.run.timer == TestRun.start + .seconds(60))
        try run.finish()
        run.report("wait")
        #expect(run.run.finished == .completed)
        #expect(run.observer.launches == 0)
    }

    @Test func `the most urgent task starts first`() throws {
        let plan = try TestPlan.compile([
            "tasks": [
                TestPlan.command("low", ["priority": "low"]), TestPlan.command("usual"),
                TestPlan.command("high", ["priority": "high"]),
                TestPlan.command("critical", ["priority": "critical"]),
            ],
            "config": ["maxParallel": 1],
        ])
        var run = ScopedRun(plan, outcome: Outcomes.path)
        try run.finish()
        let order = run.run.actions.compactMap { action -> String? in
            if case .launch(let attempt) = action { return attempt.taskID }
            return nil
        }
        #expect(order == ["critical", "high", "usual", "low"])
    }
}

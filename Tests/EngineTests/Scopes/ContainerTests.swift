import Engine
import Testing
import Values
import Workflows

/// Containers: what they run, what they give, and what their ends mean.
@Suite struct ContainerTests {
    private let group: JSON = [
        "tasks": [
            TestPlan.command("before"),
            [
                "id": "g", "type": "parallel", "dependsOn": ["before"],
                "tasks": [
                    TestPlan.command("a"), TestPlan.command("b", ["dependsOn": ["a"]]),
                ],
            ],
            [
                "id": "after", "type": "transform",
                "inputs": ["from": "${{ tasks.g.outputs.b.stdout }}"],
            ],
        ]
    ]

    @Test func `a group runs its tasks as a graph and gives their outputs by id`() throws {
        let run = try ScopedRun.finished(group)
        #expect(run.run.finished == .completed)
        #expect(run.phases["g"] == "Completed")
        #expect(run.phases["g.a"] == "Completed")
        #expect(run.entries["after"]?["outputs"] == ["from": "g.b"])
        // What its tasks gave is not stored a second time.
        #expect(run.entries["g"]?["outputs"] == nil)
        #expect(run.run.machine.outputs(ofTask: "g")?["a"]?["stdout"] == "g.a")
        #expect(run.run.stored["progress"] == "5/5")
    }

    @Test func `a failure in a group stops the rest of it and fails the group`() throws {
        let spec: JSON = [
            "tasks": [
                [
                    "id": "g", "type": "parallel", "onFailure": "Continue",
                    "tasks": [
                        TestPlan.command("bad"), TestPlan.command("long"),
                        TestPlan.command("late", ["dependsOn": ["long"]]),
                    ],
                ],
                TestPlan.command("other"),
            ]
        ]
        var run = ScopedRun(try TestPlan.compile(spec), outcome: Outcomes.path)
        run.acknowledge()
        try run.run.end("g.bad", .failed(.invalid("no")))
        run.acknowledge()
        #expect(run.run.stopping.map { run.run.machine.path(of: $0) } == ["g.long"])
        #expect(run.run.phase(of: "g.late") == .skipped)
        #expect(run.run.phase(of: "g") == .running)
        try run.finish()
        run.report("group")
        #expect(run.run.finished == .completed)
        #expect(run.phases["g"] == "Failed")
        #expect(run.phases["g.long"] == "Cancelled")
        #expect(run.phases["other"] == "Completed")
        #expect(
            run.entries["g"]?["error"]?["message"]?.stringValue?.contains("'g.bad' failed") == true)
        #expect(run.entries["g.late"]?["reason"] == "ContainerFailed")
    }

    @Test func `a group that is tried again runs anew under other paths`() throws {
        let spec: JSON = [
            "tasks": [
                [
                    "id": "g", "type": "parallel",
                    "retryPolicy": ["maxAttempts": 2, "initialInterval": "1s"],
                    "tasks": [
                        TestPlan.command("a"), TestPlan.command("b", ["dependsOn": ["a"]]),
                    ],
                ]
            ]
        ]
        let run = try ScopedRun.finished(spec) { attempt in
            attempt.taskID == "g.b" ? .failed(.invalid("no")) : Outcomes.path(attempt)
        }
        #expect(run.run.finished == .completed)
        #expect(run.phases["g.b"] == "Failed")
        #expect(run.phases["g#2.a"] == "Completed")
        #expect(run.phases["g#2.b"] == "Completed")
        #expect(run.entries["g"]?["attempt"] == 2)
        #expect(run.run.machine.outputs(ofTask: "g")?["b"]?["stdout"] == "g#2.b")
    }

    @Test func `a group past its timeout stops what is in it and times out`() throws {
        let spec: JSON = [
            "tasks": [
                [
                    "id": "g", "type": "parallel", "timeout": "30s", "onFailure": "Continue",
                    "tasks": [TestPlan.command("a"), TestPlan.command("b", ["dependsOn": ["a"]])],
                ]
            ]
        ]
        var run = ScopedRun(try TestPlan.compile(spec), outcome: Outcomes.path)
        run.acknowledge()
        #expect(run.run.executing.first?.deadline == run.run.now + .seconds(30))
        try run.fireTimer()
        run.acknowledge()
        #expect(run.run.stopping.count == 1)
        #expect(run.run.phase(of: "g.b") == .cancelled)
        try run.finish()
        run.report("timeout")
        #expect(run.phases["g"] == "TimedOut")
        #expect(run.entries["g"]?["error"]?["type"] == "TimeoutError")
        #expect(run.run.finished == .completed)
    }

    @Test(arguments: [("fast", "g.quick"), ("slow", "g.thorough"), ("odd", "g.usual")])
    func `a branch runs the first case that holds`(value: String, path: String) throws {
        let spec: JSON = [
            "inputs": [["name": "way", "type": "string"]],
            "tasks": [
                [
                    "id": "g", "type": "branch", "on": "${{ workflow.inputs.way }}",
                    "cases": [
                        ["value": "fast", "tasks": [TestPlan.command("quick")]],
                        ["value": "slow", "tasks": [TestPlan.command("thorough")]],
                    ],
                    "default": [TestPlan.command("usual")],
                ],
                [
                    "id": "t", "type": "transform",
                    "inputs": ["case": "${{ tasks.g.outputs.case }}"],
                ],
            ],
        ]
        let plan = try TestPlan.compile(spec)
        var run = ScopedRun(plan, inputs: ["way": .string(value)], outcome: Outcomes.path)
        try run.finish()
        run.report("branch")
        #expect(run.phases.keys.filter { $0.hasPrefix("g.") } == [path])
        #expect(
            run.entries["t"]?["outputs"]?["case"]?.stringValue
                == (value == "odd" ? "default" : value))
        #expect(run.run.finished == .completed)
    }

    @Test func `containers hold each other, and names are looked up outwards`() throws {
        let spec: JSON = [
            "tasks": [
                TestPlan.command("list"),
                [
                    "id": "each", "type": "map", "items": ["x", "y"], "as": "letter",
                    "tasks": [
                        [
                            "id": "inner", "type": "parallel",
                            "tasks": [
                                [
                                    "id": "t", "type": "transform",
                                    "inputs": [
                                        "text":
                                            "${{ letter + string(index) + tasks.list.outputs.stdout }}"
                                    ],
                                ]
                            ],
                        ]
                    ],
                ],
            ]
        ]
        let run = try ScopedRun.finished(spec)
        #expect(run.run.finished == .completed)
        #expect(run.entries["each[1].inner.t"]?["outputs"]?["text"] == "y1list")
        let results = run.run.machine.outputs(ofTask: "each")?["results"]
        #expect(results?[0]?["t"]?["text"] == "x0list")
    }

    @Test func `a dynamic container runs the tasks it is given`() throws {
        let spec: JSON = [
            "tasks": [
                TestPlan.command("plan"),
                [
                    "id": "d", "type": "dynamic",
                    "tasksFrom": "${{ tasks.plan.outputs.json }}",
                ],
                [
                    "id": "t", "type": "transform",
                    "inputs": ["n": "${{ size(tasks.d.outputs) }}"],
                ],
            ]
        ]
        let tasks: JSON = [
            TestPlan.command("one"),
            TestPlan.command("two", ["dependsOn": ["one"]]),
            [
                "id": "three", "type": "parallel",
                "tasks": [TestPlan.command("four")],
            ],
        ]
        let run = try ScopedRun.finished(spec) { attempt in
            attempt.taskID == "plan"
                ? .succeeded(outputs: ["json": tasks]) : Outcomes.path(attempt)
        }
        #expect(run.run.finished == .completed)
        #expect(run.phases["d.two"] == "Completed")
        #expect(run.phases["d.three.four"] == "Completed")
        #expect(run.entries["t"]?["outputs"]?["n"] == 3)
    }

    @Test func `a dynamic container that is given no valid tasks fails and says why`() throws {
        let spec: JSON = [
            "tasks": [
                TestPlan.command("plan"),
                [
                    "id": "d", "type": "dynamic", "onFailure": "Continue",
                    "tasksFrom": "${{ tasks.plan.outputs.json }}",
                ],
            ]
        ]
        let run = try ScopedRun.finished(spec) { attempt in
            .succeeded(outputs: ["json": [["id": "x", "type": "nonsense"]]])
        }
        #expect(run.phases["d"] == "Failed")
        #expect(run.entries["d"]?["error"]?["type"] == "InvalidTasks")
    }

    @Test func `a group runs no more of its tasks at once than it says`() throws {
        let spec: JSON = [
            "tasks": [
                [
                    "id": "g", "type": "parallel", "maxParallel": 2,
                    "tasks": .array((0..<5).map { TestPlan.command("t\($0)") }),
                ]
            ]
        ]
        var run = ScopedRun(try TestPlan.compile(spec), outcome: Outcomes.path)
        run.acknowledge()
        #expect(run.run.executingIDs == ["g.t0", "g.t1"])
        run.endAttempt(at: 0)
        while run.run.write != nil { run.acknowledge() }
        #expect(run.run.executingIDs == ["g.t1", "g.t2"])
        try run.finish()
        run.report("maxParallel")
        #expect(run.run.finished == .completed)
    }

    @Test func `a cancel stops what is in containers, and they end cancelled`() throws {
        var run = ScopedRun(try TestPlan.compile(group), outcome: Outcomes.path)
        run.acknowledge()
        run.endAttempt(at: 0)
        while run.run.write != nil { run.acknowledge() }
        #expect(run.run.executingIDs == ["g.a"])
        run.send(.desiredStateChanged(.cancelled))
        try run.finish()
        run.report("cancel")
        #expect(run.run.finished == .cancelled)
        #expect(run.phases["g"] == "Cancelled")
        #expect(run.phases["g.a"] == "Cancelled")
        #expect(run.phases["g.b"] == "Cancelled")
    }
}

/// How attempts end.
enum Outcomes {
    /// Well, giving the path.
    static let path: @Sendable (TaskAttempt) -> AttemptOutcome = { attempt in
        .succeeded(outputs: ["stdout": .string(attempt.taskID)])
    }
}

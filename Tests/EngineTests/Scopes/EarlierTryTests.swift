import Engine
import Testing
import Values
import Workflows

/// Results of an earlier try of a run: a task takes over its own, and nothing else.
@Suite struct EarlierTryTests {
    private func tried(
        _ spec: JSON, failing: String, without excluded: String? = nil
    ) throws -> [String: TaskResult] {
        var run = ScopedRun(try TestPlan.compile(spec)) { attempt in
            attempt.taskID == failing ? .failed(.invalid("no")) : Outcomes.path(attempt)
        }
        try run.finish()
        return run.run.machine.results(without: excluded)
    }

    private func retried(
        _ spec: JSON, _ results: [String: TaskResult], crashing: Bool = false
    ) throws -> (launched: [String], phases: [String: String]) {
        let plan = try TestPlan.compile(spec)
        var run = TestRun(plan, reusing: results)
        var launched: [String] = []
        run.send(.start)
        if crashing {
            run.acknowledge()
            run = try TestRun(resuming: run.stored, plan, reusing: results, at: run.now)
            run.send(.start)
        }
        try run.runToEnd { attempt in
            launched.append(attempt.taskID)
            return Outcomes.path(attempt)
        }
        let phases = run.stored["tasks"]?.objectValue ?? [:]
        return (
            launched,
            Dictionary(
                uniqueKeysWithValues: phases.map {
                    (
                        $0.key,
                        $0.value["reason"]?.stringValue ?? $0.value["phase"]?.stringValue ?? ""
                    )
                })
        )
    }

    private func graph(_ secondCommand: String = "true") -> JSON {
        [
            "tasks": [
                TestPlan.command("first"),
                [
                    "id": "second", "type": "command", "dependsOn": ["first"],
                    "inputs": ["command": [.string(secondCommand), "2"]],
                ],
                [
                    "id": "side", "type": "command",
                    "inputs": ["command": ["echo", "${{ tasks.first.outputs.stdout }}"]],
                ],
                [
                    "id": "third", "type": "command", "dependsOn": ["second"],
                    "inputs": ["command": ["true", "3"]],
                ],
                [
                    "id": "group", "type": "parallel", "dependsOn": ["first"],
                    "tasks": [
                        [
                            "id": "inner", "type": "command",
                            "inputs": ["command": ["true", "4"]],
                        ]
                    ],
                ],
            ]
        ]
    }

    @Test func `a retry runs what failed and what depends on it, and nothing else`() throws {
        let results = try tried(graph(), failing: "third")
        let (launched, phases) = try retried(graph(), results)
        #expect(launched == ["third"])
        #expect(phases["first"] == "Reused")
        #expect(phases["group.inner"] == "Reused")
    }

    @Test func `a retry of a changed definition runs the changed part, and what is behind it`()
        throws
    {
        let results = try tried(graph(), failing: "")
        for crashing in [false, true] {
            let (launched, phases) = try retried(graph("false"), results, crashing: crashing)
            #expect(Set(launched) == ["second", "third"])
            #expect(phases["side"] == "Reused")
        }
    }

    // MARK: Two tasks are two

    private static func child(_ id: String, _ name: String, after: [JSON] = []) -> JSON {
        [
            "id": .string(id), "type": "workflow", "dependsOn": .array(after),
            "workflow": ["kind": "Template", "name": .string(name)],
        ]
    }

    private static func approval(_ id: String, after: [JSON] = []) -> JSON {
        [
            "id": .string(id), "type": "approval", "dependsOn": .array(after),
            "inputs": ["message": "Go on?"],
        ]
    }

    /// Two tasks of which the second fails, and that no key tells apart in all cases.
    private static let pairs: [JSON] = [
        ["tasks": [child("build", "build"), child("deploy", "deploy", after: ["build"])]],
        ["tasks": [child("build", "same"), child("deploy", "same", after: ["build"])]],
        ["tasks": [approval("build"), approval("deploy", after: ["build"])]],
        [
            "tasks": [
                TestPlan.command("build"), TestPlan.command("deploy", ["dependsOn": ["build"]]),
            ]
        ],
    ]

    @Test(arguments: pairs)
    func `law 12: a task that failed runs again, whatever another of its key gave`(
        spec: JSON
    ) throws {
        let results = try tried(spec, failing: "deploy")
        for crashing in [false, true] {
            let (launched, phases) = try retried(spec, results, crashing: crashing)
            #expect(launched == ["deploy"])
            #expect(phases["build"] == "Reused")
            #expect(phases["deploy"] == "Completed")
        }
    }

    @Test func `a wait is waited for again, and what is behind it is not run again`() throws {
        let spec: JSON = [
            "tasks": [
                TestPlan.command("a"),
                ["id": "w", "type": "wait", "dependsOn": ["a"], "inputs": ["duration": "1m"]],
                TestPlan.command("b", ["dependsOn": ["w"]]),
                TestPlan.command("c", ["dependsOn": ["b"]]),
            ]
        ]
        let results = try tried(spec, failing: "c")
        #expect(results["w"] == nil)
        #expect(try retried(spec, results).launched == ["c"])
    }

    @Test func `law 12: what was undone runs again`() throws {
        let spec: JSON = [
            "tasks": [
                TestPlan.command("look"),
                TestPlan.command(
                    "charge",
                    [
                        "compensation": ["type": "command", "inputs": ["command": ["refund"]]],
                        "dependsOn": ["look"],
                    ]),
                TestPlan.command("ship", ["onFailure": "Rollback", "dependsOn": ["charge"]]),
            ]
        ]
        let results = try tried(spec, failing: "ship")
        #expect(results.keys.sorted() == ["look"])
        let (launched, phases) = try retried(spec, results)
        #expect(launched == ["charge", "ship"])
        #expect(phases["look"] == "Reused")
    }

    @Test func `what cleans up runs again, whatever had its path before`() throws {
        let inner: JSON = TestPlan.command("clean")
        let results = try tried(
            [
                "tasks": [
                    ["id": "finally", "type": "parallel", "tasks": [inner]],
                    TestPlan.command("last", ["dependsOn": ["finally"]]),
                ]
            ], failing: "last")
        #expect(results.keys.sorted() == ["finally.clean"])
        let (launched, _) = try retried(
            ["tasks": [TestPlan.command("last")], "finally": [inner]], results)
        #expect(launched == ["last", "finally.clean"])
    }

    @Test func `a task that was renamed runs again`() throws {
        let results = try tried(["tasks": [TestPlan.command("old")]], failing: "")
        let (launched, _) = try retried(["tasks": [TestPlan.command("new")]], results)
        #expect(launched == ["new"])
    }

    @Test func `a task that runs another definition runs again`() throws {
        let results = try tried(["tasks": [Self.child("sub", "one")]], failing: "")
        let found = try #require(results["sub"])
        #expect(found.workflow == ChildWorkflow(kind: "Template", name: "one"))
        #expect(found.origin == .attempt(1))
        #expect(try retried(["tasks": [Self.child("sub", "one")]], results).launched.isEmpty)
        #expect(try retried(["tasks": [Self.child("sub", "two")]], results).launched == ["sub"])
    }

    @Test func `a result of a fallback tells which attempt it was, and what that ran`() throws {
        var task = Self.child("score", "one").objectValue ?? [:]
        let other: JSON = ["kind": "Template", "name": "two"]
        task["fallback"] = [["type": "workflow", "workflow": other]]
        var run = ScopedRun(try TestPlan.compile(["tasks": [.object(task)]])) { attempt in
            attempt.workflow?.name == "one" ? .failed(.invalid("no")) : Outcomes.path(attempt)
        }
        try run.finish()
        let found = try #require(run.run.machine.results()["score"])
        #expect(found.workflow == ChildWorkflow(kind: "Template", name: "one"))
        let ran = ChildWorkflow(kind: "Template", name: "two")
        #expect(found.origin == .fallback(2, workflow: ran))
    }

    private static func sums(_ stream: JSON) -> JSON {
        [
            "tasks": [
                [
                    "id": "sums", "type": "stream", "inputs": ["url": "http://example/records"],
                    "stream": stream,
                ]
            ]
        ]
    }

    @Test func `a stream of another plan runs again`() throws {
        let plans: [JSON] = [
            ["keep": 5], ["keep": 6], ["keep": 5, "format": "lines"],
            ["keep": 5, "steps": [["map": "record.n"]]],
            ["keep": 5, "steps": [["filter": "record.n > 1"]]],
        ]
        for (number, plan) in plans.enumerated() {
            let results = try tried(Self.sums(plan), failing: "")
            for (other, changed) in plans.enumerated() {
                let (launched, _) = try retried(Self.sums(changed), results)
                #expect(launched.isEmpty == (number == other), "\(plan.text) \(changed.text)")
            }
        }
    }

    /// Its writer runs beside it and has not ended: nothing tells yet that it runs anew.
    @Test func `whoever reads what runs anew runs anew`() throws {
        let spec: JSON = [
            "tasks": [
                TestPlan.command("source"),
                ["id": "sums", "type": "stream", "stream": ["from": "source"]],
                TestPlan.command("last", ["dependsOn": ["sums"]]),
            ]
        ]
        let results = try tried(spec, failing: "last")
        let (launched, _) = try retried(spec, results)
        #expect(launched == ["source", "sums", "last"])
    }

    // MARK: Containers

    private static func pipeline(_ retry: JSON = [:]) -> JSON {
        [
            "tasks": [
                [
                    "id": "each", "type": "map", "items": ["a", "b"], "retryPolicy": retry,
                    "tasks": [
                        [
                            "id": "load", "type": "command",
                            "inputs": ["command": ["load", "${{ item }}"]],
                        ]
                    ],
                ],
                TestPlan.command("last", ["dependsOn": ["each"]]),
            ],
            "finally": [
                ["id": "clean", "type": "parallel", "tasks": [TestPlan.command("up")]]
            ],
        ]
    }

    @Test func `what a container holds is taken over by its place, and what cleans up runs`() throws
    {
        let results = try tried(Self.pipeline(), failing: "last")
        #expect(results.keys.sorted() == ["each[0].load", "each[1].load"])
        let (launched, _) = try retried(Self.pipeline(), results)
        #expect(launched == ["last", "finally.clean.up"])
        let without = try tried(Self.pipeline(), failing: "last", without: "each")
        #expect(without.isEmpty)
    }

    @Test func `of what a container holds, the results are those of its last attempt`() throws {
        let retry: JSON = ["maxAttempts": 2, "initialInterval": "1s", "retryableErrors": ["*"]]
        let spec: JSON = [
            "tasks": [
                [
                    "id": "group", "type": "parallel", "retryPolicy": retry,
                    "tasks": [
                        TestPlan.command("one"), TestPlan.command("two", ["dependsOn": ["one"]]),
                    ],
                ]
            ]
        ]
        var run = ScopedRun(try TestPlan.compile(spec)) { attempt in
            attempt.taskID.hasSuffix("two")
                ? .failed(TaskError(type: "E", message: "no", isRetryable: true))
                : Outcomes.path(attempt)
        }
        try run.finish()
        let results = run.run.machine.results()
        #expect(results.keys.sorted() == ["group.one"])
        #expect(results["group.one"]?.path == "group#2.one")
        #expect(results["group.one"]?.outputs == ["stdout": "group#2.one"])
        let (launched, phases) = try retried(spec, results)
        #expect(launched == ["group.two"])
        #expect(phases["group.one"] == "Reused")
        let excluded = run.run.machine.results(without: "group#2.one")
        #expect(excluded.isEmpty)
    }

    // MARK: The cache

    @Test func `what people decided is never cached`() throws {
        let policies: [JSONObject] = [
            ["cache": ["maxAge": "1h"]],
            ["fallback": [["cached": ["maxAge": "1h"]], ["skip": true]]],
        ]
        for policy in policies {
            for outcome in ["Completed", "Failed"] {
                var task = Self.approval("ask").objectValue ?? [:]
                task.merge(policy)
                let plan = try TestPlan.compile(["tasks": [.object(task)]])
                var run = ScopedRun(plan) { attempt in
                    outcome == "Failed" ? .failed(.invalid("no")) : Outcomes.path(attempt)
                }
                #expect(run.run.lookups.isEmpty)
                try run.finish()
                #expect(run.run.offered.isEmpty)
                #expect(
                    run.run.actions.allSatisfy {
                        if case .lookUpResult = $0 { false } else { true }
                    })
                #expect(run.entries["ask"]?["reason"] != "Cached")
            }
        }
    }

    @Test func `a cached result names the definition that it depends on`() throws {
        var task = Self.child("sub", "one").objectValue ?? [:]
        task["cache"] = ["maxAge": "1h"]
        var run = ScopedRun(
            try TestPlan.compile(["tasks": [.object(task)]]), outcome: Outcomes.path)
        let lookup = try #require(run.run.lookups.first)
        #expect(lookup.workflow == ChildWorkflow(kind: "Template", name: "one"))
        try run.finish()
        let offer = run.run.actions.compactMap { action -> ResultOffer? in
            if case .storeResult(let offer) = action { return offer }
            return nil
        }.first
        #expect(offer?.key == lookup.key)
        #expect(offer?.workflow == lookup.workflow)
        #expect(offer?.path == "sub" && offer?.attempt == 1)
        task["cache"] = ["maxAge": "1h", "key": "mine"]
        let own = ScopedRun(
            try TestPlan.compile(["tasks": [.object(task)]]), outcome: Outcomes.path)
        #expect(own.run.lookups.first?.workflow == nil)
    }

    /// Results that earlier releases kept still stand in for commands; law 38.
    @Test func `law 38, UpgradeSafe: the key of a plain task is that of earlier releases`() {
        let key = TaskKey.of(type: "command", inputs: ["command": ["true"]])
        #expect(key == "sha256:2e9a70ed5300005d655d48ac0c52ba5cc81a0d30387229a8319385fef80c0a93")
    }
}

import Expressions
import Testing
import Values
import Workflows

@Suite struct ScopeTests {
    private func plan(_ tasks: JSON, extra: JSON = [:]) throws -> WorkflowPlan {
        var spec = extra
        spec["tasks"] = tasks
        return try WorkflowCompiler.compile(spec: spec).get()
    }

    private func task(_ id: String, _ members: JSONObject = [:]) -> JSON {
        var object: JSONObject = ["id": .string(id), "type": "transform"]
        for (name, value) in members { object[name] = value }
        return .object(object)
    }

    @Test func `bodies are scopes beside each other, each behind that of its owner`() throws {
        let plan = try plan([
            task("first"),
            task(
                "outer",
                [
                    "type": "parallel",
                    "tasks": [
                        task("left"),
                        task(
                            "inner",
                            ["type": "loop", "items": 2, "tasks": [task("step")]]),
                    ],
                ]),
        ])
        #expect(plan.scopes.map(\.kind) == [.root, .group, .iteration])
        #expect(
            plan.scopes.map { $0.tasks.map(\.id) } == [
                ["first", "outer"], ["left", "inner"], ["step"],
            ])
        #expect(plan.scopes[1].owner == TaskAddress(scope: 0, task: 1))
        #expect(plan.scopes[2].owner == TaskAddress(scope: 1, task: 1))
        #expect(plan.scopes[2].parent == 1)
        guard case .group(1)? = plan.tasks[1].control,
            case .loop(let loop)? = plan.scopes[1].tasks[1].control
        else {
            Issue.record("not a group of a loop")
            return
        }
        #expect(loop.scope == 2)
        #expect(loop.maxParallel == 1)
        #expect(plan.tasks[0].control == nil)
        #expect(!plan.tasks[0].hasOptions)
    }

    @Test func `a reference outwards makes every container on the way wait`() throws {
        let plan = try plan([
            task("far"),
            task(
                "outer",
                [
                    "type": "parallel",
                    "tasks": [
                        task("near"),
                        task(
                            "inner",
                            [
                                "type": "map", "items": ["a"],
                                "tasks": [
                                    task("own"),
                                    task(
                                        "use",
                                        [
                                            "inputs": [
                                                "x":
                                                    "${{ [tasks.own.phase, tasks.near.phase, tasks.far.phase] }}"
                                            ]
                                        ]),
                                ],
                            ]),
                    ],
                ]),
        ])
        #expect(plan.tasks[1].dataDependencies == [0])
        #expect(plan.scopes[1].tasks[1].dataDependencies == [0])
        #expect(plan.scopes[2].tasks[1].dataDependencies == [0])
        let far = TaskAddress(scope: 0, task: 0)
        #expect(plan.scopes[1].outerReferences == [far])
        #expect(plan.scopes[2].outerReferences == [far, TaskAddress(scope: 1, task: 0)])
        #expect(plan.resolve("far", from: 2) == far)
        #expect(plan.resolve("own", from: 2) == TaskAddress(scope: 2, task: 0))
        #expect(plan.resolve("own", from: 0) == nil)
        #expect(plan[far].id == "far")
    }

    @Test func `sinks are the tasks that none waits for`() throws {
        let plan = try plan([
            task("a"), task("b", ["dependsOn": ["a"]]), task("c", ["dependsOn": ["a"]]),
        ])
        #expect(plan.scopes[0].sinks == [1, 2])
    }

    @Test func `an edge says how its task must have ended`() throws {
        let plan = try plan([
            task("fails"), task("goes-on", ["onFailure": "Continue"]),
            task(
                "waits",
                [
                    "dependsOn": [
                        "fails", "goes-on", ["task": "third", "when": "Failure"],
                        ["task": "fourth", "when": "Completion"],
                    ],
                    "inputs": ["x": "${{ tasks.fails.outputs }}", "z": "${{ tasks.fifth.phase }}"],
                ]),
            task("third"), task("fourth"), task("fifth"),
        ])
        #expect(
            plan.tasks[2].edges == [
                DependencyEdge(task: 0, when: .success, isData: true),
                DependencyEdge(task: 1, when: .completion),
                DependencyEdge(task: 3, when: .failure, passesSkip: false),
                DependencyEdge(task: 4, when: .completion, passesSkip: false),
                DependencyEdge(task: 5, when: .completion, isData: true, passesSkip: false),
            ])
        #expect(plan.tasks[2].dependencies == [0, 1, 3, 4, 5])
        #expect(plan.tasks[2].orderDependencies == [0, 1, 3, 4])
        #expect(plan.tasks[2].dataDependencies == [0, 5])
    }

    @Test func `joins are read as they are written`() throws {
        let plan = try plan([
            task("a"), task("b"), task("all", ["dependsOn": ["a", "b"], "join": "all"]),
            task("any", ["dependsOn": ["a", "b"], "join": "any"]),
            task("two", ["dependsOn": ["a", "b"], "join": "atLeast(2)"]),
            task(
                "expression", ["join": #"${{ tasks.a.phase == "Failed" || tasks.b.phase != "" }}"#]),
        ])
        #expect(plan.tasks[2].join == .all)
        #expect(plan.tasks[3].join == .any)
        #expect(plan.tasks[4].join == .atLeast(2))
        guard case .expression(let expression) = plan.tasks[5].join else {
            Issue.record("not an expression")
            return
        }
        #expect(
            expression.references.map(\.path) == [
                ["tasks", "a", "phase"], ["tasks", "b", "phase"],
            ])
        #expect(plan.tasks[5].dependencies == [0, 1])
    }

    @Test func `finally is a scope that sees all tasks and waits for none`() throws {
        let plan = try plan(
            [task("a")],
            extra: [
                "finally": [
                    task(
                        "tell", ["inputs": ["x": "${{ tasks.a.phase + run.phase + run.reason }}"]]),
                    task("last", ["dependsOn": ["tell"]]),
                ]
            ])
        #expect(plan.finallyScope == 1)
        #expect(plan.scopes[1].kind == .finally)
        #expect(plan.scopes[1].owner == nil)
        #expect(plan.scopes[1].parent == 0)
        #expect(plan.scopes[1].tasks[0].dependencies.isEmpty)
        #expect(plan.scopes[1].outerReferences == [TaskAddress(scope: 0, task: 0)])
    }

    @Test func `a branch has its cases with names, values and conditions`() throws {
        let plan = try plan(
            [
                task(
                    "route",
                    [
                        "type": "branch", "on": "${{ workflow.inputs.kind }}",
                        "cases": [
                            ["value": "a", "tasks": [task("x")]],
                            ["value": 2, "tasks": [task("x")]],
                            [
                                "condition": "workflow.inputs.kind == null",
                                "tasks": [task("x")],
                            ],
                            ["name": "named", "value": [1], "tasks": [task("z")]],
                        ],
                        "default": [task("other")],
                    ]),
                task("after", ["inputs": ["v": "${{ tasks.route.outputs.x }}"]]),
            ], extra: ["inputs": [["name": "kind"]]])
        guard case .branch(let branch)? = plan.tasks[0].control else {
            Issue.record("not a branch")
            return
        }
        #expect(branch.cases.map(\.name) == ["a", "2", "case-2", "named"])
        #expect(branch.cases.map(\.value) == ["a", 2, nil, [1]])
        #expect(branch.cases.map(\.scope) == [1, 2, 3, 4])
        #expect(branch.otherwise == 5)
        #expect(branch.cases[2].condition != nil)
    }

    @Test func `a plan has what is said about failures, caches and resources`() throws {
        let plan = try plan(
            [
                task(
                    "a",
                    [
                        "executor": "fast", "config": ["deep": true], "onFalse": "Fail",
                        "condition": "run.name != ''", "onInterruption": "Hold",
                        "totalTimeout": "1h", "priority": "critical", "onFailure": "Rollback",
                        "resources": ["cpu": "500m", "memory": "1Gi", "gpu": 2],
                        "cache": ["maxAge": "1d", "key": "${{ run.name }}"],
                        "retryPolicy": [
                            "retryIf": "error.code == 5 && attempt < 2",
                            "perError": ["RateLimitError": ["maxAttempts": 9]],
                        ],
                        "fallback": [
                            ["executor": "slow"], ["cached": ["maxAge": "2d"]],
                            ["value": ["x": "${{ error.message }}"]],
                        ],
                        "compensation": [
                            "type": "command", "timeout": 5,
                            "inputs": ["command": ["undo", "${{ tasks.a.outputs.x }}"]],
                        ],
                        "inputs": ["x": 1],
                    ]),
                task(
                    "child",
                    ["type": "workflow", "workflow": ["name": "other", "kind": "Template"]]),
            ],
            extra: ["config": ["priority": "high", "resources": ["cpu": 4], "maxLag": "2s"]])
        let task = plan.tasks[0]
        #expect(task.executor == "fast")
        #expect(task.config == ["deep": true])
        #expect(task.falseAction == .fail)
        #expect(task.interruptionAction == .hold)
        #expect(task.totalTimeout == .seconds(3600))
        #expect(task.priority == .critical)
        #expect(task.failureAction == .rollback)
        #expect(task.resources == ["cpu": 0.5, "memory": 1_073_741_824, "gpu": 2])
        #expect(task.cache?.maximumAge == .seconds(86400))
        #expect(task.retryPolicy.retryIf?.source == "error.code == 5 && attempt < 2")
        #expect(task.retryPolicy.perError["RateLimitError"]?.maxAttempts == 9)
        #expect(task.fallbacks.count == 3)
        #expect(task.compensation?.timeout == .seconds(5))
        #expect(task.dependencies.isEmpty)
        #expect(plan.tasks[1].workflow == ChildWorkflow(kind: "Template", name: "other"))
        #expect(plan.tasks[1].isNamed)
        #expect(plan.definition.priority == .high)
        #expect(plan.definition.resources == ["cpu": 4])
        #expect(plan.definition.maximumLag == .seconds(2))
    }

    @Test func `all tasks together are bounded, those of bodies too`() throws {
        let bodies = (0..<20).map { group in
            task(
                "g\(group)",
                [
                    "type": "parallel",
                    "tasks": .array((0..<510).map { task("t\($0)") }),
                ])
        }
        let found = WorkflowCompiler().compilation(of: ["tasks": .array(bodies)]).diagnostics
        #expect(found.all.map(\.code) == [.wrongSize])
    }
}

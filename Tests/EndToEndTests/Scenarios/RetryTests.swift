import GitOps
import Kubernetes
import TestSupport
import Testing
import Values

/// Runs that are tried again without what they have done, on both planes.
@Suite struct RetryTests {
    /// Two tasks with effects that only inputs connect, and one behind both that fails until a gate
    /// is open.
    private static func definition(_ world: World, rightSays: String = "right") -> JSON {
        [
            "inputs": [["name": "city", "type": "string", "default": "Paris"]],
            "tasks": [
                Manifest.command("left", "\(world.effects.note("start")); echo left"),
                [
                    "id": "right", "type": "command",
                    "inputs": [
                        "shell": true, "args": ["${{ workflow.inputs.city }}"],
                        "command": .string(
                            "\(world.effects.note("start")); echo \(rightSays) $1"),
                    ],
                ],
                [
                    "id": "join", "type": "command",
                    "inputs": [
                        "shell": true,
                        "args": [
                            "${{ tasks.left.outputs.stdout }}${{ tasks.right.outputs.stdout }}"
                        ],
                        "command": .string(
                            "\(world.effects.note("start")); test -e \(world.gate("join").path)"
                                + " && printf %s \"$1\""),
                    ],
                ],
            ],
            "outputs": ["said": "${{ tasks.join.outputs.stdout }}"],
        ]
    }

    private static func starts(_ world: World) -> [Int] {
        ["left", "right", "join"].map { world.effects.of($0).count }
    }

    /// A run that failed at its last task, whose gate is open now.
    private static func failed(_ world: World) async throws -> KubernetesObject {
        try await world.createRun("first", ["workflowSpec": definition(world)])
        let run = try await world.run("first", is: "Failed")
        #expect(starts(world) == [1, 1, 1])
        try world.gate("join").open()
        return run
    }

    private static func retry(_ world: World, _ more: String...) async throws -> KubernetesObject {
        let program = try await world.orchestrator(
            ["retry", "first", "--name", "second"] + more)
        #expect(program.code == 0, "\(program)")
        #expect(program.output == "workflowrun.orchestrator.llm/second\n")
        return try await world.run("second", is: "Completed")
    }

    @Test(arguments: Plane.all)
    func `only what failed runs again`(plane: Plane) async throws {
        try await World.with(plane) { world in
            _ = try await RetryTests.failed(world)
            let run = try await RetryTests.retry(world)
            #expect(run.status["outputs"] == ["said": "left\nright Paris\n"])
            #expect(RetryTests.starts(world) == [1, 1, 2])
        }
    }

    @Test(arguments: Plane.all)
    func `a task that is named runs again, with what depends on it`(plane: Plane) async throws {
        try await World.with(plane) { world in
            _ = try await RetryTests.failed(world)
            _ = try await RetryTests.retry(world, "--task", "left")
            #expect(RetryTests.starts(world) == [2, 1, 2])
        }
    }

    @Test(arguments: Plane.all)
    func `another input runs again what it changes`(plane: Plane) async throws {
        try await World.with(plane) { world in
            _ = try await RetryTests.failed(world)
            let run = try await RetryTests.retry(world, "--set", "city=Rome")
            #expect(run.status["outputs"] == ["said": "left\nright Rome\n"])
            #expect(RetryTests.starts(world) == [1, 2, 2])
        }
    }

    @Test(arguments: Plane.all)
    func `a later definition runs again what it changes`(plane: Plane) async throws {
        try await World.with(plane) { world in
            var template = KubernetesObject(.templates, world.key("steps"))
            template.spec = RetryTests.definition(world)
            _ = try await world.client.create(.templates, template)
            try await world.createRun(
                "first", ["workflowRef": ["kind": "Template", "name": "steps"]])
            try await world.run("first", is: "Failed")
            try world.gate("join").open()
            _ = try await world.client.patch(
                .templates, template.key,
                .merge(["spec": RetryTests.definition(world, rightSays: "changed")]))
            let run = try await RetryTests.retry(world, "--latest")
            #expect(run.status["outputs"] == ["said": "left\nchanged Paris\n"])
            #expect(RetryTests.starts(world) == [1, 2, 2])
        }
    }

    @Test(arguments: Plane.all)
    func `a task that runs a definition is tried again alone, and once that says something else`(
        plane: Plane
    ) async throws {
        try await World.with(plane) { world in
            for name in ["build", "deploy"] {
                let gate = name == "deploy" ? "test -e \(world.gate("deploy").path)" : "true"
                var template = KubernetesObject(.templates, world.key(name))
                template.spec = [
                    "tasks": [
                        Manifest.command("do-\(name)", "\(world.effects.note("start")); \(gate)")
                    ]
                ]
                _ = try await world.client.create(.templates, template)
            }
            func starts() -> [Int] {
                ["do-build", "do-deploy"].map { world.effects.of($0).count }
            }
            func retry(_ run: String, as name: String) async throws {
                let program = try await world.orchestrator(["retry", run, "--name", name])
                #expect(program.code == 0, "\(program)")
                try await world.run(name, is: "Completed")
            }
            var deploy = Manifest.child("deploy", of: "deploy")
            deploy["dependsOn"] = ["build"]
            try await world.createRun(
                "first",
                ["workflowSpec": ["tasks": [Manifest.child("build", of: "build"), deploy]]])
            try await world.run("first", is: "Failed")
            #expect(starts() == [1, 1])
            try world.gate("deploy").open()
            try await retry("first", as: "second")
            #expect(starts() == [1, 2])
            try await retry("second", as: "third")
            #expect(starts() == [1, 2])
            _ = try await world.client.patch(
                .templates, world.key("build"), .merge(["spec": ["description": "another"]]))
            try await retry("third", as: "fourth")
            #expect(starts() == [2, 3])
        }
    }

    @Test(arguments: Plane.all)
    func `a retry waits for a run that goes on, and tells of one that is not there`(
        plane: Plane
    ) async throws {
        try await World.with(plane) { world in
            try await world.createRun("steered", RunTests.gated(world))
            try await world.object(.workflowRuns, "steered", "to run") {
                $0.phase(of: "first") == "Running"
            }
            try await world.createRun("early", ["retryOf": ["run": "steered"]])
            let early = try await world.run("early", is: "Pending")
            #expect(early.status["reason"] == "RetrySourceRunning")
            try await world.createRun("lost", ["retryOf": ["run": "nowhere"]])
            let lost = try await world.run("lost", is: "Pending")
            #expect(lost.status["reason"] == "RetrySourceNotFound")
            try world.gate("first").open()
            try await world.run("early", is: "Completed")
            #expect(world.effects.of("first").count == 1)
            #expect(world.effects.of("second").count == 1)
        }
    }

    @Test(arguments: Plane.all)
    func `a retry that can never be ends at once, and says why`(plane: Plane) async throws {
        try await World.with(plane) { world in
            let inline: JSON = ["tasks": [Manifest.value("a", "1")]]
            let wrong: [(String, JSON)] = [
                ("itself", ["retryOf": ["run": "itself"]]),
                ("taskless", ["retryOf": ["run": "nowhere", "mode": "Task"]]),
                ("twofold", ["retryOf": ["run": "nowhere"], "restoreFrom": ["checkpoint": "c"]]),
                ("double", ["workflowRef": ["name": "w"], "workflowSpec": inline]),
            ]
            for (name, spec) in wrong {
                try await world.createRun(name, spec)
                let run = try await world.run(name, is: "Failed")
                #expect(run.status["reason"] == "InvalidSpec", "\(run.status.text)")
                try await world.event(about: name, reason: "InvalidSpec")
            }
        }
    }

    @Test(arguments: Plane.all)
    func `a run goes on from a checkpoint that was kept by hand`(plane: Plane) async throws {
        try await World.with(plane) { world in
            var spec = RunTests.gated(world)
            spec[["workflowSpec", "tasks"]] = .array(
                [Manifest.command("zeroth", world.effects.note("start"))]
                    + (spec["workflowSpec"]?["tasks"]?.arrayValue ?? []))
            try await world.createRun("steered", spec)
            try await world.object(.workflowRuns, "steered", "to be half done") {
                $0.phase(of: "first") == "Running" && $0.phase(of: "zeroth") == "Completed"
            }
            let made = try await world.orchestrator("checkpoints", "steered", "create", "half")
            #expect(made.code == 0, "\(made)")
            let listed = try await world.orchestrator("checkpoints", "steered")
            #expect(listed.output.contains("half"), "\(listed)")
            try await world.desire("Cancelled", of: "steered")
            try await world.run("steered", is: "Cancelled")
            try world.gate("first").open()
            let restored = try await world.orchestrator(
                "checkpoints", "steered", "restore", "half", "--name", "restored")
            #expect(restored.code == 0, "\(restored)")
            try await world.run("restored", is: "Completed")
            #expect(world.effects.of("zeroth").count == 1)
            #expect(world.effects.of("first").count == 2)
            #expect(world.effects.of("second").count == 1)
        }
    }

    @Test func `what a retry cannot begin with is told, and no run is made`() async throws {
        try await World.with(.embedded) { world in
            _ = try await RetryTests.failed(world)
            let task = try await world.orchestrator("retry", "first", "--task", "joni")
            #expect(task.code == 2, "\(task)")
            #expect(task.error.contains("the run first has no task joni; did you mean join?"))
            let inner = try await world.orchestrator("retry", "first", "--task", "join[1].x")
            #expect(inner.code == 2, "\(inner)")
            let kind = try await world.orchestrator("retry", "first", "--input", "{\"city\": 1}")
            #expect(kind.code == 3, "\(kind)")
            #expect(kind.error.contains("input \"city\" must be"), "\(kind)")
            let name = try await world.orchestrator("retry", "first", "--set", "town=Rome")
            #expect(name.code == 3, "\(name)")
            #expect(name.error.contains("declares no input \"town\""), "\(name)")
            #expect(
                try await world.client.list(.workflowRuns, namespace: world.namespace).items.count
                    == 1)
            // What a text is by its declaration stays one.
            let text = try await world.orchestrator("retry", "first", "--set", "city=1.10")
            #expect(text.code == 0, "\(text)")
        }
    }
}

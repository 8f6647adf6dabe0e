import GitOps
import Kubernetes
import TestSupport
import Testing
import Values

/// Runs that people make and steer, on both planes.
@Suite struct RunTests {
    @Test(arguments: Plane.all)
    func `kubectl applies a workflow, and a run with inputs of its own`(
        plane: Plane
    ) async throws {
        try await World.with(plane) { world in
            let workflow = """
                apiVersion: orchestrator.llm/v1
                kind: Workflow
                metadata: {name: greet}
                spec:
                  inputs:
                    - {name: who, type: string, required: true}
                    - {name: times, type: integer, default: 2}
                  tasks:
                    - id: say
                      type: transform
                      inputs: {value: "hello ${{ workflow.inputs.who }} x${{ workflow.inputs.times }}"}
                  outputs: {said: "${{ tasks.say.outputs.value }}"}
                """
            let applied = try await world.kubectl.run("apply", "-f", "-", input: workflow)
            #expect(applied.output == "workflow.orchestrator.llm/greet created\n", "\(applied)")
            try await world.object(.workflows, "greet", "to wait for its input") {
                $0.condition("Ready")?["reason"] == "WaitingForInputs"
            }
            let run = """
                apiVersion: orchestrator.llm/v1
                kind: WorkflowRun
                metadata: {name: greet-ada}
                spec:
                  workflowRef: {kind: Workflow, name: greet}
                  inputs: {who: Ada}
                """
            let made = try await world.kubectl.run("apply", "-f", "-", input: run)
            #expect(made.output == "workflowrun.orchestrator.llm/greet-ada created\n", "\(made)")
            let waited = try await world.kubectl.run(
                "wait", "--for=condition=Ready", "workflowrun/greet-ada", "--timeout=60s")
            #expect(waited.output == "workflowrun.orchestrator.llm/greet-ada condition met\n")
            let ended = try await world.run("greet-ada", is: "Completed")
            #expect(ended.status["outputs"] == ["said": "hello Ada x2"])
            // The run keeps what it was started with (law 16).
            #expect(ended.status["definition"]?["tasks"]?[0]?["id"] == "say")
            #expect(ended.status["inputs"] == ["who": "Ada", "times": 2])
        }
    }

    @Test(arguments: Plane.all)
    func `wrong inputs end the run with what is wrong`(plane: Plane) async throws {
        try await World.with(plane) { world in
            try await world.createRun(
                "wrong",
                [
                    "workflowSpec": [
                        "inputs": [["name": "count", "type": "integer", "required": true]],
                        "tasks": [Manifest.value("only", "${{ workflow.inputs.count }}")],
                    ], "inputs": ["cuont": 3],
                ])
            let run = try await world.run("wrong", is: "Failed")
            #expect(run.status["reason"] == "InvalidInputs")
            #expect(run.status["message"]?.stringValue?.contains("count") == true)
            try await world.event(about: "wrong", reason: "InvalidInputs")
        }
    }

    @Test(arguments: Plane.all)
    func `a run waits for its definition and starts when it comes`(plane: Plane) async throws {
        try await World.with(plane) { world in
            try await world.createRun(
                "early", ["workflowRef": ["kind": "Template", "name": "later"]])
            let waiting = try await world.run("early", is: "Pending")
            #expect(waiting.status["reason"] == "DefinitionNotFound")
            #expect(waiting.status["message"]?.stringValue?.contains("Template later") == true)
            try await world.git.commit([
                "later.yaml": Manifest.workflow(
                    "later", kind: "Template", ["tasks": [Manifest.value("only", 1)]])
            ])
            try await world.createRepository()
            try await world.run("early", is: "Completed")
        }
    }

    /// Two tasks, the first of which waits for a gate.
    static func gated(_ world: World) -> JSON {
        [
            "workflowSpec": [
                "tasks": [
                    Manifest.command(
                        "first",
                        "\(world.effects.note("start")); \(world.gate("first").wait)"),
                    Manifest.command(
                        "second", world.effects.note("start"), ["dependsOn": ["first"]]),
                ]
            ]
        ]
    }

    @Test(arguments: Plane.all)
    func `a paused run ends what it does and starts nothing until it is resumed`(
        plane: Plane
    ) async throws {
        try await World.with(plane) { world in
            try await world.createRun("steered", RunTests.gated(world))
            try await world.object(.workflowRuns, "steered", "to run") {
                $0.phase(of: "first") == "Running"
            }
            try await world.desire("Paused", of: "steered")
            try await world.run("steered", is: "Paused")
            try world.gate("first").open()
            let paused = try await world.object(.workflowRuns, "steered", "to end its task") {
                $0.phase(of: "first") == "Completed"
            }
            #expect(paused.phase == "Paused")
            #expect(world.effects.of("second").isEmpty)
            try await world.desire("Running", of: "steered")
            try await world.run("steered", is: "Completed")
            #expect(world.effects.of("first").count == 1)
            #expect(world.effects.of("second").count == 1)
        }
    }

    @Test(arguments: Plane.all)
    func `an edit of what a run has started with is told at once`(plane: Plane) async throws {
        try await World.with(plane) { world in
            var spec = RunTests.gated(world)
            spec[["workflowSpec", "inputs"]] = [["name": "city", "type": "string"]]
            spec["inputs"] = ["city": "Oslo"]
            try await world.createRun("steered", spec)
            try await world.object(.workflowRuns, "steered", "to run") {
                $0.phase(of: "first") == "Running"
            }
            func patch(_ spec: JSON) async throws {
                let patched = try await world.kubectl.run(
                    "patch", "workflowrun", "steered", "--type", "merge", "--patch",
                    JSON.object(["spec": spec]).text)
                #expect(patched.code == 0, "\(patched)")
            }
            func accepted(_ run: KubernetesObject) -> JSON? {
                run.status["conditions"]?.arrayValue?.first { $0["type"] == "SpecAccepted" }
            }
            try await patch(["inputs": ["city": "Rome"]])
            let told = try await world.object(.workflowRuns, "steered", "to tell") {
                accepted($0)?["status"] == "False"
            }
            #expect(accepted(told)?["message"]?.stringValue?.contains("spec.inputs") == true)
            try await world.event(about: "steered", reason: "ChangedAfterStart")
            try await patch(["inputs": ["city": "Oslo"]])
            try await world.object(.workflowRuns, "steered", "to be as it was") {
                accepted($0) == nil
            }
            try await patch(["workflowSpec": ["description": "another"]])
            try await world.object(.workflowRuns, "steered", "to name the definition") {
                accepted($0)?["message"]?.stringValue?.contains("spec.workflowSpec") == true
            }
            // What it tells stays through its checkpoints.
            try world.gate("first").open()
            let run = try await world.run("steered", is: "Completed")
            #expect(accepted(run)?["reason"] == "ChangedAfterStart")
        }
    }

    @Test(arguments: Plane.all)
    func `a cancelled run stops what it does`(plane: Plane) async throws {
        try await World.with(plane) { world in
            try await world.createRun("steered", RunTests.gated(world))
            try await world.object(.workflowRuns, "steered", "to run") {
                $0.phase(of: "first") == "Running"
            }
            try await world.desire("Cancelled", of: "steered")
            let run = try await world.run("steered", is: "Cancelled")
            #expect(run.phase(of: "first") == "Cancelled")
            #expect(["Cancelled", "Skipped"].contains(run.phase(of: "second")))
            #expect(run.condition("Stalled")?["status"] == "True")
            #expect(world.effects.of("second").isEmpty)
        }
    }

    @Test(arguments: Plane.all)
    func `a run that takes too long times out`(plane: Plane) async throws {
        try await World.with(plane) { world in
            try await world.createRun(
                "slow",
                [
                    "workflowSpec": [
                        "config": ["timeout": "700ms"],
                        "tasks": [Manifest.command("wait", world.gate("never").wait)],
                    ]
                ])
            let run = try await world.run("slow", is: "TimedOut")
            #expect(["Cancelled", "TimedOut"].contains(run.phase(of: "wait")))
        }
    }

    @Test(arguments: Plane.all)
    func `a task that takes too long fails its attempt`(plane: Plane) async throws {
        try await World.with(plane) { world in
            try await world.createRun(
                "slow",
                [
                    "workflowSpec": [
                        "tasks": [
                            Manifest.command(
                                "wait",
                                "\(world.effects.note("start")); \(world.gate("never").wait)",
                                [
                                    "timeout": "2s",
                                    "retryPolicy": [
                                        "maxAttempts": 2, "initialInterval": "100ms",
                                        "retryableErrors": ["TimeoutError"],
                                    ],
                                ])
                        ]
                    ]
                ])
            let run = try await world.run("slow", is: "Failed")
            #expect(["Failed", "TimedOut"].contains(run.phase(of: "wait")))
            #expect(run.task("wait")?["error"]?["type"] == "TimeoutError")
            #expect(run.task("wait")?["attempt"] == 2)
            #expect(world.effects.of("wait").map(\.attempt) == [1, 2])
        }
    }

    @Test(arguments: Plane.all)
    func `others go on when a task may fail, and the run ends when one may not`(
        plane: Plane
    ) async throws {
        try await World.with(plane) { world in
            try await world.createRun(
                "tolerant",
                [
                    "workflowSpec": [
                        "tasks": [
                            Manifest.command("broken", "exit 3", ["onFailure": "Continue"]),
                            Manifest.value("after", "went on", ["dependsOn": ["broken"]]),
                        ],
                        "outputs": ["word": "${{ tasks.after.outputs.value }}"],
                    ]
                ])
            let tolerant = try await world.run("tolerant", is: "Completed")
            #expect(tolerant.phase(of: "broken") == "Failed")
            #expect(tolerant.status["outputs"] == ["word": "went on"])
            try await world.createRun(
                "strict",
                [
                    "workflowSpec": [
                        "tasks": [
                            Manifest.command("broken", "exit 3"),
                            Manifest.command(
                                "after", world.effects.note("start"), ["dependsOn": ["broken"]]),
                        ]
                    ]
                ])
            let strict = try await world.run("strict", is: "Failed")
            #expect(strict.status["message"]?.stringValue?.contains("broken") == true)
            #expect(strict.task("broken")?["error"]?["message"]?.stringValue?.contains("3") == true)
            #expect(world.effects.of("after").isEmpty)
        }
    }
}

import GitOps
import Kubernetes
import TestSupport
import Testing
import Values

/// What users do to runs that go on, on both planes.
@Suite struct OperationTests {
    @Test(arguments: Plane.all)
    func `a task is skipped, and another is given its outputs by hand`(plane: Plane) async throws {
        try await World.with(plane) { world in
            try await world.createRun(
                "steered",
                [
                    "workflowSpec": [
                        "tasks": [
                            Manifest.command("stuck", world.gate("never").wait),
                            Manifest.command("asked", world.gate("never").wait),
                            Manifest.value("after", "${{ tasks.asked.outputs.stdout }}"),
                        ],
                        "outputs": ["said": "${{ tasks.after.outputs.value }}"],
                    ]
                ])
            try await world.object(.workflowRuns, "steered", "to run") {
                $0.phase(of: "stuck") == "Running" && $0.phase(of: "asked") == "Running"
            }
            let skipped = try await world.orchestrator("skip", "steered", "stuck")
            #expect(skipped.code == 0, "\(skipped)")
            let set = try await world.orchestrator(
                "set-output", "steered", "asked", "{\"stdout\": \"by hand\"}")
            #expect(set.code == 0, "\(set)")
            let run = try await world.run("steered", is: "Completed")
            #expect(run.phase(of: "stuck") == "Skipped")
            #expect(run.status["outputs"] == ["said": "by hand"])
            let results = (run.status["operations"]?.objectValue ?? [:]).map { $1["result"] }
            #expect(results == ["Done", "Done"])
        }
    }

    @Test(arguments: Plane.all)
    func `outputs by hand are those that the task declares`(plane: Plane) async throws {
        try await World.with(plane) { world in
            let asked = Manifest.command(
                "asked", world.gate("never").wait, ["outputs": ["score": "number"]])
            try await world.createRun("steered", ["workflowSpec": ["tasks": [asked]]])
            try await world.object(.workflowRuns, "steered", "to run") {
                $0.phase(of: "asked") == "Running"
            }
            let wrong = try await world.orchestrator(
                "set-output", "steered", "asked", "{\"score\": \"high\"}")
            #expect(wrong.code == 2 && wrong.error.contains("a number"), "\(wrong)")
            let bad: [JSON] = [
                ["id": "1", "type": "SetOutputs", "task": "asked", "outputs": ["score": "high"]],
                ["id": "2", "type": "SetOutputs", "task": "asked"],
            ]
            let patch: JSON = ["spec": ["operations": .array(bad)]]
            let patched = try await world.kubectl.run(
                "patch", "workflowrun", "steered", "--type", "merge", "--patch", patch.text)
            #expect(patched.code == 0, "\(patched)")
            let refused = try await world.object(.workflowRuns, "steered", "to refuse both") {
                $0.status["operations"]?.objectValue?.count == 2
            }
            for id in ["1", "2"] {
                #expect(refused.status["operations"]?[id]?["result"] == "Refused")
            }
            let right = try await world.orchestrator(
                "set-output", "steered", "asked", "{\"score\": 0.5}")
            #expect(right.code == 0, "\(right)")
            try await world.run("steered", is: "Completed")
        }
    }

    @Test(arguments: Plane.all)
    func `what a run has done is undone when a user asks`(plane: Plane) async throws {
        try await World.with(plane) { world in
            try await world.createRun(
                "steered",
                [
                    "workflowSpec": [
                        "tasks": [
                            Manifest.command(
                                "book", world.effects.note("start"),
                                [
                                    "compensation": [
                                        "type": "command",
                                        "inputs": [
                                            "shell": true,
                                            "command": .string(world.effects.note("undone")),
                                        ],
                                    ]
                                ]),
                            Manifest.command(
                                "stuck", world.gate("never").wait, ["dependsOn": ["book"]]),
                        ]
                    ]
                ])
            try await world.object(.workflowRuns, "steered", "to run") {
                $0.phase(of: "stuck") == "Running"
            }
            let asked = try await world.orchestrator("rollback", "steered")
            #expect(asked.code == 0, "\(asked)")
            try await world.run("steered", is: "RolledBack")
            #expect(world.effects.all.map(\.word) == ["start", "undone"])
            let status = try await world.orchestrator("status", "steered")
            #expect(status.lines.contains { $0.hasPrefix("  └─ ✔ book  ") }, "\(status)")
            #expect(status.lines.contains("  compensation"), "\(status)")
            let graph = try await world.orchestrator("graph", "steered")
            #expect(graph.lines.contains { $0.contains("✔ compensation") }, "\(graph)")
            #expect(graph.output.contains("✔ book  command  in compensation"), "\(graph)")
        }
    }

    @Test(arguments: Plane.all)
    func `what is not possible is refused, and told`(plane: Plane) async throws {
        try await World.with(plane) { world in
            try await world.createRun("steered", RunTests.gated(world))
            try await world.object(.workflowRuns, "steered", "to run") {
                $0.phase(of: "first") == "Running"
            }
            let refused = try await world.orchestrator("skip", "steered", "nothing")
            #expect(refused.code == 1, "\(refused)")
            #expect(refused.error.contains("the run has no task 'nothing'"), "\(refused)")
            let near = try await world.orchestrator("skip", "steered", "frist")
            #expect(near.error.contains("did you mean 'first'?"), "\(near)")
            let patch: JSON = [
                "spec": [
                    "operations": [
                        ["id": "mine", "type": "SkipTask", "task": "first"]
                    ]
                ]
            ]
            let patched = try await world.kubectl.run(
                "patch", "wfr", "steered", "--type", "merge", "--patch", patch.text)
            #expect(patched.code == 0, "\(patched)")
            let run = try await world.run("steered", is: "Completed")
            #expect(run.status["operations"]?["mine"]?["result"] == "Done")
            let late = try await world.orchestrator("skip", "steered", "second")
            #expect(late.code == 1, "\(late)")
        }
    }
}

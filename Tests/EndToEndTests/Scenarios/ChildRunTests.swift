import GitOps
import Kubernetes
import TestSupport
import Testing
import Values

/// Runs that start runs, on both planes.
@Suite struct ChildRunTests {
    /// A template that waits for a gate, with a value in and out.
    static func template(_ world: World, name: String = "inner") -> KubernetesObject {
        var template = KubernetesObject(.templates, world.key(name))
        template.spec = [
            "inputs": [["name": "who", "type": "string", "required": true]],
            "tasks": [
                Manifest.command(
                    "hold", "\(world.effects.note("start")); \(world.gate(name).wait)"),
                Manifest.value(
                    "greet", "hello ${{ workflow.inputs.who }}", ["dependsOn": ["hold"]]),
            ],
            "outputs": ["said": "${{ tasks.greet.outputs.value }}"],
        ]
        return template
    }

    /// A run with one child.
    static func parent(_ more: JSONObject = [:], template: String = "inner") -> JSON {
        var task: JSONObject = [
            "id": "sub", "type": "workflow", "inputs": ["who": "Ada"],
            "workflow": ["kind": "Template", "name": .string(template)],
        ]
        task.merge(more)
        return [
            "workflowSpec": [
                "tasks": [.object(task)],
                "outputs": ["said": "${{ tasks.sub.outputs.said }}"],
            ]
        ]
    }

    private static func child(_ world: World) async throws -> KubernetesObject {
        try await awaited("one child", state: { await world.everything() }) {
            let runs = try await world.client.list(.workflowRuns, namespace: world.namespace).items
            return runs.first { $0.controller?.kind == "WorkflowRun" }
        }
    }

    @Test(arguments: Plane.all)
    func `a child gets its inputs, and its outputs are the task's`(plane: Plane) async throws {
        try await World.with(plane) { world in
            _ = try await world.client.create(.templates, ChildRunTests.template(world))
            try world.gate("inner").open()
            try await world.createRun("outer", ChildRunTests.parent())
            let run = try await world.run("outer", is: "Completed")
            #expect(run.status["outputs"] == ["said": "hello Ada"])
            let child = try await ChildRunTests.child(world)
            #expect(child.isOwned(byUID: run.uid ?? ""))
            #expect(child.name.hasPrefix("outer-sub-1-"))
            #expect(child.label("orchestrator.llm/run") == "outer")
        }
    }

    @Test(arguments: Plane.all)
    func `a child is paused, resumed and cancelled with its parent`(plane: Plane) async throws {
        try await World.with(plane) { world in
            _ = try await world.client.create(.templates, ChildRunTests.template(world))
            try await world.createRun("outer", ChildRunTests.parent())
            let child = try await ChildRunTests.child(world)
            try await world.run(child.name, is: "Running")
            try await world.desire("Paused", of: "outer")
            try await world.run(child.name, is: "Paused")
            try await world.desire("Running", of: "outer")
            try await world.run(child.name, is: "Running")
            try await world.desire("Cancelled", of: "outer")
            try await world.run(child.name, is: "Cancelled")
            try await world.run("outer", is: "Cancelled")
        }
    }

    @Test(arguments: Plane.all)
    func `a child that fails gives its task the error that ended it`(plane: Plane) async throws {
        try await World.with(plane) { world in
            var template = ChildRunTests.template(world, name: "broken")
            template.spec = ["tasks": [Manifest.command("only", "exit 7")]]
            _ = try await world.client.create(.templates, template)
            try await world.createRun(
                "outer", ChildRunTests.parent(["inputs": [:]], template: "broken"))
            let run = try await world.run("outer", is: "Failed")
            let child = try await ChildRunTests.child(world)
            #expect(
                run.task("sub")?["error"]?["type"] == child.task("only")?["error"]?["type"])
            #expect(
                run.task("sub")?["error"]?["message"]?.stringValue?.contains(child.name) == true)
        }
    }

    @Test(arguments: Plane.all)
    func `a task that takes too long ends its child`(plane: Plane) async throws {
        try await World.with(plane) { world in
            _ = try await world.client.create(.templates, ChildRunTests.template(world))
            try await world.createRun("outer", ChildRunTests.parent(["timeout": "2s"]))
            let run = try await world.run("outer", is: "Failed")
            #expect(run.task("sub")?["error"]?["type"] == "TimeoutError")
            let child = try await ChildRunTests.child(world)
            try await world.run(child.name, is: "Cancelled")
        }
    }

    @Test(arguments: Plane.all)
    func `a workflow that starts itself ends at the bound`(plane: Plane) async throws {
        try await World.with(plane) { world in
            var template = KubernetesObject(.templates, world.key("deep"))
            template.spec = [
                "tasks": [
                    [
                        "id": "again", "type": "workflow",
                        "workflow": ["kind": "Template", "name": "deep"],
                    ]
                ]
            ]
            _ = try await world.client.create(.templates, template)
            try await world.createRun(
                "outer", ["workflowRef": ["kind": "Template", "name": "deep"]])
            let run = try await world.run("outer", is: "Failed")
            #expect(run.task("again")?["error"]?["type"] == "DepthExceeded")
            let runs = try await world.client.list(.workflowRuns, namespace: world.namespace)
            #expect(runs.items.count == 17)
        }
    }
}

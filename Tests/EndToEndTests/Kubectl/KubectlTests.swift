import GitOps
import Kubernetes
import POSIX
import Resources
import TestSupport
import Testing
import Values

/// What somebody with kubectl sees and does, with every kubectl of the machine.
@Suite struct KubectlTests {
    static let workflow = """
        apiVersion: orchestrator.llm/v1
        kind: Workflow
        metadata: {name: greet}
        spec:
          description: red
          tasks:
            - {id: say, type: transform, inputs: {value: hello}}
          outputs: {said: "${{ tasks.say.outputs.value }}"}

        """

    private func with(
        _ program: String, _ plane: Plane,
        _ body: @Sendable (World, Program) async throws -> Void
    ) async throws {
        try await World.with(plane) { world in
            var kubectl = world.kubectl
            kubectl.executable = program
            kubectl.environment["KUBE_EDITOR"] = "sed -i s/red/blue/"
            try await body(world, kubectl)
        }
    }

    @Test(arguments: Kubectl.programs)
    func `the embedded plane warns whoever applies what cannot run, and keeps it`(
        program: String
    ) async throws {
        try await with(program, .embedded) { world, kubectl in
            let wrong = KubectlTests.workflow.replacing("tasks.say", with: "tasks.sai")
            let applied = try await kubectl.run("apply", "-f", "-", input: wrong)
            #expect(applied.code == 0, "\(applied)")
            #expect(applied.error.contains("Warning: error[E"), "\(applied)")
            #expect(applied.error.contains("spec.outputs.said"), "\(applied)")
            try await world.object(.workflows, "greet", "to say the same") {
                $0.condition("Ready")?["reason"] == "InvalidDefinition"
            }
            // What was said of a spec is not said again where only labels change.
            let labelled = try await kubectl.run("label", "workflow", "greet", "a=b")
            #expect(labelled.code == 0 && !labelled.error.contains("Warning"), "\(labelled)")
        }
    }

    @Test(arguments: Kubectl.programs, Plane.all)
    func `a workflow is applied, waited for, shown, edited and deleted`(
        program: String, plane: Plane
    ) async throws {
        try await with(program, plane) { world, kubectl in
            let name = "workflow.orchestrator.llm/greet"
            let applied = try await kubectl.run("apply", "-f", "-", input: KubectlTests.workflow)
            #expect(applied.output == "\(name) created\n", "\(applied)")
            let run = try await world.run(of: "greet", is: "Completed").name
            let waited = try await kubectl.run(
                "wait", "--for=condition=Ready", "wfr/\(run)", "--timeout=30s")
            #expect(waited.code == 0, "\(waited)")
            try await world.object(.workflows, "greet", "to show its run") {
                $0.status["lastRun"]?["phase"] == "Completed"
            }
            let table = try await kubectl.run("get", "wf,wfr")
            #expect(table.output.contains("PHASE") && table.output.contains("LAST RUN"))
            #expect(table.lines.contains { $0.contains(run) && $0.contains("Completed") })
            let all = try await kubectl.run("get", "orchestrator", "-o", "name")
            #expect(all.lines.sorted() == [name, "workflowrun.orchestrator.llm/\(run)"], "\(all)")
            try await world.event(about: run, reason: "RunCompleted")
            let described = try await kubectl.run("describe", "workflowrun", run)
            #expect(described.output.contains("RunCompleted"), "\(described)")
            #expect(described.output.contains("Said:      hello"), "\(described)")
            let explained = try await kubectl.run("explain", "workflow.spec.tasks.retryPolicy")
            #expect(explained.output.contains("maxAttempts"), "\(explained)")
            try await change(world, kubectl, name)
            let deleted = try await kubectl.run("delete", "wf", "greet")
            #expect(deleted.output == "workflow.orchestrator.llm \"greet\" deleted\n", "\(deleted)")
            try await world.isGone(.workflows, "greet")
        }
    }

    private func change(_ world: World, _ kubectl: Program, _ name: String) async throws {
        let changed = KubectlTests.workflow.replacing("value: hello", with: "value: goodbye")
        let difference = try await kubectl.run("diff", "-f", "-", input: changed)
        #expect(difference.code == 1, "\(difference)")
        #expect(difference.output.contains("+      value: goodbye"), "\(difference)")
        let same = try await kubectl.run("diff", "-f", "-", input: KubectlTests.workflow)
        #expect(same.code == 0 && same.output.isEmpty, "\(same)")
        let edited = try await kubectl.run("edit", "wf", "greet")
        #expect(edited.output == "\(name) edited\n", "\(edited)")
        try await world.object(.workflows, "greet", "to be edited") {
            $0.spec["description"] == "blue"
        }
        let patched = try await kubectl.run(
            "patch", "wf", "greet", "--type=merge", "-p", #"{"spec":{"suspend":true}}"#)
        #expect(patched.output == "\(name) patched\n", "\(patched)")
        let refused = try await kubectl.run(
            "patch", "wf", "greet", "--type=merge", "-p", #"{"spec":{"suspend":"later"}}"#)
        #expect(refused.code == 1 && refused.error.contains("spec.suspend"), "\(refused)")
    }

    @Test(arguments: Kubectl.programs, Plane.all)
    func `a watch shows a run while it goes on`(program: String, plane: Plane) async throws {
        try await with(program, plane) { world, kubectl in
            let watch = try await ChildProcess.spawn(
                kubectl.call(["get", "wfr", "--watch", "--no-headers"]))
            try await world.createRun("steered", RunTests.gated(world))
            try await world.object(.workflowRuns, "steered", "to run") {
                $0.phase(of: "first") == "Running"
            }
            let paused = try await kubectl.run(
                "patch", "wfr", "steered", "--type=merge", "-p",
                #"{"spec":{"desiredState":"Paused"}}"#)
            #expect(paused.code == 0, "\(paused)")
            var seen = ""
            while let piece = await watch.nextOutput() {
                seen += String(decoding: piece.bytes, as: UTF8.self)
                if seen.contains("Paused") { break }
            }
            #expect(seen.contains("steered") && seen.contains("Running"))
            await watch.terminate(grace: .zero)
            let bad = try await kubectl.run(
                "patch", "wfr", "steered", "--type=merge", "-p",
                #"{"spec":{"desiredState":"Resting"}}"#)
            #expect(bad.code == 1 && bad.error.contains("desiredState"), "\(bad)")
            let cancelled = try await kubectl.run(
                "patch", "wfr", "steered", "--type=merge", "-p",
                #"{"spec":{"desiredState":"Cancelled"}}"#)
            #expect(cancelled.code == 0, "\(cancelled)")
            try await world.run("steered", is: "Cancelled")
        }
    }
}

/// What the repository offers to `kubectl apply`, on a real API server.
@Suite(
    .serialized,
    .enabled(if: Plane.kubeconfig != nil, "LLM_ORCHESTRATOR_TEST_KUBECONFIG is not set"))
struct InstallTests {
    @Test(arguments: Kubectl.programs)
    func `the definitions and the manifests apply, and apply again`(program: String) async throws {
        let kubectl = Program(
            program, prefix: ["--kubeconfig", Plane.kubeconfig ?? ""],
            environment: ["HOME": "/nonexistent"], directory: Checkout.path)
        // The namespace of the manifests must be there before what is in it.
        for _ in 0..<2 {
            let applied = try await kubectl.run("apply", "-f", "crds", "-f", "manifests")
            #expect(applied.code == 0, "\(applied)")
        }
        let again = try await kubectl.run("apply", "-f", "crds", "-f", "manifests")
        #expect(again.lines.allSatisfy { $0.hasSuffix(" unchanged") }, "\(again)")
        let waited = try await kubectl.run(
            "wait", "--for=condition=established", "crd", "--all", "--timeout=30s")
        #expect(waited.code == 0, "\(waited)")
        let examples = try await kubectl.run(
            "apply", "--dry-run=server", "-f", "manifests/examples")
        #expect(examples.code == 0, "\(examples)")
    }

    @Test func `install puts the definitions there`() async throws {
        let cli = try OrchestratorCommand()
        let result = try await cli("install", "--kubeconfig", Plane.kubeconfig ?? "")
        #expect(result.code == 0, "\(result)")
        #expect(result.lines.count == ResourceDefinition.all.count)
        let printed = try await cli("install", "--print")
        #expect(printed.output.split(separator: "---\n").count == ResourceDefinition.all.count)
    }
}

import GitOps
import Kubernetes
import TestSupport
import Testing
import Values

/// How runs are named on the command line.
@Suite struct RunNameTests {
    @Test func `a run is named by itself, or with its kind before it`() async throws {
        try await World.with(.embedded) { world in
            try await world.createRun("p7", RunTests.gated(world))
            for name in [
                "p7", "wfr/p7", "workflowrun/p7", "workflowruns/p7", "WorkflowRun/p7",
                "workflowrun.orchestrator.llm/p7", "workflowruns.v1.orchestrator.llm/p7",
            ] {
                let status = try await world.orchestrator("status", name, "-o", "name")
                #expect(status.output == "workflowrun.orchestrator.llm/p7\n", "\(status)")
            }
        }
    }

    @Test(arguments: [
        ("team-a/p7", "write -n team-a p7"), ("wf/p7", "names a Workflow"),
        ("../p7", "the namespace is an option"), ("wfr/../p7", "is no name of a WorkflowRun"),
        ("/p7", "the namespace is an option"), ("wfr/", "is empty"), ("", "RUN is empty"),
        ("P7", "is no name of a WorkflowRun"),
    ])
    func `what names no run here is refused, and nothing happens to one`(
        name: String, says: String
    ) async throws {
        try await World.with(.embedded) { world in
            try await world.createRun("p7", RunTests.gated(world))
            for verb in ["status", "cancel", "rollback", "approve", "checkpoints", "logs"] {
                try await world.orchestrator(verb, name).expectFailure(2, says: says)
            }
            let run = try #require(try await world.object(.workflowRuns, "p7"))
            #expect(run.spec["desiredState"] != "Cancelled")
            #expect(run.spec["operations"] == nil)
        }
    }
}

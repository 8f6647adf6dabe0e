import GitOps
import Kubernetes
import TestSupport
import Testing
import Values

/// The server is killed while tasks wait for what they made; they find it again.
@Suite struct ChildKillTests {
    @Test func `an approval outlives the server, and is asked once`() async throws {
        try await KilledServer.play { server in
            try await server.createRun("release", ApprovalTests.asking([:]))
            let first = try await server.children(.approvals, count: 1)
            try await server.kill()
            try await server.kill()
            let second = try await server.children(.approvals, count: 1)
            #expect(first.map(\.uid) == second.map(\.uid))
            try await server.approve(askedBy: "release")
            let run = try await server.run("release", is: "Completed")
            #expect(run.status["outputs"] == ["approvers": ["ada"]])
        }
    }

    @Test func `a child run outlives the server, and is started once`() async throws {
        try await KilledServer.play { server in
            var template = KubernetesObject(.templates, server.key("inner"))
            template.spec = [
                "tasks": [["id": "ask", "type": "approval"]],
                "outputs": ["approved": "${{ tasks.ask.outputs.approved }}"],
            ]
            _ = try await server.client.create(.templates, template)
            try await server.createRun(
                "outer",
                [
                    "workflowSpec": [
                        "tasks": [Manifest.child("sub", of: "inner")],
                        "outputs": ["approved": "${{ tasks.sub.outputs.approved }}"],
                    ]
                ])
            let first = try await server.children(.workflowRuns, count: 1)
            try await server.kill()
            let second = try await server.children(.workflowRuns, count: 1)
            #expect(first.map(\.uid) == second.map(\.uid))
            let child = try #require(second.first)
            try await server.approve(askedBy: child.name)
            let run = try await server.run("outer", is: "Completed")
            #expect(run.status["outputs"] == ["approved": true])
            let last = try await server.children(.workflowRuns, count: 1)
            #expect(last.map(\.uid) == first.map(\.uid))
        }
    }

    @Test func `a run that is cancelled just before the server dies takes its child with it`()
        async throws
    {
        try await KilledServer.play { server in
            var template = KubernetesObject(.templates, server.key("inner"))
            template.spec = ["tasks": [["id": "ask", "type": "approval"]]]
            _ = try await server.client.create(.templates, template)
            try await server.createRun(
                "outer",
                [
                    "workflowSpec": [
                        "tasks": [Manifest.child("sub", of: "inner")]
                    ]
                ])
            let child = try #require(try await server.children(.workflowRuns, count: 1).first)
            _ = try await server.client.patch(
                .workflowRuns, server.key("outer"),
                .merge(["spec": ["desiredState": "Cancelled"]]))
            try await server.kill()
            try await server.run("outer", is: "Cancelled")
            try await server.run(child.name, is: "Cancelled")
        }
    }

    @Test func `a task that a kill leaves in doubt is what a user says it is`() async throws {
        try await KilledServer.play { server in
            try await server.createRun(
                "doubtful",
                [
                    "workflowSpec": [
                        "tasks": [
                            Manifest.command("pay", "sleep 600", ["onInterruption": "Hold"])
                        ],
                        "outputs": ["paid": "${{ tasks.pay.outputs.stdout }}"],
                    ]
                ])
            try await server.run("doubtful") { $0.phase(of: "pay") == "Running" }
            try await server.kill()
            try await server.run("doubtful") { $0.phase(of: "pay") == "InDoubt" }
            let operation: JSON = [
                "id": "told", "type": "Resolve", "task": "pay", "resolution": "Complete",
                "outputs": ["stdout": "once"],
            ]
            _ = try await server.client.patch(
                .workflowRuns, server.key("doubtful"),
                .merge(["spec": ["operations": [operation]]]))
            let run = try await server.run("doubtful", is: "Completed")
            #expect(run.status["outputs"] == ["paid": "once"])
        }
    }

    @Test func `an answer given while no server runs counts`() async throws {
        try await KilledServer.play { server in
            try await server.createRun(
                "release", ApprovalTests.asking(["deadline": "1s", "default": "approve"]))
            try await server.children(.approvals, count: 1)
            // The deadline passes while the server is down, or as it starts: both end the same.
            try await server.kill()
            try await server.run("release", is: "Completed")
        }
    }
}

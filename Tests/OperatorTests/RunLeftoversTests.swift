import GitOps
import Kubernetes
import POSIX
import TestSupport
import Testing
import Values

@testable import Operator

/// What an operator keeps of runs once they are gone: nothing.
@Suite(.timeLimit(.minutes(5))) struct RunLeftoversTests {
    @Test func `nothing is kept in memory or on the disk of runs that are gone`() async throws {
        try await EmbeddedWorld.with { server in
            let count = 12
            let client = server.client
            for number in 0..<count {
                _ = try await EmbeddedWorld.ended(
                    "done-\(number)",
                    [
                        "tasks": [
                            [
                                "id": "only", "type": "command",
                                "inputs": ["command": "echo x", "shell": true],
                            ]
                        ]
                    ], on: client)
                var waiting = KubernetesObject(.workflowRuns, EmbeddedWorld.key("waits-\(number)"))
                waiting.spec = ["workflowRef": ["name": .string("absent-\(number)")]]
                _ = try await client.create(.workflowRuns, waiting)
            }
            let runs = server.operator.runs
            try await awaited("all to wait") { runs.waiting.counts.runs == count }
            for number in 0..<count {
                try await client.delete(.workflowRuns, EmbeddedWorld.key("done-\(number)"))
                try await client.delete(.workflowRuns, EmbeddedWorld.key("waits-\(number)"))
            }
            try await awaited("the cache to be empty") { runs.cache.count == 0 }
            try await awaited("nothing to wait") { runs.waiting.counts == (0, 0) }
            try await awaited("no attempt to be open") { server.operator.logs.openCount == 0 }
            let directory = server.kubeconfigPath.dropLast("/kubeconfig".count)
            try await awaited("no folder to be left") {
                try FileSystem.list("\(directory)/logs").isEmpty
            }
        }
    }

    @Test func `failures of a run that no process drives are forgotten with it`() async throws {
        try await EmbeddedWorld.with { server in
            // Its checkpoint is looked for again and again.
            var run = KubernetesObject(.workflowRuns, EmbeddedWorld.key("lost"))
            run.spec = [
                "workflowSpec": [
                    "tasks": [["id": "only", "type": "command", "inputs": ["command": "true"]]]
                ],
                "restoreFrom": ["checkpoint": "absent"],
            ]
            _ = try await server.client.create(.workflowRuns, run)
            let runs = server.operator.runs
            try await awaited("it to be looked at again") {
                runs.failures(of: EmbeddedWorld.key("lost")) > 0
            }
            try await server.client.delete(.workflowRuns, EmbeddedWorld.key("lost"))
            try await awaited("its failures to be forgotten") {
                runs.cache.count == 0 && runs.failures(of: EmbeddedWorld.key("lost")) == 0
            }
        }
    }
}

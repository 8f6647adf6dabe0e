import GitOps
import Kubernetes
import TestSupport
import Testing
import Values

@testable import Operator

/// What holds between a run and the one that it goes on from.
@Suite(.timeLimit(.minutes(5))) struct RunTakeoverTests {
    private func definition(keeping count: Int64? = nil) -> JSON {
        var definition: JSON = [
            "tasks": [["id": "only", "type": "command", "inputs": ["command": "true"]]]
        ]
        if let count { definition["retention"] = ["completed": ["maxCount": .integer(count)]] }
        return definition
    }

    private func create(_ name: String, _ spec: JSON, on client: KubernetesClient) async throws {
        var run = KubernetesObject(.workflowRuns, EmbeddedWorld.key(name))
        run.spec = spec
        _ = try await client.create(.workflowRuns, run)
    }

    private func isGone(_ name: String, on client: KubernetesClient) async throws -> Bool {
        do throws(KubernetesError) {
            _ = try await client.get(.workflowRuns, EmbeddedWorld.key(name))
            return false
        } catch {
            guard error.code == .notFound else { throw error }
            return true
        }
    }

    @Test(
        arguments: [
            ["retryOf": ["run": "source"], "workflowRef": ["name": "absent"]],
            ["restoreFrom": ["run": "source", "checkpoint": "absent"]],
        ] as [JSON])
    func `a run stays as long as another that counts elsewhere is to go on from it`(
        spec: JSON
    ) async throws {
        try await EmbeddedWorld.with { server in
            let client = server.client
            try await create("next", spec, on: client)
            try await awaited("it to wait") {
                try await client.get(.workflowRuns, EmbeddedWorld.key("next")).status["reason"]
                    != nil
            }
            try await create("source", ["workflowSpec": definition(keeping: 0)], on: client)
            try await awaited("the source to complete") {
                try await client.get(.workflowRuns, EmbeddedWorld.key("source")).status["phase"]
                    == "Completed"
            }
            try await create("later", ["workflowSpec": definition(keeping: 0)], on: client)
            // The older one would have gone first.
            try await awaited("the other to go") { try await isGone("later", on: client) }
            #expect(try await !isGone("source", on: client))
            try await client.delete(.workflowRuns, EmbeddedWorld.key("next"))
            try await awaited("the source to go") { try await isGone("source", on: client) }
        }
    }

    @Test
    func
        `a run stays as long as another is to go on from a checkpoint of it, which it need not say`()
        async throws
    {
        try await EmbeddedWorld.with { server in
            let client = server.client
            try await create(
                "a-source",
                [
                    "workflowSpec": definition(keeping: 1),
                    "operations": [["id": "1", "type": "Checkpoint"]],
                ], on: client)
            let source = try await awaited("the source to complete") {
                let run = try await client.get(.workflowRuns, EmbeddedWorld.key("a-source"))
                return run.status["phase"] == "Completed" ? run : nil
            }
            let checkpoint = try #require(CheckpointController.keys(of: source).first)
            try await awaited("the checkpoint to be kept") {
                try await client.list(.runCheckpoints, namespace: source.namespace).items.contains {
                    $0.key == checkpoint
                }
            }
            try await create(
                "next",
                [
                    "restoreFrom": ["checkpoint": .string(checkpoint.name)],
                    "workflowRef": ["name": "absent"],
                ], on: client)
            try await awaited("it to wait") {
                try await client.get(.workflowRuns, EmbeddedWorld.key("next")).status["reason"]
                    != nil
            }
            try await create("z-later", ["workflowSpec": definition(keeping: 0)], on: client)
            // The older one would have gone first.
            try await awaited("the other to go") { try await isGone("z-later", on: client) }
            #expect(try await !isGone("a-source", on: client))
            try await client.delete(.workflowRuns, EmbeddedWorld.key("next"))
            try await create("z-later", ["workflowSpec": definition(keeping: 0)], on: client)
            try await awaited("the source to go") { try await isGone("a-source", on: client) }
        }
    }

    @Test func `of runs that are to try each other again one is refused`() async throws {
        try await EmbeddedWorld.with { server in
            let client = server.client
            let names = ["a", "b", "c"]
            for (place, name) in names.enumerated() {
                let source = names[(place + 1) % names.count]
                try await create(
                    name,
                    ["retryOf": ["run": .string(source)], "workflowSpec": definition()],
                    on: client)
            }
            var reasons: [JSON] = []
            for name in names {
                let ended = try await awaited("\(name) to end") {
                    let run = try await client.get(.workflowRuns, EmbeddedWorld.key(name))
                    return RunPhases.hasEnded(run) ? run : nil
                }
                if let reason = ended.status["reason"] { reasons.append(reason) }
            }
            #expect(reasons.contains("RetryCircle"))
        }
    }
}

/// The runs that checkpoints by hand are of.
@Suite struct RestoreSourceTests {
    private func found(naming run: String?) -> RunSource.Finding {
        let key = ObjectKey(namespace: "n", name: "kept")
        var checkpoint = KubernetesObject(.runCheckpoints, key)
        checkpoint.spec = [
            "purpose": "Manual", "run": ["name": "source", "uid": "u1"],
            "state": [
                "definition": [
                    "tasks": [["id": "only", "type": "command", "inputs": ["command": "true"]]]
                ]
            ],
        ]
        var next = KubernetesObject(.workflowRuns, ObjectKey(namespace: "n", name: "next"))
        next.spec = ["restoreFrom": ["checkpoint": "kept"]]
        next.spec["restoreFrom"]?["run"] = run.map { .string($0) }
        let children = ChildDefinitions(
            run: { _ in nil }, ownedRuns: { _ in [] }, definition: { _, _ in nil })
        return RunSource.of(next, source: nil, checkpoint: checkpoint, children: children)
    }

    @Test
    func `a run need not say which run a checkpoint is of, and is refused where it says another`()
        throws
    {
        for name in [nil, "", "source"] {
            guard case .found = found(naming: name) else {
                Issue.record("not found: \(name ?? "nil")")
                continue
            }
        }
        guard case .refused(let reason, let message) = found(naming: "other") else {
            Issue.record("not refused")
            return
        }
        #expect(reason == "CheckpointOfAnotherRun")
        #expect(message.contains("source") && message.contains("other"))
    }
}

/// Which runs wait for themselves.
@Suite struct RetryCircleTests {
    private func run(_ name: String, retryOf source: String?, uid: String? = nil)
        -> KubernetesObject
    {
        var run = KubernetesObject(.workflowRuns, ObjectKey(namespace: "n", name: name))
        run.metadata["uid"] = .string("uid-\(name)")
        if let source {
            run.spec["retryOf"] = ["run": .string(source)]
            if let uid { run.spec["retryOf"]?["uid"] = .string(uid) }
        }
        return run
    }

    private func circle(_ runs: [KubernetesObject]) -> [String]? {
        RetryCircle.through(runs[0]) { key in runs.first { $0.key == key } }
    }

    @Test func `a run that is led back to is found through any number of others`() {
        #expect(circle([run("a", retryOf: "b"), run("b", retryOf: "a")]) == ["b", "a"])
        let count = RetryCircle.maximumLength
        let line = (0..<count).map { run("r\($0)", retryOf: "r\(($0 + 1) % count)") }
        #expect(circle(line)?.last == "r0")
        let longer = (0...count).map { run("r\($0)", retryOf: "r\(($0 + 1) % (count + 1))") }
        #expect(circle(longer) == nil)
    }

    @Test func `a line that ends, or does not come back to the run, is none`() {
        #expect(circle([run("a", retryOf: "b"), run("b", retryOf: nil)]) == nil)
        #expect(circle([run("a", retryOf: "b")]) == nil)
        #expect(
            circle([run("a", retryOf: "b"), run("b", retryOf: "c"), run("c", retryOf: "b")])
                == nil)
    }

    @Test func `who has begun, is to end or names another of that name waits for nobody`() {
        let first = run("a", retryOf: "b")
        var begun = run("b", retryOf: "a")
        begun.status["checkpoint"] = ["sequence": 1]
        #expect(circle([first, begun]) == nil)
        var ending = run("b", retryOf: "a")
        ending.spec["desiredState"] = "Cancelled"
        #expect(circle([first, ending]) == nil)
        #expect(circle([first, run("b", retryOf: "a", uid: "uid-a")]) == ["b", "a"])
        #expect(circle([first, run("b", retryOf: "a", uid: "other")]) == nil)
    }
}

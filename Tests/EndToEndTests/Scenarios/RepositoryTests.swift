import GitOps
import Kubernetes
import POSIX
import Resources
import TestSupport
import Testing
import Values

/// What a `WorkflowRepository` keeps true, on both planes.
@Suite struct RepositoryTests {
    @Test(arguments: Plane.all)
    func `what somebody changes by hand is put back`(plane: Plane) async throws {
        try await World.with(plane) { world in
            try await world.git.commit(["one.yaml": Manifest.single("one", 1)])
            try await world.createRepository()
            let workflow = try await world.object(.workflows, "one", "to run") {
                $0.status["lastRun"]?["phase"] == "Completed"
            }
            _ = try await world.client.patch(
                .workflows, world.key("one"), .merge(["spec": ["description": "by hand"]]))
            try await world.object(.workflows, "one", "to be put back") {
                $0.generation > workflow.generation && $0.spec == workflow.spec
            }
            try await world.client.delete(.workflows, world.key("one"))
            try await world.object(.workflows, "one", "to come back") {
                $0.uid != workflow.uid && !$0.isDeleting
            }
        }
    }

    @Test(arguments: Plane.all)
    func `deleting the repository prunes what it gave`(plane: Plane) async throws {
        try await World.with(plane) { world in
            try await world.git.commit([
                "one.yaml": Manifest.single("one", 1),
                "kept.yaml": Manifest.single("kept", 1).replacing(
                    "\"name\": \"kept\"",
                    with: "\"annotations\": {\"orchestrator.llm/prune\": \"disabled\"}, "
                        + "\"name\": \"kept\""),
                "shared.yaml": Manifest.workflow(
                    "shared", kind: "Template", ["tasks": [Manifest.value("only", 1)]]),
                "long.yaml": CommitTests.long(world, world.gate("never")),
            ])
            try await world.createRepository()
            let run = try await world.run(of: "long") { $0.phase(of: "import") == "Running" }
            try await world.run(of: "kept", is: "Completed")
            try await world.object(.templates, "shared", "to be valid") {
                $0.condition("Ready")?["status"] == "True"
            }
            try await world.client.delete(.workflowRepositories, world.key("repo"))
            try await world.isGone(.workflowRepositories, "repo")
            try await world.isGone(.workflows, "long")
            try await world.isGone(.workflows, "one")
            try await world.isGone(.templates, "shared")
            try await world.run(run.name, is: "Cancelled")
            #expect(try await world.object(.workflows, "kept") != nil)
        }
    }

    /// What a process leaves that dies between an apply and the status that was to say so.
    @Test(arguments: Plane.all)
    func `law 15: what was applied and never noted is pruned as well`(plane: Plane) async throws {
        try await World.with(plane) { world in
            let first = try await world.git.commit([
                "one.yaml": Manifest.single("one", 1), "two.yaml": Manifest.single("two", 1),
                "three.yaml": Manifest.single("three", 1),
            ])
            try await world.createRepository("repo", ["interval": "1h"])
            try await world.isSynced(first)
            try await world.forgetInventory()
            let second = try await world.git.commit([
                "one.yaml": Manifest.single("one", 2), "two.yaml": nil,
            ])
            try await world.reconcile(at: "two is gone")
            try await world.isSynced(second)
            try await world.isGone(.workflows, "two")
            try await world.forgetInventory()
            try await world.client.delete(.workflowRepositories, world.key("repo"))
            try await world.isGone(.workflowRepositories, "repo")
            for name in ["one", "three"] { try await world.isGone(.workflows, name) }
        }
    }

    /// `kubectl get wf one -o yaml | sed … | kubectl apply -f -` keeps labels and annotations.
    @Test(arguments: Plane.all)
    func `a copy of what a repository gave is nobody's to prune`(plane: Plane) async throws {
        try await World.with(plane) { world in
            let first = try await world.git.commit([
                "one.yaml": Manifest.single("one", 1), "two.yaml": Manifest.single("two", 1),
            ])
            try await world.createRepository("repo", ["interval": "1h"])
            try await world.isSynced(first)
            let original = try #require(try await world.object(.workflows, "two"))
            var copy = KubernetesObject(.workflows, world.key("two-test"))
            copy.labels = original.labels
            copy.annotations = original.annotations
            copy.spec = original.spec
            let made = try await world.client.create(.workflows, copy)
            let second = try await world.git.commit(["two.yaml": nil])
            try await world.reconcile(at: "two is gone")
            try await world.isSynced(second)
            try await world.isGone(.workflows, "two")
            try await world.reconcile(at: "what is left")
            try await world.client.delete(.workflowRepositories, world.key("repo"))
            try await world.isGone(.workflowRepositories, "repo")
            try await world.isGone(.workflows, "one")
            let left = try await world.object(.workflows, "two-test")
            #expect(left?.uid == made.uid && left?.isDeleting == false)
        }
    }

    /// What an earlier release applied bears fewer marks.
    @Test(arguments: Plane.all)
    func `a mark that is not there is set by the next sync`(plane: Plane) async throws {
        try await World.with(plane) { world in
            let commit = try await world.git.commit(["one.yaml": Manifest.single("one", 1)])
            try await world.createRepository()
            try await world.isSynced(commit)
            let mark = try await world.object(.workflows, "one")?
                .annotation(Annotations.appliedAs)
            #expect(mark != nil)
            let before = try await world.client.patch(
                .workflows, world.key("one"),
                .merge(["metadata": ["annotations": [Annotations.appliedAs: .null]]]))
            #expect(before.annotation(Annotations.appliedAs) == nil)
            let after = try await world.object(.workflows, "one", "to be marked again") {
                $0.annotation(Annotations.appliedAs) == mark
            }
            #expect(after.generation == before.generation)
        }
    }

    @Test(arguments: Plane.all)
    func `what a repository left is its own again under its old name`(plane: Plane) async throws {
        try await World.with(plane) { world in
            let first = try await world.git.commit(["one.yaml": Manifest.single("one", 1)])
            try await world.createRepository("repo", ["prune": false])
            try await world.isSynced(first)
            try await world.client.delete(.workflowRepositories, world.key("repo"))
            try await world.isGone(.workflowRepositories, "repo")
            try await world.createRepository("repo", ["suspend": true])
            try await world.createRepository("heir")
            try await world.object(.workflowRepositories, "heir", "to say whose it is") {
                $0.failures.contains { $0.contains("was applied from the repository repo") }
            }
            let repository = try await world.client.patch(
                .workflowRepositories, world.key("repo"), .merge(["spec": ["suspend": false]]))
            try await world.object(.workflows, "one", "to be marked") {
                $0.annotation(Annotations.repositoryUID) == repository.uid
            }
        }
    }

    /// A label holds 63 characters, a name 253.
    @Test(arguments: Plane.all)
    func `a repository with a long name knows what it gave`(plane: Plane) async throws {
        try await World.with(plane) { world in
            let name = "repo" + String(repeating: "-long", count: 20)
            _ = try await world.git.commit(["one.yaml": Manifest.single("one", 1)])
            try await world.createRepository(name)
            let workflow = try await world.run(of: "one", is: "Completed").spec["workflowSpec"]
            _ = try await world.git.commit(["one.yaml": Manifest.single("one", 2)])
            try await world.object(.workflows, "one", "to be the second") { $0.spec != workflow }
        }
    }

    /// A run may start of whatever is stored, so no half of a commit is, beside half of a change.
    @Test(arguments: Plane.all)
    func `a commit takes the place of what was changed by hand, whole and at once`(
        plane: Plane
    ) async throws {
        try await World.with(plane) { world in
            let first = try await world.git.commit(["one.yaml": Manifest.single("one", 1)])
            try await world.createRepository("repo", ["interval": "1h"])
            try await world.isSynced(first)
            let added = try await world.client.patch(
                .workflows, world.key("one"),
                .merge([
                    "spec": ["description": "by hand", "finally": [Manifest.value("last", 1)]]
                ]))
            let second = try await world.git.commit(["one.yaml": Manifest.single("one", 2)])
            try await world.reconcile(at: "2026-01-02T03:04:05Z")
            try await world.isSynced(second)
            let restored = try await world.object(.workflows, "one")
            #expect(restored?.spec["finally"] == nil)
            #expect(restored?.annotation(Annotations.commit) == second)
            #expect(restored?.generation == added.generation + 1)
        }
    }

    @Test(arguments: Plane.all)
    func `what a repository left that is gone is taken over`(plane: Plane) async throws {
        try await World.with(plane) { world in
            let first = try await world.git.commit(["one.yaml": Manifest.single("one", 1)])
            try await world.createRepository("repo", ["prune": false])
            try await world.isSynced(first)
            let left = try await world.object(.workflows, "one")
            try await world.createRepository("heir")
            try await world.object(.workflowRepositories, "heir", "to say whose it is") {
                $0.failures.contains { $0.contains("was applied from the repository repo") }
            }
            try await world.client.delete(.workflowRepositories, world.key("repo"))
            try await world.isGone(.workflowRepositories, "repo")
            let heir = try await world.object(.workflowRepositories, "heir", "to have it") {
                $0.condition("Ready")?["reason"] == "Synced"
            }
            let taken = try await world.object(.workflows, "one")
            #expect(taken?.uid == left?.uid)
            #expect(taken?.label(Labels.repository) == "heir")
            #expect(taken?.annotation(Annotations.repositoryUID) == heir.uid)
        }
    }

    @Test(arguments: Plane.all)
    func `a suspended repository rests until it goes on`(plane: Plane) async throws {
        try await World.with(plane) { world in
            let first = try await world.git.commit(["one.yaml": Manifest.single("one", 1)])
            try await world.createRepository()
            try await world.isSynced(first)
            _ = try await world.client.patch(
                .workflowRepositories, world.key("repo"), .merge(["spec": ["suspend": true]]))
            try await world.repository("to rest") {
                $0.condition("Ready")?["reason"] == "Suspended"
            }
            let second = try await world.git.commit(["two.yaml": Manifest.single("two", 2)])
            // A request that is answered while it rests proves that it looked and did nothing.
            try await world.reconcile(at: "while suspended")
            #expect(try await world.object(.workflows, "two") == nil)
            _ = try await world.client.patch(
                .workflowRepositories, world.key("repo"), .merge(["spec": ["suspend": false]]))
            try await world.isSynced(second)
            try await world.run(of: "two", is: "Completed")
        }
    }

    @Test(arguments: Plane.all)
    func `a request to reconcile is obeyed at once`(plane: Plane) async throws {
        try await World.with(plane) { world in
            let first = try await world.git.commit(["one.yaml": Manifest.single("one", 1)])
            try await world.createRepository("repo", ["interval": "1h"])
            try await world.isSynced(first)
            let second = try await world.git.commit(["two.yaml": Manifest.single("two", 2)])
            try await world.reconcile(at: "2026-01-02T03:04:05Z")
            try await world.isSynced(second)
        }
    }

    @Test(arguments: Plane.all)
    func `law 33: a fetch that fails leaves the commit before in force, and says so`(
        plane: Plane
    ) async throws {
        try await World.with(plane) { world in
            let first = try await world.git.commit([
                "one.yaml": Manifest.single("one", 1), "two.yaml": Manifest.single("two", 1),
            ])
            try await world.createRepository()
            try await world.isSynced(first)
            let before = try await world.object(.workflows, "one")
            let away = "\(world.git.path)-away"
            try FileSystem.move(world.git.path, to: away)
            let stale = try await world.repository("to say that it cannot be fetched") {
                $0.condition("Ready")?["reason"]?.stringValue?.hasPrefix("Fetch") == true
            }
            #expect(stale.condition("Ready")?["status"] == "False")
            #expect(stale.status["lastAppliedRevision"]?.stringValue?.hasSuffix(first) == true)
            #expect(try await world.object(.workflows, "one")?.spec == before?.spec)
            #expect(try await world.object(.workflows, "two") != nil)
            try FileSystem.move(away, to: world.git.path)
            let second = try await world.git.commit([
                "one.yaml": Manifest.single("one", 2), "two.yaml": Manifest.single("two", 2),
            ])
            try await world.isSynced(second)
            // What is in force is of one commit.
            for name in ["one", "two"] {
                let workflow = try await world.object(.workflows, name)
                #expect(workflow?.annotation(Annotations.commit) == second)
            }
        }
    }

    @Test(arguments: Plane.all)
    func `at rest nothing is written (law 14)`(plane: Plane) async throws {
        try await World.with(plane) { world in
            let commit = try await world.git.commit([
                "one.yaml": Manifest.single("one", 1),
                "shared.yaml": Manifest.workflow(
                    "shared", kind: "Template", ["tasks": [Manifest.value("only", 1)]]),
            ])
            try await world.createRepository()
            try await world.isSynced(commit)
            try await world.run(of: "one", is: "Completed")
            try await world.object(.workflows, "one", "to show its run") {
                $0.status["lastRun"]?["phase"] == "Completed" && $0.status["activeRuns"] == 0
            }
            let before = try await world.versions()
            for word in ["first", "second"] { try await world.reconcile(at: word) }
            #expect(try await world.versions() == before)
        }
    }

    @Test(arguments: Plane.all)
    func `a reference chooses branch, tag or commit`(plane: Plane) async throws {
        try await World.with(plane) { world in
            let first = try await world.git.commit(["one.yaml": Manifest.single("one", 1)])
            try await world.git.run("tag", "v1")
            try await world.git.run("checkout", "--quiet", "-b", "next")
            let second = try await world.git.commit(["one.yaml": Manifest.single("one", 2)])
            try await world.createRepository("repo", ["ref": ["tag": "v1"]])
            try await world.isSynced(first)
            try await world.setReference(["branch": "next"])
            try await world.isSynced(second)
            // A definition that is replaced before it was launched is not launched at all.
            try await world.run(of: "one", count: 2, is: "Completed")
            try await world.setReference(["commit": .string(first)])
            try await world.isSynced(first)
            let run = try await world.run(of: "one", count: 3, is: "Completed")
            #expect(run.status["outputs"] == ["value": 1])
        }
    }
}

extension World {
    /// The versions of everything but the repository itself.
    func versions() async throws -> [String: String] {
        var versions: [String: String] = [:]
        for type in [ResourceType.workflows, .templates, .workflowRuns] {
            for object in try await client.list(type, namespace: namespace).items {
                versions["\(type) \(object.name)"] = object.resourceVersion?.description
            }
        }
        return versions
    }

    /// Has the repository's status say that it gave nothing.
    func forgetInventory() async throws {
        _ = try await client.patch(
            .workflowRepositories, key("repo"), .merge(["status": ["inventory": ["entries": []]]]),
            subresource: "status")
    }

    /// Asks for a look at the repository and waits until it was taken.
    func reconcile(at word: String) async throws {
        _ = try await client.patch(
            .workflowRepositories, key("repo"),
            .merge(["metadata": ["annotations": ["orchestrator.llm/reconcile-at": .string(word)]]]))
        try await repository("to obey the request \(word)") {
            $0.status["lastHandledReconcileAt"]?.stringValue == word
        }
    }

    /// Chooses what is read of the repository.
    func setReference(_ reference: JSON) async throws {
        _ = try await client.patch(
            .workflowRepositories, key("repo"),
            .json([["op": "add", "path": "/spec/ref", "value": reference]]))
    }
}

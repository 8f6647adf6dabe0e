import GitOps
import Kubernetes
import TestSupport
import Testing
import Values

/// From a commit to the end of a run, on both planes.
@Suite struct CommitTests {
    /// Tasks side by side, one that fails twice, one that is skipped; written as people write it.
    static func report(_ effects: Effects, words: String = "orders") -> String {
        """
        apiVersion: orchestrator.llm/v1
        kind: Workflow
        metadata:
          name: report
        spec:
          inputs:
            - {name: city, type: string, default: Oslo}
          tasks:
            - id: fetch
              type: command
              inputs:
                shell: true
                command: |
                  \(effects.note("start"))
                  echo '{"orders": 42}'
            - id: upload
              type: command
              dependsOn: [fetch]
              retryPolicy: {maxAttempts: 3, initialInterval: 300ms, backoffMultiplier: 2, jitter: 0}
              inputs:
                shell: true
                command: |
                  \(effects.note("start"))
                  [ "$ORCHESTRATOR_ATTEMPT" -ge 3 ] || { echo "said 503" >&2; exit 1; }
                  echo uploaded
            - id: page
              type: command
              condition: ${{ tasks.fetch.outputs.json.orders < 10 }}
              inputs:
                shell: true
                command: |
                  \(effects.note("start"))
            - id: report
              type: transform
              dependsOn: [upload]
              inputs:
                value: "${{ workflow.inputs.city }}: ${{ tasks.fetch.outputs.json.orders }} \(words)"
          outputs:
            report: ${{ tasks.report.outputs.value }}

        """
    }

    /// One that runs until its gate opens.
    static func long(_ world: World, _ gate: Gate) -> String {
        Manifest.workflow(
            "long",
            ["tasks": [Manifest.command("import", "\(world.effects.note("start")); \(gate.wait)")]])
    }

    @Test(arguments: Plane.all)
    func `three workflows of a commit become objects and run to their ends`(
        plane: Plane
    ) async throws {
        try await World.with(plane) { world in
            let commit = try await world.git.commit([
                "workflows/report.yaml": CommitTests.report(world.effects),
                "workflows/count.yaml": Manifest.single("count", 9),
                "workflows/long.json": CommitTests.long(world, world.gate("long")),
            ])
            try await world.createRepository("repo", ["path": "workflows"])
            let run = try await world.run(of: "report", is: "Completed")
            #expect(run.status["outputs"] == ["report": "Oslo: 42 orders"])
            #expect(run.phase(of: "page") == "Skipped")
            #expect(run.task("upload")?["attempt"] == 3)
            #expect(run.status["progress"] == "4/4")
            #expect(run.condition("Ready")?["status"] == "True")
            #expect(run.status["workflow"]?["commit"]?.stringValue == commit)
            #expect(run.status["workflow"]?["path"] == "workflows/report.yaml")
            #expect(world.effects.of("upload").map(\.attempt) == [1, 2, 3])
            #expect(world.effects.of("page").isEmpty)
            try await world.event(about: run.name, reason: "RunCompleted")
            let count = try await world.run(of: "count", is: "Completed")
            #expect(count.status["outputs"] == ["value": 9])
            try await world.run(of: "long") { $0.phase(of: "import") == "Running" }
            try await world.isSynced(commit)
            try await world.object(.workflows, "report", "to show its run") {
                $0.status["lastRun"]?["phase"] == "Completed"
                    && $0.condition("Ready")?["status"] == "True"
            }
            try world.gate("long").open()
            try await world.run(of: "long", is: "Completed")
        }
    }

    @Test(arguments: Plane.all)
    func `retries wait as the policy says`(plane: Plane) async throws {
        try await World.with(plane) { world in
            try await world.git.commit(["report.yaml": CommitTests.report(world.effects)])
            try await world.createRepository()
            let waits = try await world.run(of: "report") {
                $0.phase(of: "upload") == "Retrying"
            }
            let next = waits.task("upload")?["nextAttemptTime"]?.stringValue
            let moment = try #require(next.flatMap { Timestamp($0) })
            let run = try await world.run(of: "report", is: "Completed")
            let ended = run.task("upload")?["completionTime"]?.stringValue
            let end = try #require(ended.flatMap { Timestamp($0) })
            #expect(end >= moment)
        }
    }

    @Test(arguments: Plane.all)
    func `a second commit relaunches what it changes and nothing else`(
        plane: Plane
    ) async throws {
        try await World.with(plane) { world in
            try await world.git.commit([
                "one.yaml": Manifest.single("one", 1), "two.yaml": Manifest.single("two", 2),
                "long.yaml": CommitTests.long(world, world.gate("long")),
            ])
            try await world.createRepository()
            let first = try await world.run(of: "one", is: "Completed")
            let two = try await world.run(of: "two", is: "Completed")
            let long = try await world.run(of: "long") { $0.phase(of: "import") == "Running" }
            let commit = try await world.git.commit(["one.yaml": Manifest.single("one", 11)])
            let second = try await world.run(of: "one", count: 2, is: "Completed")
            #expect(second.status["outputs"] == ["value": 11])
            #expect(second.status["workflow"]?["commit"]?.stringValue == commit)
            try await world.isSynced(commit)
            // What ended stays as it ended (law 10).
            #expect(try await world.object(.workflowRuns, first.name)?.status == first.status)
            #expect(try await world.runs(of: "two").map(\.uid) == [two.uid])
            #expect(try await world.runs(of: "long").map(\.uid) == [long.uid])
            #expect(world.effects.of("import").count == 1)
        }
    }

    @Test(arguments: Plane.all)
    func `a changed definition supersedes the run that is going on`(plane: Plane) async throws {
        try await World.with(plane) { world in
            try await world.git.commit(["long.yaml": CommitTests.long(world, world.gate("never"))])
            try await world.createRepository()
            let first = try await world.run(of: "long") { $0.phase(of: "import") == "Running" }
            try await world.git.commit(["long.yaml": Manifest.single("long", "short")])
            try await world.run(of: "long", count: 2, is: "Completed")
            try await world.run(first.name, is: "Cancelled")
            try await world.event(about: first.name, reason: "Superseded")
        }
    }

    @Test(arguments: Plane.all)
    func `deleting the file cancels the run and then the workflow goes`(
        plane: Plane
    ) async throws {
        try await World.with(plane) { world in
            try await world.git.commit([
                "long.yaml": CommitTests.long(world, world.gate("never")),
                "one.yaml": Manifest.single("one", 1),
            ])
            try await world.createRepository()
            let run = try await world.run(of: "long") { $0.phase(of: "import") == "Running" }
            try await world.run(of: "one", is: "Completed")
            let commit = try await world.git.commit(["long.yaml": nil])
            try await world.run(run.name, is: "Cancelled")
            try await world.isGone(.workflows, "long")
            try await world.event(about: run.name, reason: "WorkflowDeleted")
            try await world.isSynced(commit)
            #expect(try await world.object(.workflows, "one") != nil)
            #expect(try await world.runs(of: "one").count == 1)
        }
    }

    @Test(arguments: Plane.all)
    func `a mistake is refused with its place, and mending it heals without a restart`(
        plane: Plane
    ) async throws {
        try await World.with(plane) { world in
            let good = Manifest.single("one", 1)
            try await world.git.commit(["one.yaml": good, "two.yaml": Manifest.single("two", 2)])
            try await world.createRepository()
            let before = try await world.run(of: "one", is: "Completed")
            try await world.git.commit([
                "one.yaml": """
                apiVersion: orchestrator.llm/v1
                kind: Workflow
                metadata: {name: one}
                spec:
                  tasks:
                    - id: only
                      type: comand
                      inputs: {command: "true"}
                """,
                "three.yaml": Manifest.single("three", 3),
            ])
            let refused = try await world.repository("to refuse one.yaml") {
                $0.status["failures"] != nil
            }
            #expect(refused.failures.count == 1)
            #expect(refused.failures.first?.hasPrefix("one.yaml:7:13: ") == true)
            #expect(refused.failures.first?.contains("command") == true)
            #expect(refused.condition("Ready")?["status"] == "False")
            let message = refused.condition("Stalled")?["message"]?.stringValue ?? ""
            #expect(message.contains("one.yaml:7:13: error[E0202]"))
            try await world.event(about: "repo", "with the place") {
                $0.json["type"] == "Warning"
                    && $0.json["message"]?.stringValue?.contains("one.yaml:7:13") == true
            }
            // The rest of the commit is in force, and so is what the file said before.
            try await world.run(of: "three", is: "Completed")
            #expect(try await world.runs(of: "one").map(\.uid) == [before.uid])
            #expect(try await world.object(.workflows, "one") != nil)
            let commit = try await world.git.commit(["one.yaml": Manifest.single("one", 12)])
            try await world.isSynced(commit)
            let after = try await world.run(of: "one", count: 2, is: "Completed")
            #expect(after.status["outputs"] == ["value": 12])
            #expect(try await world.runs(of: "two").count == 1)
        }
    }
}

import Kubernetes
import TestSupport
import Testing
import Values

/// Commands that list what there is, and flags of the server.
@Suite struct ListingTests {
    @Test(arguments: Plane.all)
    func `events tells what happened to a run, and to no other`(plane: Plane) async throws {
        try await World.with(plane) { world in
            for name in ["one", "two"] {
                try await world.createRun(
                    name, ["workflowSpec": ["tasks": [Manifest.value("only", 1)]]])
                try await world.run(name, is: "Completed")
                try await world.event(about: name, reason: "RunCompleted")
            }
            let table = try await world.orchestrator("events", "one")
            #expect(table.code == 0, "\(table)")
            #expect(table.lines.first?.hasPrefix("AGE") == true)
            #expect(table.lines.filter { $0.contains("RunCompleted") }.count == 1, "\(table)")
            let json = try await world.orchestrator("events", "one", "-o", "json")
            let items = try JSON(parsing: json.output)["items"]?.arrayValue ?? []
            #expect(items.allSatisfy { $0["involvedObject"]?["name"] == "one" })
            #expect(!items.isEmpty)
            let none = try await world.orchestrator("events", "three")
            #expect(none.code == 4, "\(none)")
        }
    }

    @Test(arguments: Plane.all)
    func `repos tells which commit is in force`(plane: Plane) async throws {
        try await World.with(plane) { world in
            let commit = try await world.git.commit([
                "one.yaml": Manifest.single("one", 1)
            ])
            try await world.createRepository()
            try await world.isSynced(commit)
            let table = try await world.orchestrator("repos")
            #expect(table.code == 0, "\(table)")
            let row = table.lines.last ?? ""
            #expect(row.hasPrefix("repo "), "\(table)")
            #expect(row.contains(commit.prefix(10)), "\(table)")
            let names = try await world.orchestrator("repos", "-o", "name")
            #expect(names.output == "workflowrepository.orchestrator.llm/repo\n")
        }
    }

    @Test(arguments: [
        ["--keep-completed", "soon"], ["--keep-failed", "1,2,3"],
        ["--keep-dead-letters", "old"], ["--alert-channel", "ops"],
        ["--keep-dead-letters", "0"], ["--resources", "cpu=4,cpu=5"], ["--data-dir", ""],
        ["--namespace-weight", "a=1,a=2"], ["--namespace", "foo"], ["--kubeconfig", "/nope"],
    ])
    func `a flag of the server that cannot be meant is told`(flag: [String]) async throws {
        let command = try OrchestratorCommand()
        let result = try await command.call(["server", "--embedded"] + flag)
        #expect(result.code == 2, "\(result)")
        #expect(result.error.contains(flag[0]), "\(result)")
    }
}

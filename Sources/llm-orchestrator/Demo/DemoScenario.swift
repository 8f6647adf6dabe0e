import Console
import GitOps
import Kubernetes
import POSIX
import Resources
import Synchronization
import Values

/// What the demonstration does and checks, step by step: it fails where the loop does not do what it
/// says.
struct DemoScenario: Sendable {
    let server: DemoServer
    let repository: DemoRepository
    private let display = ProgressDisplay(on: .output)
    private let world = DemoWorld()

    init(server: DemoServer, repository: DemoRepository) {
        self.server = server
        self.repository = repository
    }

    /// Plays all of it.
    func play() async throws(CommandFailure) {
        let result = await withTaskGroup(of: Result<Void, CommandFailure>?.self) { group in
            for informer in world.informers(server.client, display) {
                group.addTask {
                    try? await informer.run()
                    return nil
                }
            }
            group.addTask {
                await display.redraw()
                return nil
            }
            group.addTask {
                do throws(CommandFailure) {
                    try await steps()
                    return .success(())
                } catch {
                    return .failure(error)
                }
            }
            var result: Result<Void, CommandFailure>?
            while result == nil, let next = await group.next() { result = next }
            group.cancelAll()
            return result
        }
        display.finish()
        try result?.get()
    }

    private func steps() async throws(CommandFailure) {
        let first = try await launch()
        try await relaunch(first)
        try await delete()
        try await refuse()
        say(
            "Done: 4 commits, 4 runs: 3 completed (one task retried twice, one skipped), 1 cancelled;"
        )
        say("1 file refused with its place, everything else stayed in force.")
    }

    private func launch() async throws(CommandFailure) -> [String: String] {
        say("\nA git repository with three workflows: \(repository.directory)")
        let commit = try await repository.commit(
            "Add three workflows",
            [
                ("nightly-report.yaml", DemoManifests.nightlyReport),
                ("word-count.yaml", DemoManifests.wordCount),
                ("long-import.yaml", DemoManifests.longImport),
            ])
        say("commit \(commit): the repository syncs, the workflows appear, their runs start\n")
        try await createRepository()
        try await expect("nightly-report and word-count to complete") { world in
            world.run(of: "nightly-report")?.phase == "Completed"
                && world.run(of: "word-count")?.phase == "Completed"
                && world.run(of: "long-import")?.status["tasks"]?["import"]?["phase"] == "Running"
        }
        let run = world.run(of: "nightly-report")
        try check(
            run?.status["tasks"]?["flaky-upload"]?["attempt"] == 3,
            "flaky-upload to succeed at its third attempt")
        try check(
            run?.status["tasks"]?["page-somebody"]?["phase"] == "Skipped",
            "page-somebody to be skipped")
        try check(
            run?.status["outputs"]?["report"] == "Oslo: 39 net orders at 4 °C",
            "the report to be the output")
        say("output of nightly-report: \(run?.status["outputs"]?["report"]?.stringValue ?? "")")
        say("output of word-count:     \(world.output("word-count", "words")) words")
        return world.runNames
    }

    private func createRepository() async throws(CommandFailure) {
        var object = KubernetesObject(
            .workflowRepositories, ObjectKey(namespace: "default", name: "demo"))
        object.spec = [
            "url": .string(repository.url), "ref": ["branch": "main"], "path": "workflows",
            "interval": "1s",
        ]
        do throws(KubernetesError) {
            _ = try await server.client.create(.workflowRepositories, object)
        } catch {
            throw CommandFailure(error)
        }
    }

    private func relaunch(_ first: [String: String]) async throws(CommandFailure) {
        let commit = try await repository.commit(
            "Say it better", [("nightly-report.yaml", DemoManifests.nightlyReportChanged)])
        say("\ncommit \(commit): nightly-report changed; its run is launched anew, others stay\n")
        try await expect("a second run of nightly-report to complete") { world in
            guard let run = world.run(of: "nightly-report") else { return false }
            return run.name != first["nightly-report"] && run.phase == "Completed"
        }
        for name in ["word-count", "long-import"] {
            try check(world.runNames[name] == first[name], "\(name) to be left alone")
        }
        say("output of nightly-report: \(world.output("nightly-report", "report"))")
    }

    private func delete() async throws(CommandFailure) {
        let commit = try await repository.commit(
            "Remove the import", [("long-import.yaml", nil)])
        say("\ncommit \(commit): long-import is deleted while it runs; its run is cancelled\n")
        try await expect("the run of long-import to be cancelled") { world in
            world.run(of: "long-import")?.phase == "Cancelled"
                && world.workflow("long-import") == nil
        }
    }

    private func refuse() async throws(CommandFailure) {
        let commit = try await repository.commit(
            "Add a mistake", [("broken.yaml", DemoManifests.broken)])
        say("\ncommit \(commit): a file with a mistake; it is refused, the rest stays in force\n")
        try await expect("broken.yaml to be refused") { world in
            world.repository?.status["failures"]?[0]?["path"] == "workflows/broken.yaml"
        }
        for failure in world.repository?.status["failures"]?.arrayValue ?? [] {
            let place = ["path", "line", "column"].compactMap { field in
                failure[field].map { $0.stringValue ?? $0.text }
            }.joined(separator: ":")
            let code = failure["code"]?.stringValue ?? ""
            say("  \(place): error[\(code)]: \(failure["message"]?.stringValue ?? "")")
        }
        for name in ["nightly-report", "word-count"] {
            try check(world.workflow(name) != nil, "\(name) to stay in force")
        }
        say("")
    }

    private func say(_ text: String) { display.say(text) }

    private func check(_ holds: Bool, _ expectation: String) throws(CommandFailure) {
        guard !holds else { return }
        throw CommandFailure(.runFailed, "the demo expected \(expectation)")
    }

    private static let patience = Duration.seconds(60)

    private func expect(
        _ what: String, _ condition: @escaping @Sendable (DemoWorld) -> Bool
    ) async throws(CommandFailure) {
        let held = await world.waits(atMost: DemoScenario.patience) { condition(world) }
        guard held else {
            throw CommandFailure(.runFailed, "the demo waited for \(what), which did not happen")
        }
    }
}

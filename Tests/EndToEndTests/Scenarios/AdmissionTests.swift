import GitOps
import HTTP
import Kubernetes
import Operator
import POSIX
import Synchronization
import TestSupport
import Testing
import Values

/// Limits, fairness and order, as users see them.
@Suite(.timeLimit(.minutes(2))) struct AdmissionTests {
    /// A task that notes its start, waits for its own gate, and notes its end.
    private func task(_ id: String, _ world: World, _ more: JSONObject = [:]) -> JSON {
        Manifest.command(
            id,
            "\(world.effects.note("start")); \(world.gate(id).wait); \(world.effects.note("end"))",
            more)
    }

    private func running(_ world: World) -> Set<String> {
        var names: Set<String> = []
        for effect in world.effects.all {
            if effect.word == "start" {
                names.insert(effect.task)
            } else {
                names.remove(effect.task)
            }
        }
        return names
    }

    @Test func `two namespaces share four places evenly, and those who wait are told`() async throws
    {
        try await World.with(.embedded, admission: AdmissionConfiguration(attempts: 4)) { world in
            let other = World(
                client: world.client, kubeconfig: world.kubeconfig,
                namespace: "\(world.namespace)-b", directory: world.directory, git: world.git)
            _ = try await world.client.create(
                .namespaces, KubernetesObject(.namespaces, ObjectKey(name: other.namespace)))
            let greedy = (0..<8).map { task("a\($0)", world) }
            try await world.createRun("greedy", ["workflowSpec": ["tasks": .array(greedy)]])
            try await awaited("four to run") { running(world) == ["a0", "a1", "a2", "a3"] }
            let shown = try await world.object(.workflowRuns, "greedy", "to tell of the queue") {
                $0.status["tasks"]?["a7"]?["reason"] == "Queued"
            }
            let message = shown.status["tasks"]?["a7"]?["message"]?.stringValue
            #expect(message == "ConcurrencyLimit: number 4 in line")
            #expect(shown.status["tasks"]?["a7"]?["phase"] == "Ready")
            #expect(shown.status["tasks"]?["a7"]?["attempt"] == nil)
            #expect(shown.status["tasks"]?["a7"]?["queuedTime"] != nil)
            let told = try await world.orchestrator("status", "greedy").output
            #expect(told.contains("a7  ConcurrencyLimit: number 4 in line"))

            let modest = (0..<4).map { task("b\($0)", world) }
            try await other.createRun("modest", ["workflowSpec": ["tasks": .array(modest)]])
            try await other.object(.workflowRuns, "modest", "to wait") {
                $0.status["tasks"]?["b3"]?["reason"] == "Queued"
            }
            // Each place that becomes free goes to the namespace that has fewer, up to half of them.
            try world.gate("a0").open()
            try await awaited("b0 to run") { running(world) == ["a1", "a2", "a3", "b0"] }
            try world.gate("a1").open()
            try await awaited("b1 to run") { running(world) == ["a2", "a3", "b0", "b1"] }
            try world.gate("a2").open()
            try await awaited("a4 to run") { running(world) == ["a3", "a4", "b0", "b1"] }
            try world.gate("b0").open()
            try await awaited("b2 to run") { running(world) == ["a3", "a4", "b1", "b2"] }
            for task in ["a3", "a4", "a5", "a6", "a7", "b1", "b2", "b3"] {
                try world.gate(task).open()
            }
            try await world.run("greedy", is: "Completed")
            try await other.run("modest", is: "Completed")
            var count = 0
            var most = 0
            for effect in world.effects.all {
                count += effect.word == "start" ? 1 : -1
                most = max(most, count)
            }
            #expect(most == 4)
        }
    }

    @Test func `a run of a higher class starts first, and one that waits can be cancelled`()
        async throws
    {
        try await World.with(.embedded, admission: AdmissionConfiguration(runs: 1)) { world in
            func create(_ name: String, _ priority: Int64) async throws {
                try await world.createRun(
                    name,
                    [
                        "workflowSpec": ["tasks": [task(name, world)]],
                        "priority": .integer(priority),
                    ])
            }
            try await create("first", 0)
            try await awaited("the first to run") { running(world) == ["first"] }
            try await create("low", -1)
            let low = try await world.object(.workflowRuns, "low", "to wait") {
                $0.status["reason"] == "ConcurrencyLimit"
            }
            #expect(low.phase == "Pending")
            #expect(low.status["admission"]?["position"] == 1)
            #expect(low.status["admission"]?["priority"] == "low")
            #expect(low.status["admission"]?["time"] == nil)
            try await create("gone", 0)
            try await world.object(.workflowRuns, "gone", "to wait") {
                $0.status["reason"] == "ConcurrencyLimit"
            }
            try await create("urgent", 100)
            try await world.object(.workflowRuns, "urgent", "to wait at the front") {
                $0.status["admission"]?["position"] == 1
            }
            try await world.desire("Cancelled", of: "gone")
            try await world.run("gone", is: "Cancelled")
            try world.gate("first").open()
            try await awaited("the urgent one to run") { running(world) == ["urgent"] }
            let urgent = try await world.run("urgent", is: "Running")
            #expect(urgent.status["admission"]?["time"] != nil)
            #expect(urgent.status["admission"]?["queuedTime"] != nil)
            #expect(urgent.status["admission"]?["position"] == nil)
            #expect(urgent.status["reason"] == nil)
            try world.gate("urgent").open()
            try world.gate("low").open()
            try await world.run("low", is: "Completed")
            #expect(world.effects.of("gone").isEmpty)
        }
    }

    @Test func `after a restart who was admitted stays so, and who waited waits on`() async throws {
        let directory = try TemporaryDirectory()
        let git = try await GitRemote(directory.file("remote"))
        var limited = EmbeddedServer.Configuration(dataDirectory: directory.file("data"))
        limited.admission = AdmissionConfiguration(runs: 1)
        let configuration = limited
        func withServer(_ body: (World) async throws -> Void) async throws {
            let server = try await EmbeddedServer(configuration)
            let world = World(
                client: server.client, kubeconfig: server.kubeconfigPath, namespace: "default",
                directory: directory, git: git)
            let result = await withTaskGroup(of: Void.self) { group in
                group.addTask { try? await server.run() }
                var result = Result<Void, any Error>.success(())
                do { try await body(world) } catch { result = .failure(error) }
                group.cancelAll()
                return result
            }
            try result.get()
        }
        var admitted: JSON?
        try await withServer { world in
            // By name and by time of creation the one that waits would come first.
            try await world.createRun(
                "z-admitted", ["workflowSpec": ["tasks": [task("admitted", world)]]])
            try await awaited("the first to run") { running(world) == ["admitted"] }
            try await world.createRun(
                "a-waits", ["workflowSpec": ["tasks": [task("waits", world)]]])
            try await world.object(.workflowRuns, "a-waits", "to wait") {
                $0.status["reason"] == "ConcurrencyLimit"
            }
            admitted = try await world.run("z-admitted", is: "Running").status["admission"]
        }
        try await withServer { world in
            try await awaited("the second attempt") { world.effects.of("admitted").count == 2 }
            let first = try await world.run("z-admitted", is: "Running")
            #expect(first.status["admission"] == admitted)
            #expect(
                try await world.run("a-waits", is: "Pending").status["admission"]?["time"] == nil)
            try world.gate("admitted").open()
            try world.gate("waits").open()
            try await world.run("a-waits", is: "Completed")
        }
    }

    @Test func `resources are shared, and what can never be had is refused`() async throws {
        let admission = AdmissionConfiguration(resources: ["gpu": 1000])
        try await World.with(.embedded, admission: admission) { world in
            let tasks: [JSON] = [
                task("one", world, ["resources": ["gpu": 1]]),
                task("two", world, ["resources": ["gpu": 1]]),
                task("free", world),
            ]
            try await world.createRun("shares", ["workflowSpec": ["tasks": .array(tasks)]])
            try await awaited("one of each to run") { running(world) == ["one", "free"] }
            try world.gate("one").open()
            try await awaited("the next to run") { running(world) == ["two", "free"] }
            try world.gate("two").open()
            try world.gate("free").open()
            try await world.run("shares", is: "Completed")
            try await world.createRun(
                "greedy",
                ["workflowSpec": ["tasks": [task("large", world, ["resources": ["gpu": 2]])]]])
            let failed = try await world.run("greedy", is: "Failed")
            #expect(failed.status["tasks"]?["large"]?["error"]?["type"] == "UnschedulableError")
        }
    }
}

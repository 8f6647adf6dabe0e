import Executors
import GitOps
import Kubernetes
import Operator
import POSIX
import Values

/// The graphs of Tests/Peers/frameworks.py: the engine alone, and whole runs that are stored.
///
/// LangGraph, without a checkpointer, keeps a run in memory as the engine alone does. Prefect keeps
/// it in a database of its own server, as a run on the durable embedded plane is.
func peerBenchmarks(_ report: Report) async {
    let count = 500
    let shapes: [(name: String, dependencies: [[Int32]])] = [
        ("chain", EngineShape.chain(count)),
        ("wide", EngineShape.wide(count)),
        ("layered", EngineShape.layered(layers: count / 10, width: 10)),
    ]
    for (name, dependencies) in shapes {
        guard let plan = EngineShape.plan(dependencies) else { continue }
        var best = 0.0
        for _ in 0..<3 {
            best = max(best, EngineMeasure(plan).tasksPerSecond)
        }
        report.figure(
            "peers.engine.tasks", best, "tasks/s",
            ["shape": .string(name), "tasks": .integer(Int64(count))])
    }
    do {
        let plane = try await EmbeddedPlane(isDurable: true)
        let directory = try FileSystem.makeTemporaryDirectory(prefix: "bench")
        let service = Operator(
            client: plane.client,
            configuration: Operator.Configuration(
                dataDirectory: directory, http: plane.http,
                executors: ExecutorRegistry([StampExecutor()]), instance: "peers"))
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await service.run() }
            await service.waitUntilReady()
            for (name, dependencies) in shapes {
                let seconds = await wholeRun(plane.client, service, name, dependencies)
                report.figure(
                    "peers.durable_run.tasks", Double(count) / seconds, "tasks/s",
                    ["shape": .string(name), "tasks": .integer(Int64(count))])
            }
            group.cancelAll()
        }
        await plane.shutDown()
        try? FileSystem.remove(directory)
    } catch {
        report.failure(error)
    }
}

/// Seconds from the creation of a run to its recorded end.
private func wholeRun(
    _ client: KubernetesClient, _ service: Operator, _ name: String, _ dependencies: [[Int32]]
) async -> Double {
    var object = KubernetesObject(.workflowRuns, ObjectKey(namespace: "default", name: name))
    let tasks = dependencies.enumerated().map { index, before -> JSON in
        [
            "id": .string("task-\(index)"), "type": "command", "inputs": ["command": "true"],
            "dependsOn": .array(before.map { .string("task-\($0)") }),
        ]
    }
    object.spec = ["workflowSpec": ["tasks": .array(tasks)]]
    let finished = service.finishedRuns
    let start = SystemClock.monotonic()
    _ = try? await client.create(.workflowRuns, object)
    while service.finishedRuns == finished {
        try? await WallTimer.sleep(for: .milliseconds(1))
    }
    return (SystemClock.monotonic() - start) / .seconds(1)
}

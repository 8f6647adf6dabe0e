import Executors
import GitOps
import Kubernetes
import Operator
import POSIX
import Values

/// Measures whether memory stays flat while ten thousand runs come, end and are deleted.
///
/// The first tenth warms the process up: caches, pools of connections and of threads fill then.
func soakBenchmarks(_ report: Report) async {
    let (rounds, batch) = (20, 500)
    do {
        let plane = try await EmbeddedPlane(isDurable: true)
        let directory = try FileSystem.makeTemporaryDirectory(prefix: "bench")
        let service = Operator(
            client: plane.client,
            configuration: Operator.Configuration(
                dataDirectory: directory, http: plane.http,
                executors: ExecutorRegistry([StampExecutor()]), instance: "soak"))
        var resident: [Double] = []
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await service.run() }
            await service.waitUntilReady()
            for round in 0..<rounds {
                await soakRound(plane.client, service, round, batch)
                resident.append(Double(ProcessUsage.current().residentBytes))
            }
            group.cancelAll()
        }
        let warm = rounds / 10
        let runs = Int64(rounds * batch)
        report.figure("soak.memory.warm", resident[warm - 1], "B", ["runs": .integer(runs / 10)])
        report.figure("soak.memory.end", resident[rounds - 1], "B", ["runs": .integer(runs)])
        let growth = (resident[rounds - 1] - resident[warm - 1]) / Double((rounds - warm) * batch)
        report.figure("soak.memory.growth", growth, "B/run", ["runs": .integer(runs)])
        await plane.shutDown()
        try? FileSystem.remove(directory)
    } catch {
        report.failure(error)
    }
}

/// Creates runs, waits until all have ended, and deletes them.
private func soakRound(
    _ client: KubernetesClient, _ service: Operator, _ round: Int, _ count: Int
) async {
    let finished = service.finishedRuns
    let names = (0..<count).map { "soak-\(round)-\($0)" }
    for name in names {
        var object = KubernetesObject(.workflowRuns, ObjectKey(namespace: "default", name: name))
        object.spec = [
            "workflowSpec": [
                "tasks": [["id": "only", "type": "command", "inputs": ["command": "true"]]]
            ]
        ]
        _ = try? await client.create(.workflowRuns, object)
    }
    while service.finishedRuns - finished < count {
        try? await WallTimer.sleep(for: .milliseconds(2))
    }
    for name in names {
        try? await client.delete(.workflowRuns, ObjectKey(namespace: "default", name: name))
    }
}

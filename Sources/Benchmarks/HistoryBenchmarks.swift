import Executors
import GitOps
import Kubernetes
import Operator
import POSIX
import Resources
import Values

/// Measures what an update of one run costs whose workflow has many that ended.
///
/// On an embedded plane in memory in this process: the time is the processor's, of the plane, the
/// operator and the client together.
func historyBenchmarks(_ report: Report) async {
    let updates = 500
    for ended in [100, 10_000] {
        do {
            let plane = try await EmbeddedPlane(isDurable: false)
            let client = plane.client
            try await history(of: ended, client)
            let service = Operator(
                client: client,
                configuration: Operator.Configuration(
                    dataDirectory: plane.directory, http: plane.http,
                    executors: ExecutorRegistry([StampExecutor()]), instance: "history"))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try? await service.run() }
                await service.waitUntilReady()
                for (run, name) in [("active", "moving"), ("ended", "run-0")] {
                    try await rest()
                    let before = ProcessUsage.current().processorTime
                    for number in 0..<updates {
                        let note: JSON = ["note": .string("\(number)")]
                        _ = try await client.patch(
                            .workflowRuns, historyKey(name),
                            .merge(["metadata": ["annotations": note]]))
                    }
                    try await rest()
                    let spent = ProcessUsage.current().processorTime - before
                    report.figure(
                        "history.update", spent / .microseconds(1) / Double(updates), "us",
                        ["ended": .integer(Int64(ended)), "run": .string(run)])
                }
                group.cancelAll()
            }
            await plane.shutDown()
        } catch {
            report.failure(error)
        }
    }
}

private func historyKey(_ name: String) -> ObjectKey {
    ObjectKey(namespace: "default", name: name)
}

/// Makes a workflow with runs that ended, and one that is paused before it began.
private func history(of ended: Int, _ client: KubernetesClient) async throws {
    let spec: JSON = ["tasks": [["id": "only", "type": "command", "inputs": ["command": "true"]]]]
    var workflow = KubernetesObject(.workflows, historyKey("busy"))
    workflow.spec = spec
    workflow.spec["suspend"] = true
    let owner = try await client.create(.workflows, workflow).uid ?? ""
    for number in 0...ended {
        let isLast = number == ended
        var run = KubernetesObject(
            .workflowRuns, historyKey(isLast ? "moving" : "run-\(number)"))
        run.labels = [Labels.workflowUID: .string(owner)]
        run.spec = [
            "workflowRef": ["kind": "Workflow", "name": "busy"],
            "desiredState": isLast ? "Paused" : "Running", "workflowSpec": spec,
        ]
        let made = try await client.create(.workflowRuns, run)
        guard !isLast else { break }
        let time: JSON = "2026-01-01T00:00:00Z"
        _ = try await client.patch(
            .workflowRuns, made.key,
            .merge([
                "status": [
                    "phase": "Completed", "startTime": time, "completionTime": time,
                    "workflow": ["name": "busy", "uid": .string(owner)],
                ]
            ]), subresource: "status")
    }
}

/// Waits until the process has done next to nothing for a while.
private func rest() async throws {
    var last = ProcessUsage.current().processorTime
    while true {
        try await WallTimer.sleep(for: .milliseconds(200))
        let now = ProcessUsage.current().processorTime
        if now - last < .milliseconds(4) { return }
        last = now
    }
}

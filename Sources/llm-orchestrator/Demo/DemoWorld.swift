import GitOps
import Kubernetes
import POSIX
import Values

/// What the demonstration sees of the cluster.
final class DemoWorld: Sendable {
    private let runs = ObjectCache()
    private let workflows = ObjectCache()
    private let repositories = ObjectCache()

    /// The watches that keep it; runs are shown as they change.
    func informers(_ client: KubernetesClient, _ display: ProgressDisplay) -> [Informer] {
        [
            Informer(client: client, type: .workflowRuns, cache: runs) { changes in
                for change in changes { display.update(change.object) }
            },
            Informer(client: client, type: .workflows, cache: workflows) { _ in },
            Informer(client: client, type: .workflowRepositories, cache: repositories) { _ in },
        ]
    }

    /// The newest run of a workflow.
    func run(of workflow: String) -> KubernetesObject? {
        let zero = Timestamp(nanoseconds: 0)
        return runs.objects.filter {
            $0.spec["workflowRef"]?["name"]?.stringValue == workflow
        }.max {
            ($0.creationTimestamp ?? zero, order($0)) < ($1.creationTimestamp ?? zero, order($1))
        }
    }

    /// Versions of one server only grow: of two runs of one second the later has the later first one.
    private func order(_ run: KubernetesObject) -> Int64 {
        run.status["workflow"]?["generation"]?.integerValue ?? 0
    }

    /// The name of the newest run of each workflow.
    var runNames: [String: String] {
        var names: [String: String] = [:]
        for name in ["nightly-report", "word-count", "long-import"] {
            names[name] = run(of: name)?.name
        }
        return names
    }

    /// The workflow of that name.
    func workflow(_ name: String) -> KubernetesObject? {
        workflows.object(ObjectKey(namespace: "default", name: name))
    }

    /// The repository.
    var repository: KubernetesObject? {
        repositories.object(ObjectKey(namespace: "default", name: "demo"))
    }

    /// An output of the newest run of a workflow.
    func output(_ workflow: String, _ name: String) -> String {
        let value = run(of: workflow)?.status["outputs"]?[name]
        return value.map { $0.stringValue ?? $0.text } ?? ""
    }

    /// Waits until a condition holds; false where it does not in time.
    func waits(atMost limit: Duration, until condition: () -> Bool) async -> Bool {
        let deadline = SystemClock.monotonic() + limit
        while !condition() {
            guard SystemClock.monotonic() < deadline, !Task.isCancelled else { return false }
            try? await Task.sleep(for: .milliseconds(20))
        }
        return true
    }
}

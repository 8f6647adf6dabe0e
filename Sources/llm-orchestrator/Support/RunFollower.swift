import Console
import Engine
import GitOps
import Kubernetes
import Values
import Workflows

/// Follows one run to its end.
struct RunFollower: Sendable {
    let client: KubernetesClient
    let key: ObjectKey
    /// Shows what happens; nil shows nothing.
    let display: ProgressDisplay?

    /// Follows the run until it has ended, or the task is cancelled.
    ///
    /// - Returns: the run as it ended; nil when it was deleted or the task was cancelled.
    func untilEnded() async -> KubernetesObject? {
        let (states, send) = AsyncStream.makeStream(of: KubernetesObject?.self)
        let informer = Informer(
            client: client, type: .workflowRuns,
            options: .init(namespace: key.namespace, fieldSelector: "metadata.name=\(key.name)")
        ) { changes in
            for change in changes {
                if case .deleted = change { send.yield(nil) } else { send.yield(change.object) }
            }
        }
        return await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await informer.run() }
            if let display { group.addTask { await display.redraw() } }
            var last: KubernetesObject?
            for await state in states {
                last = state
                guard let state else { break }
                display?.update(state)
                if state.hasEnded { break }
            }
            group.cancelAll()
            display?.finish()
            return Task.isCancelled ? nil : last
        }
    }
}

extension KubernetesObject {
    /// The tasks that each task of a run waits for, those whose outputs it takes included.
    var taskDependencies: [[Int]] {
        guard let spec = RunDefinition.spec(of: json),
            case .success(let plan) = WorkflowCompiler.compile(spec: spec)
        else { return [] }
        return plan.tasks.indices.map { plan.dependencies(of: $0).map { Int($0) } }
    }

    /// Whether a run is in one of its end phases.
    var hasEnded: Bool { RunPhase(rawValue: phase)?.isTerminal == true }

    /// The phase of a run; Pending before the operator has seen it.
    var phase: String { status["phase"]?.stringValue ?? "Pending" }
}

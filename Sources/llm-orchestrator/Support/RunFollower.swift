import Console
import Engine
import GitOps
import Kubernetes
import POSIX
import Values
import Workflows

/// Follows one run to its end.
struct RunFollower: Sendable {
    /// How following ends.
    enum Ending: Sendable {
        case ended(KubernetesObject)
        case deleted
        /// The task was cancelled.
        case interrupted
        /// The server refuses to tell more, or has been silent for ``patience``.
        case failed(KubernetesError)
    }

    /// How long a server may fail all that is asked.
    static let patience = Duration.seconds(120)
    /// How long after a failure another one is of the same trouble.
    private static let troubleLasts = KubernetesLimits.maximumReflectorBackoff * 2

    let client: KubernetesClient
    let key: ObjectKey
    /// Shows what happens; nil shows nothing.
    let display: ProgressDisplay?

    /// Follows the run until it has ended, or the task is cancelled.
    func untilEnded() async -> Ending {
        let (news, send) = AsyncStream.makeStream(of: News.self)
        let informer = Informer(
            client: client, type: .workflowRuns,
            options: .init(namespace: key.namespace, fieldSelector: "metadata.name=\(key.name)"),
            problem: { send.yield(.problem($0)) }
        ) { changes in
            for change in changes {
                if case .deleted = change {
                    send.yield(.deleted)
                } else {
                    send.yield(.state(change.object))
                }
            }
        }
        return await withTaskGroup(of: Void.self) { group in
            group.addTask {
                do throws(KubernetesError) { try await informer.run() } catch {
                    send.yield(.failed(error))
                }
                send.finish()
            }
            group.addTask {
                await informer.waitUntilSynced()
                // What was deleted before the first list is in no change.
                if informer.hasSynced, informer.cache.object(key) == nil { send.yield(.deleted) }
            }
            if let display { group.addTask { await display.redraw() } }
            let ending = await follow(news)
            group.cancelAll()
            display?.finish()
            return Task.isCancelled ? .interrupted : ending
        }
    }

    /// What the informer tells.
    private enum News: Sendable {
        case state(KubernetesObject)
        case deleted
        case problem(KubernetesError)
        case failed(KubernetesError)
    }

    private func follow(_ news: AsyncStream<News>) async -> Ending {
        var trouble: (begin: Duration, last: Duration)?
        for await item in news {
            switch item {
            case .state(let run):
                trouble = nil
                display?.update(run)
                if run.hasEnded { return .ended(run) }
            case .deleted: return .deleted
            case .failed(let error): return .failed(error)
            case .problem(let error):
                if error.code == .unauthorized || error.code == .forbidden {
                    return .failed(error)
                }
                let now = SystemClock.monotonic()
                let isNew = trouble.map { now - $0.last > RunFollower.troubleLasts } ?? true
                let begin = isNew ? now : trouble?.begin ?? now
                trouble = (begin, now)
                if now - begin > RunFollower.patience { return .failed(error) }
            }
        }
        return .interrupted
    }
}

extension RunFollower.Ending {
    /// The run as it ended.
    ///
    /// - Throws: ``CommandFailure`` where it did not end before our eyes.
    func run(named name: String) throws(CommandFailure) -> KubernetesObject {
        switch self {
        case .ended(let run): return run
        case .deleted: throw CommandFailure(.notFound, "the run \(name) was deleted")
        case .interrupted:
            throw CommandFailure(.interrupted, "interrupted before the run \(name) ended")
        case .failed(let error): throw CommandFailure(error)
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

import Console
import Engine
import GitOps
import Kubernetes
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
        /// The server refuses to tell more, or has answered nothing for ``patience``.
        case failed(KubernetesError)
    }

    /// How long a server may fail all that is asked.
    ///
    /// What a proxy cuts off again and again, and the server always takes up, is no such failure.
    static let patience = Duration.seconds(120)

    let client: KubernetesClient
    let key: ObjectKey
    /// Shows what happens; nil shows nothing.
    let display: ProgressDisplay?
    /// Where time comes from.
    var time = TimeSource.system

    /// Follows the run until it has ended, or the task is cancelled.
    func untilEnded() async -> Ending {
        let (news, send) = AsyncStream.makeStream(of: News.self)
        let informer = Informer(
            client: client, type: .workflowRuns,
            options: .init(namespace: key.namespace, fieldSelector: "metadata.name=\(key.name)"),
            time: time,
            problem: { [time] in send.yield(.problem($0, at: time.monotonic())) },
            answered: { send.yield(.answered) }
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
        case answered
        case problem(KubernetesError, at: Duration)
        case failed(KubernetesError)
    }

    private func follow(_ news: AsyncStream<News>) async -> Ending {
        /// When the first failure was since the server answered last.
        var trouble: Duration?
        for await item in news {
            switch item {
            case .state(let run):
                display?.update(run)
                if run.hasEnded { return .ended(run) }
            case .deleted: return .deleted
            case .failed(let error): return .failed(error)
            case .answered: trouble = nil
            case .problem(let error, let moment):
                if error.code == .unauthorized || error.code == .forbidden {
                    return .failed(error)
                }
                let begin = trouble ?? moment
                trouble = begin
                if moment - begin > RunFollower.patience { return .failed(error) }
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

import GitOps
import Kubernetes
import Observability
import Resources
import Streams
import Values

/// What the operator knows of the API: one cache a kind.
struct Caches: Sendable {
    let runs = ObjectCache(indexes: [
        WorkflowController.runIndex, RetentionController.runIndex,
        RetentionController.boundIndex, RetentionController.takeoverIndex,
        RetentionController.sourceIndex, .owner,
    ])
    let workflows = ObjectCache(indexes: [.label(Labels.repository)])
    let templates = ObjectCache(indexes: [.label(Labels.repository)])
    let repositories = ObjectCache()
    let approvals = ObjectCache(indexes: [.owner])
    let deadLetters = ObjectCache(indexes: [DeadLetterController.retryIndex])
    let providers = ObjectCache()
}

/// The watches that keep the caches, and who is told of what they bring.
struct Informers: Sendable {
    /// Who is told.
    struct Handlers: Sendable {
        let runs: RunController
        let workflows: WorkflowController
        let templates: WorkflowController
        let repositories: RepositoryController
        let children: Children
        let aftermath: Aftermath
        let checkpoints: CheckpointController
        let providers: ProviderController
        let logs: AttemptLogStore
        let streams: StreamStore
    }

    let all: [Informer]

    init(context: OperatorContext, namespace: String?, caches: Caches, handlers: Handlers) {
        let options = Informer.Options(namespace: namespace)
        let informer = {
            (
                type: ResourceType, cache: ObjectCache,
                handler: @escaping @Sendable ([ObjectChange]) -> Void
            ) in
            Informer(
                client: context.client, type: type, cache: cache, options: options,
                time: context.time, random: context.random,
                problem: { error in
                    context.logger.warning(
                        "watch interrupted",
                        ["type": .string("\(type)"), "error": error.logField])
                },
                handler: { changes in handler(changes) })
        }
        all = [
            informer(.workflowRuns, caches.runs) { handlers.runsChanged($0) },
            informer(.workflows, caches.workflows) { handlers.workflowsChanged($0) },
            informer(.templates, caches.templates) { handlers.templatesChanged($0) },
            informer(.workflowRepositories, caches.repositories) { changes in
                handlers.repositories.enqueue(changes.map(\.key))
            },
            informer(.providers, caches.providers) { handlers.providers.providersChanged($0) },
            informer(.approvals, caches.approvals) { handlers.children.approvalsChanged($0) },
            informer(.deadLetters, caches.deadLetters) {
                handlers.aftermath.deadLettersChanged($0)
            },
        ]
    }

    var haveSynced: Bool { all.allSatisfy(\.hasSynced) }

    func waitUntilSynced() async {
        for informer in all { await informer.waitUntilSynced() }
    }
}

extension Informers.Handlers {
    func runsChanged(_ changes: [ObjectChange]) {
        runs.enqueue(changes.map(\.key))
        children.runsChanged(changes)
        aftermath.runsChanged(changes)
        checkpoints.runsChanged(changes)
        for change in changes {
            var isAwaited = RunPhases.hasEnded(change.object)
            workflows.runChanged(change)
            switch change {
            case .added: isAwaited = true
            case .deleted(let run):
                isAwaited = true
                guard let uid = run.uid else { break }
                logs.remove(runUID: uid)
                streams.remove(runUID: uid)
            default: break
            }
            // Whoever is to try it again says what it waits for: that it ends, or that it is there.
            if isAwaited { runs.definitionAppeared(kind: "WorkflowRun", change.key) }
        }
    }

    func workflowsChanged(_ changes: [ObjectChange]) {
        workflows.enqueue(changes.map(\.key))
        aftermath.definitionsChanged(changes)
        for change in changes {
            switch change {
            case .added(let object): runs.definitionAppeared(kind: "Workflow", object.key)
            case .deleted(let object): workflows.forget(object)
            case .updated: break
            }
        }
    }

    func templatesChanged(_ changes: [ObjectChange]) {
        templates.enqueue(changes.map(\.key))
        aftermath.definitionsChanged(changes)
        for change in changes {
            switch change {
            case .added(let object): runs.definitionAppeared(kind: "Template", object.key)
            case .deleted(let object): templates.forget(object)
            case .updated: break
            }
        }
    }
}

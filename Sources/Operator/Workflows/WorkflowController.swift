import GitOps
import Kubernetes
import Observability
import Resources
import Synchronization
import Values
import Workflows

/// Checks every `Workflow` and `Template`, and launches the runs that workflows should have.
final class WorkflowController: Sendable {
    /// How many workers look at definitions at once.
    static let workers = 8
    /// Finds the runs of a workflow that go on, under its UID: those that ended are many more.
    static let runIndex = ObjectIndex(name: "workflow") { run in
        RunPhases.hasEnded(run) ? [] : workflows(of: run)
    }

    /// The UIDs of the workflow that launched a run and of the one that it is pinned to.
    private static func workflows(of run: KubernetesObject) -> [String] {
        let uids = [run.label(Labels.workflowUID), run.status["workflow"]?["uid"]?.stringValue]
        return Set(uids.compactMap { $0 }).sorted()
    }

    private let context: OperatorContext
    private let type: ResourceType
    private let cache: ObjectCache
    private let runs: ObjectCache
    private let queue: WorkQueue<ObjectKey>
    /// Plans of definitions that have not changed since they were compiled, by UID.
    private let compiled = Mutex<[String: Compiled]>([:])

    private struct Compiled {
        let generation: Int64
        let plan: Result<WorkflowPlan, Diagnostics>
    }

    /// Makes a controller of one kind of definition.
    ///
    /// - Parameters:
    ///   - cache: the definitions, kept by an informer.
    ///   - runs: the runs, kept by another, with ``runIndex``.
    init(context: OperatorContext, type: ResourceType, cache: ObjectCache, runs: ObjectCache) {
        self.context = context
        self.type = type
        self.cache = cache
        self.runs = runs
        queue = WorkQueue(time: context.time, random: context.random)
    }

    /// How many definitions wait for a worker.
    var queueDepth: Int { queue.count }

    /// Looks at the definitions that changed.
    func enqueue(_ keys: some Sequence<ObjectKey>) { queue.add(contentsOf: keys) }

    /// Looks at the workflow that launched a run, where something changed that its decision goes by.
    func runChanged(_ change: ObjectChange) {
        guard type == .workflows, WorkflowDecision.goes(by: change) else { return }
        let run = change.object
        let pinned = run.status["workflow"]?["name"]?.stringValue
        guard let name = run.spec["workflowRef"]?["name"]?.stringValue ?? pinned else { return }
        let key = ObjectKey(namespace: run.namespace, name: name)
        if cache.object(key) != nil { queue.add(key) }
    }

    /// Works until the task is cancelled.
    func run() async {
        await queue.work(workers: WorkflowController.workers) { await self.reconcile($0) }
    }

    private func reconcile(_ key: ObjectKey) async {
        // Until the cache shows our own last write, it shows the past (law 23).
        guard let current = cache.current(key) else { return }
        guard let object = current, let uid = object.uid else {
            queue.forget(key)
            return
        }
        let plan = plan(of: object, uid: uid)
        guard type == .workflows else {
            await write(TemplateStatus.of(object, plan: plan, now: context.time.now()), object)
            return
        }
        let decision = WorkflowDecision(
            workflow: object, plan: plan, runs: runs(of: object, uid), now: context.time.now(),
            environment: context.environment)
        do {
            try await perform(decision.actions, object)
            queue.forget(key)
        } catch {
            if error.code == .conflict || error.code == .notFound {
                // Somebody else wrote it: the informer brings what it is now.
                context.logger.debug("workflow changed meanwhile", ["workflow": .string("\(key)")])
            } else {
                context.logger.warning(
                    "workflow not reconciled",
                    ["workflow": .string("\(key)"), "error": error.logField])
            }
            queue.addAfterBackoff(key)
        }
    }

    /// The runs of a workflow that go on, and the one that it launched last.
    private func runs(of object: KubernetesObject, _ uid: String) -> [KubernetesObject] {
        let active = runs.objects(index: WorkflowController.runIndex.name, value: uid)
        guard let name = object.status["lastRun"]?["name"]?.stringValue,
            !active.contains(where: { $0.name == name }),
            let last = runs.object(ObjectKey(namespace: object.namespace, name: name)),
            WorkflowController.workflows(of: last).contains(uid)
        else { return active }
        return active + [last]
    }

    private func plan(
        of object: KubernetesObject, uid: String
    ) -> Result<WorkflowPlan, Diagnostics> {
        if let known = compiled.withLock({ $0[uid] }), known.generation == object.generation {
            return known.plan
        }
        let plan = WorkflowCompiler.compile(spec: object.spec, at: ["spec"])
        compiled.withLock { $0[uid] = Compiled(generation: object.generation, plan: plan) }
        if case .failure(let diagnostics) = plan {
            context.record(
                object, isWarning: true, reason: "InvalidDefinition", message: diagnostics.summary)
        }
        return plan
    }

    /// Forgets what is kept of definitions that are gone.
    func forget(_ object: KubernetesObject) {
        guard let uid = object.uid else { return }
        compiled.withLock { _ = $0.removeValue(forKey: uid) }
    }

    private func perform(
        _ actions: [WorkflowDecision.Action], _ object: KubernetesObject
    ) async throws(KubernetesError) {
        // Each write moves the version that the next one is made on.
        var object = object
        for action in actions {
            switch action {
            case .addFinalizer:
                object = try await setFinalizers(
                    object.finalizers + [Finalizers.cleanup], object)
            case .removeFinalizer:
                object = try await setFinalizers(
                    object.finalizers.filter { $0 != Finalizers.cleanup }, object)
            case .createRun(let run): try await create(run, object)
            case .cancelRun(let key, let uid, let reason, let message):
                try await cancel(key, uid, reason, message)
            case .writeStatus(let status):
                guard let written = try await writeStatus(status, object) else { continue }
                object = written
            }
        }
    }

    private func setFinalizers(
        _ finalizers: [String], _ object: KubernetesObject
    ) async throws(KubernetesError) -> KubernetesObject {
        var metadata: JSON = ["finalizers": .array(finalizers.map { .string($0) })]
        metadata["uid"] = object.uid.map { .string($0) }
        metadata["resourceVersion"] = object.resourceVersion.map { .string($0.description) }
        let written = try await context.client.patch(
            type, object.key, .merge(["metadata": metadata]))
        cache.recordWrite(written)
        return written
    }

    /// Creates a run, or adopts the one that a crash kept us from noting (law 2).
    ///
    /// - Throws: `conflict` where the workflow is not what the cache shows: a process that lost the
    ///   lead without knowing may follow it late, and would launch again what has run and is gone.
    private func create(
        _ run: KubernetesObject, _ workflow: KubernetesObject
    ) async throws(KubernetesError) {
        let live = try await context.client.get(type, workflow.key)
        guard live.uid == workflow.uid, live.generation == workflow.generation,
            live.status["lastRun"]?["uid"] == workflow.status["lastRun"]?["uid"]
        else {
            throw KubernetesError(.conflict, "\(type.kind) \(workflow.key) has changed")
        }
        do {
            _ = try await context.client.create(.workflowRuns, run)
            context.record(
                workflow, isWarning: false, reason: "RunLaunched", message: "launched \(run.name)")
        } catch {
            guard error.code == .alreadyExists else { throw error }
            let present = try await context.client.get(.workflowRuns, run.key)
            guard present.label(Labels.workflowUID) != workflow.uid else { return }
            context.record(
                workflow, isWarning: true, reason: "NameTaken",
                message: "\(run.name) is another workflow's run; delete it to let this one launch")
            throw error
        }
    }

    private func cancel(
        _ key: ObjectKey, _ uid: String, _ reason: String, _ message: String
    ) async throws(KubernetesError) {
        do {
            let run = try await context.client.patch(
                .workflowRuns, key,
                .merge(["metadata": ["uid": .string(uid)], "spec": ["desiredState": "Cancelled"]]))
            // Whoever writes it next goes by this one (law 23).
            runs.recordWrite(run)
            context.record(run, isWarning: false, reason: reason, message: message)
        } catch {
            guard error.code == .notFound else { throw error }
        }
    }

    /// Writes a status that differs from the one there is; the same one is not written again, so a
    /// cluster at rest sees no writes (law 14).
    private func writeStatus(
        _ status: JSON, _ object: KubernetesObject
    ) async throws(KubernetesError) -> KubernetesObject? {
        let patch = StatusPatch.from(
            object.status, to: context.withoutSecrets(status: status, in: object.namespace))
        guard !patch.isEmpty else { return nil }
        let written = try await context.patchStatus(type, of: object, .object(patch))
        cache.recordWrite(written)
        return written
    }

    private func write(_ status: JSON, _ object: KubernetesObject) async {
        do {
            _ = try await writeStatus(status, object)
            queue.forget(object.key)
        } catch {
            queue.addAfterBackoff(object.key)
        }
    }
}

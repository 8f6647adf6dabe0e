import Git
public import Kubernetes
public import Observability
import Resources
import Synchronization
import Values

/// Keeps a namespace like the manifests of each `WorkflowRepository` in it.
///
/// A sync fetches, reads one commit whole (law 33), plans, applies and prunes, and notes what it did
/// in the status. What cannot be read leaves the last good state in force.
public final class RepositoryController: Sendable {
    /// How many repositories are synced at once.
    static let workers = 4

    let client: KubernetesClient
    let sources: GitSource
    let caches: [ResourceType: ObjectCache]
    let redactor: Redactor
    let logger: Logger
    let time: TimeSource
    private let events: EventRecorder
    private let repositories: ObjectCache
    let queue: WorkQueue<ObjectKey>
    private let random: RandomSource
    private let syncs: Counter
    /// The objects that are being applied: of two repositories that give one at the same moment the
    /// second waits, and sees then whose it is.
    let claims = Mutex<Set<String>>([])
    let fetches: RunningFetches
    /// The repositories for which something was applied, and that may have been gone by then.
    let doubtful = Mutex<[ObjectKey: KubernetesObject]>([:])
    /// When each repository is looked at next, on the monotonic clock.
    private let due = Mutex<[ObjectKey: Duration]>([:])

    /// Makes a controller.
    ///
    /// - Parameters:
    ///   - caches: what is known of the kinds that repositories give.
    ///   - repositories: the repositories, kept by an informer.
    ///   - syncs: counts syncs by result.
    public init(
        client: KubernetesClient, events: EventRecorder, sources: GitSource,
        caches: [ResourceType: ObjectCache], repositories: ObjectCache, redactor: Redactor,
        logger: Logger, syncs: Counter, time: TimeSource, random: RandomSource = .system
    ) {
        self.client = client
        self.events = events
        self.sources = sources
        self.caches = caches
        self.repositories = repositories
        self.redactor = redactor
        self.logger = logger
        self.syncs = syncs
        self.time = time
        self.random = random
        fetches = RunningFetches(repositories)
        queue = WorkQueue(backoff: SyncLimits.backoff, time: time, random: random)
    }

    /// Looks at the repositories that changed.
    public func enqueue(_ keys: some Sequence<ObjectKey>) {
        let keys = Array(keys)
        queue.add(contentsOf: keys)
        fetches.noteChanges(of: keys)
    }

    /// Works until the task is cancelled.
    public func run() async {
        await queue.work(workers: RepositoryController.workers) { await self.reconcile($0) }
    }

    private func reconcile(_ key: ObjectKey) async {
        // Until the cache shows our own last write, it shows the past (law 23).
        guard let current = repositories.current(key) else { return }
        do {
            try await takeBackIfGone(key)
            guard let object = current else {
                due.withLock { _ = $0.removeValue(forKey: key) }
                queue.forget(key)
                return
            }
            if object.isDeleting {
                try await finalize(object)
            } else if let wait = wait(object) {
                // Being looked at took the key's place in the queue: it asks for its next turn again.
                queue.add(key, after: wait)
            } else {
                try await sync(object)
            }
        } catch {
            // The informer brings what changed meanwhile, or the next try finds the server again.
            logger.debug(
                "repository not reconciled",
                ["repository": .string("\(key)"), "error": .string(error.description)])
            due.withLock { _ = $0.removeValue(forKey: key) }
            queue.addAfterBackoff(key)
        }
    }

    /// How long until the next look; nil when it is time, or the object asks for one.
    ///
    /// Our own status writes come back as changes, and need no look.
    private func wait(_ object: KubernetesObject) -> Duration? {
        if object.status["observedGeneration"]?.integerValue != object.generation { return nil }
        if isRequested(object) { return nil }
        guard let due = due.withLock({ $0[object.key] }) else { return nil }
        let wait = due - time.monotonic()
        return wait > .zero ? wait : nil
    }

    private func isRequested(_ object: KubernetesObject) -> Bool {
        guard let requested = object.annotation(Annotations.reconcileAt) else { return false }
        return requested != object.status["lastHandledReconcileAt"]?.stringValue
    }

    private func sync(_ seen: KubernetesObject) async throws(KubernetesError) {
        var object = seen
        if !object.finalizers.contains(Finalizers.cleanup) {
            object = try await setFinalizers(object.finalizers + [Finalizers.cleanup], of: object)
        }
        var report: SyncReport
        var interval = Duration.seconds(60)
        do throws(RepositoryProblem) {
            let spec = try RepositorySpec(object.spec)
            interval = spec.interval
            report =
                spec.isSuspended
                ? SyncReport(
                    state: .ready(reason: "Suspended", message: "spec.suspend holds syncs back"))
                : try await sync(object, spec)
        } catch {
            // Whoever changed it has put it into the queue again.
            if error == .superseded { return }
            report = SyncReport(problem: error)
        }
        // What a stop cut off says nothing about the repository: whoever goes on looks again.
        guard !Task.isCancelled else { return }
        report = report.withoutSecrets { redactor.redact($0, in: object.namespace) }
        syncs.increment([report.result])
        announce(report, object)
        try await write(report, object)
        if report.isSettled {
            queue.forget(object.key)
        } else {
            interval = min(interval, queue.addAfterBackoff(object.key))
        }
        // A little earlier or later each time, so that many repositories do not all come at once.
        let next = interval * (0.95 + 0.1 * random.next())
        due.withLock { $0[object.key] = time.monotonic() + next }
        queue.add(object.key, after: next)
    }

    /// Tells users what changed since the last look, once.
    private func announce(_ report: SyncReport, _ object: KubernetesObject) {
        let reference = ObjectReference(object)
        let known = Set((object.status["failures"]?.arrayValue ?? []).map(\.text))
        for failure in report.failures.prefix(SyncLimits.failures)
        where !known.contains(failure.json.text) {
            events.record(
                reference, isWarning: true, reason: failure.code,
                message: failure.text)
        }
        if let summary = report.summary {
            events.record(reference, isWarning: false, reason: "Synced", message: summary)
        }
        guard let (reason, message) = report.problem, report.failures.isEmpty,
            !object.hasCondition(reason: reason, message: message)
        else { return }
        events.record(reference, isWarning: true, reason: reason, message: message)
    }

    private func write(
        _ report: SyncReport, _ object: KubernetesObject
    ) async throws(KubernetesError) {
        let status = report.status(of: object, now: time.now())
        let patch = StatusPatch.from(object.status, to: status)
        guard !patch.isEmpty else { return }
        var metadata: JSON = [:]
        metadata["uid"] = object.uid.map { .string($0) }
        metadata["resourceVersion"] = object.resourceVersion.map { .string($0.description) }
        let written = try await client.patch(
            .workflowRepositories, object.key,
            .merge(["metadata": metadata, "status": .object(patch)]), subresource: "status")
        repositories.recordWrite(written)
    }

    private func setFinalizers(
        _ finalizers: [String], of object: KubernetesObject
    ) async throws(KubernetesError) -> KubernetesObject {
        var metadata: JSON = ["finalizers": .array(finalizers.map { .string($0) })]
        metadata["uid"] = object.uid.map { .string($0) }
        metadata["resourceVersion"] = object.resourceVersion.map { .string($0.description) }
        let written = try await client.patch(
            .workflowRepositories, object.key, .merge(["metadata": metadata]))
        repositories.recordWrite(written)
        return written
    }

    /// Tells why a repository that is being deleted is still there.
    private func reportUndeleted(
        _ failure: SyncFailure, _ object: KubernetesObject
    ) async throws(KubernetesError) {
        // What passes by itself is tried again before anybody could read of it.
        guard failure.code != SyncFailure.transient, !Task.isCancelled else { return }
        let message = redactor.redact(failure.message, in: object.namespace)
        let report = SyncReport(state: .stalled(reason: "PruneFailed", message: message))
        logger.warning(
            "repository not deleted",
            ["repository": .string("\(object.key)"), "error": .string(message)])
        announce(report, object)
        try await write(report, object)
    }

    /// Deletes what a deleted repository gave, then lets it go.
    private func finalize(_ object: KubernetesObject) async throws(KubernetesError) {
        guard object.finalizers.contains(Finalizers.cleanup) else { return }
        if object.prunes {
            for id in try await everythingGiven(by: object) {
                let failure = await prune(id, of: object)
                if let failure {
                    try await reportUndeleted(failure, object)
                    queue.addAfterBackoff(object.key)
                    return
                }
            }
        }
        _ = try await setFinalizers(
            object.finalizers.filter { $0 != Finalizers.cleanup }, of: object)
        if let uid = object.uid { sources.remove(uid: uid) }
        due.withLock { _ = $0.removeValue(forKey: object.key) }
    }
}

extension RepositoryController {
    /// What a repository has given, by its status and by what is there: a process may have died
    /// between an apply and the status that was to say so.
    func everythingGiven(
        by object: KubernetesObject
    ) async throws(KubernetesError) -> [InventoryID] {
        var ids = Set(object.inventory.map(\.id))
        let ownership = Ownership(object)
        let selector = "\(Labels.repository)=\(ownership.own.label)"
        for type in [ResourceType.workflows, .templates] {
            let list = try await client.list(
                type, namespace: object.namespace, options: ListOptions(labelSelector: selector))
            let given = list.items.map { (InventoryID(kind: type.kind, name: $0.name), $0) }
            for (id, item) in given where ownership.hasApplied(item, as: id) { ids.insert(id) }
        }
        return ids.sorted()
    }
}

extension KubernetesObject {
    /// What a repository's status says was applied.
    var inventory: [InventoryEntry] {
        (status["inventory"]?["entries"]?.arrayValue ?? []).compactMap { InventoryEntry($0) }
    }

    /// Whether what a repository gave is deleted when it gives it no more.
    var prunes: Bool { spec["prune"]?.boolValue ?? true }

    fileprivate func hasCondition(reason: String, message: String) -> Bool {
        (status["conditions"]?.arrayValue ?? []).contains {
            $0["reason"]?.stringValue == reason && $0["message"]?.stringValue == message
        }
    }
}

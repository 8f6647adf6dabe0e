import GitOps
import Kubernetes
import Observability
import POSIX
import Resources
import Synchronization
import Values

/// Archives and deletes the runs that their workflow's policy no longer keeps, and dead letters of
/// age.
///
/// A run goes in three steps, each of which a crash may follow: it is written to the archive, it is
/// marked as archived, and it is deleted, if it is still the one that was looked at.
final class RetentionController: Sendable {
    /// A workflow's runs, wherever they were made.
    struct Group: Hashable, Comparable, Sendable, CustomStringConvertible {
        let namespace: String
        let workflow: String

        var description: String { "\(namespace)/\(workflow)" }

        static func < (first: Group, second: Group) -> Bool {
            (first.namespace, first.workflow) < (second.namespace, second.workflow)
        }
    }

    /// The longest between two looks at the same runs.
    private static let interval = Duration.seconds(3600)
    /// How long a run that the operator itself made is kept at least, once it has ended and that is
    /// noted: longer than a request to make it again can be under way.
    private static let settling = Duration.seconds(60)

    private let context: OperatorContext
    private let caches: Caches
    private let policy: RetentionPolicy
    private let archive: RunArchive
    private let isBusy: @Sendable (KubernetesObject) -> Bool
    private let queue: WorkQueue<Group>
    private let letters: WorkQueue<ObjectKey>
    /// When each run was first found to be one to delete, by UID.
    private let settled = Mutex<[String: Duration]>([:])

    /// Makes a controller.
    ///
    /// - Parameters:
    ///   - policy: what holds where a workflow says nothing.
    ///   - isBusy: whether something is still to be done about a run that ended.
    init(
        context: OperatorContext, caches: Caches, policy: RetentionPolicy, archive: RunArchive,
        isBusy: @escaping @Sendable (KubernetesObject) -> Bool
    ) {
        self.context = context
        self.caches = caches
        self.policy = policy
        self.archive = archive
        self.isBusy = isBusy
        queue = WorkQueue(time: context.time, random: context.random)
        letters = WorkQueue(time: context.time, random: context.random)
    }

    /// Finds runs by what they count towards.
    static let runIndex = ObjectIndex(name: "retention") { ["\(group(of: $0))"] }

    /// Finds the runs whose own definition says how long they are kept, by what they count towards.
    static let boundIndex = ObjectIndex(name: "retention-bound") { run in
        run.spec["workflowSpec"]?["retention"] == nil ? [] : ["\(group(of: run))"]
    }

    /// Finds the runs that have not ended and go on from another, by what they name of that: wherever
    /// it counts, it is kept for them.
    static let takeoverIndex = ObjectIndex(name: "retention-takeover") { run in
        RetentionController.takenOver(by: run).map(\.description)
    }

    /// Finds a run by what others may name to go on from it.
    static let sourceIndex = ObjectIndex(name: "retention-source") { run in
        RetentionController.sources(in: run).map(\.description)
    }

    /// What somebody goes on from: a run, or what was kept of one by hand, which goes with it.
    private enum Source: Hashable, CustomStringConvertible {
        case run(ObjectKey)
        case checkpoint(ObjectKey)

        var description: String {
            switch self {
            case .run(let key): "\(key)"
            case .checkpoint(let key): "checkpoint \(key)"
            }
        }
    }

    /// What another run needs to begin, or to go on after a crash.
    private static func takenOver(by run: KubernetesObject) -> [Source] {
        guard !RunPhases.hasEnded(run) else { return [] }
        let checkpoint = RunSource.checkpoint(of: run).map { [Source.checkpoint($0)] } ?? []
        return RunSource.keys(of: run).map { .run($0) } + checkpoint
    }

    private static func sources(in run: KubernetesObject) -> [Source] {
        [.run(run.key)] + CheckpointController.keys(of: run).map { .checkpoint($0) }
    }

    /// Runs that only carry their definition count together.
    static func group(of run: KubernetesObject) -> Group {
        let pin = run.status["workflow"]
        let pinned = pin?["uid"] == nil ? nil : pin?["name"]?.stringValue
        return Group(
            namespace: run.namespace,
            workflow: run.spec["workflowRef"]?["name"]?.stringValue ?? pinned ?? "")
    }

    func runsChanged(_ changes: [ObjectChange]) {
        for change in changes {
            lookAgain(atTakenOverBefore: change)
            // One that is gone may have been the last to say how long the others are kept.
            if case .deleted(let run) = change {
                settled.withLock { settled in
                    if let uid = run.uid { settled[uid] = nil }
                }
                queue.add(RetentionController.group(of: run))
            } else if RunPhases.hasEnded(change.object) {
                queue.add(RetentionController.group(of: change.object))
            }
        }
    }

    /// What a run needed until now may go, if nobody else does.
    private func lookAgain(atTakenOverBefore change: ObjectChange) {
        let freed: [Source]
        switch change {
        case .added: return
        case .updated(let old, let new):
            let needed = RetentionController.takenOver(by: old)
            guard !needed.isEmpty else { return }
            let still = RetentionController.takenOver(by: new)
            freed = needed.filter { !still.contains($0) }
        case .deleted(let run): freed = RetentionController.takenOver(by: run)
        }
        let index = RetentionController.sourceIndex.name
        for source in freed {
            for run in caches.runs.objects(index: index, value: source.description)
            where RunPhases.hasEnded(run) {
                queue.add(RetentionController.group(of: run))
            }
        }
    }

    func definitionsChanged(_ changes: [ObjectChange]) {
        for change in changes {
            queue.add(Group(namespace: change.key.namespace, workflow: change.key.name))
        }
    }

    func deadLettersChanged(_ changes: [ObjectChange]) {
        guard policy.deadLetters != nil else { return }
        letters.add(contentsOf: changes.map(\.key))
    }

    /// Works until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.queue.work(workers: 1) { await self.reconcile($0) } }
            group.addTask { await self.letters.work(workers: 1) { await self.purge($0) } }
        }
    }

    private func reconcile(_ group: Group) async {
        let key = ObjectKey(namespace: group.namespace, name: group.workflow)
        let definition = caches.workflows.object(key) ?? caches.templates.object(key)
        let own = definition?.spec["retention"]
        // Where nothing says that a run is to go, none is looked at: there may be any number of them.
        guard policy.overridden(by: own).hasBounds || isBound(group) else {
            queue.forget(group)
            return
        }
        let runs = caches.runs.objects(
            index: RetentionController.runIndex.name, value: "\(group)")
        // The last definition a run had speaks for runs whose workflow is gone.
        let bounds = policy.overridden(
            by: own ?? runs.last?.spec["workflowSpec"]?["retention"])
        let now = context.time.now()
        let decision = RetentionDecision(runs: runs, policy: bounds, now: now) { run in
            isBusy(run) || isTakenOver(run)
                || RetentionController.isUnnoted(run, by: definition)
        }
        // Until the cache shows our own last write of a run, it shows the past (law 23): its change
        // brings the group here again.
        var hasFailed = false
        for run in decision.expired where !Task.isCancelled && isAsSeen(run) {
            // Since the look before the first of them some time has passed.
            if isTakenOver(run) { continue }
            if let wait = settling(run) {
                queue.add(group, after: wait)
                continue
            }
            do throws(KubernetesError) {
                if try await !expire(run) { hasFailed = true }
            } catch {
                // Changed or gone meanwhile: what it is now is looked at anew.
                if error.code != .conflict && error.code != .notFound {
                    context.logger.warning(
                        "run not archived", ["run": .string("\(run.key)"), "error": error.logField])
                }
                hasFailed = true
            }
        }
        // One that cannot be archived now keeps none of the others.
        guard !hasFailed else {
            queue.addAfterBackoff(group)
            return
        }
        queue.forget(group)
        if let next = decision.next {
            queue.add(
                group, after: min(max(.milliseconds(10), next - now), RetentionController.interval))
        }
    }

    /// Whether a run that has not ended goes on from this one.
    private func isTakenOver(_ run: KubernetesObject) -> Bool {
        let index = RetentionController.takeoverIndex.name
        return RetentionController.sources(in: run).contains {
            caches.runs.count(index: index, value: $0.description) > 0
        }
    }

    /// Whether a run is as it was when it was decided on: others were archived since.
    private func isAsSeen(_ run: KubernetesObject) -> Bool {
        caches.runs.isCurrent(run.key)
            && caches.runs.object(run.key)?.resourceVersion == run.resourceVersion
    }

    /// Whether a definition that one of the runs carries says how long they are kept.
    private func isBound(_ group: Group) -> Bool {
        caches.runs.count(index: RetentionController.boundIndex.name, value: "\(group)") > 0
    }

    /// How long a run is still to be left alone; nil where it may be deleted.
    ///
    /// A process that lost the lead without knowing may have sent to create a run before the one that
    /// leads noted it. As long as such a request is under way its name must be taken (law 1).
    private func settling(_ run: KubernetesObject) -> Duration? {
        guard let uid = run.uid,
            run.label(Labels.workflowUID) != nil || run.label(Labels.managedBy) == Labels.manager
        else { return nil }
        let now = context.time.monotonic()
        let since = settled.withLock { settled in
            settled[uid] = settled[uid] ?? now
            return settled[uid] ?? now
        }
        let wait = since + RetentionController.settling - now
        return wait > .zero ? wait : nil
    }

    /// Archives a run, marks it, and deletes it; false where the archive cannot be written.
    private func expire(_ run: KubernetesObject) async throws(KubernetesError) -> Bool {
        var run = run
        if run.label(Labels.archived) == nil {
            let whole = try await ShardReader(client: context.client).whole(run)
            do throws(FileError) {
                try archive.keep(whole)
            } catch {
                context.logger.error(
                    "run not archived",
                    ["run": .string("\(run.key)"), "error": .string(error.description)])
                return false
            }
            run = try await mark(run)
        }
        try await context.client.delete(
            .workflowRuns, run.key,
            options: DeleteOptions(
                uid: run.uid, resourceVersion: run.resourceVersion?.description,
                propagation: .background))
        context.logger.info("run archived", ["run": .string("\(run.key)")])
        return true
    }

    /// Shows for the moment before the delete, and after a crash, that the run is in the archive.
    private func mark(_ run: KubernetesObject) async throws(KubernetesError) -> KubernetesObject {
        var metadata: JSON = ["labels": [Labels.archived: "true"]]
        metadata["uid"] = run.uid.map { .string($0) }
        metadata["resourceVersion"] = run.resourceVersion.map { .string($0.description) }
        let marked = try await context.client.patch(
            .workflowRuns, run.key, .merge(["metadata": metadata]))
        caches.runs.recordWrite(marked)
        let condition: JSON = [
            "type": "Archived", "status": "True", "reason": "Archived",
            "message": .string("kept in \(archive.path(of: run))"),
            "lastTransitionTime": .string(context.time.now().secondsText),
            "observedGeneration": .integer(run.generation),
        ]
        let others = (marked.status["conditions"]?.arrayValue ?? []).filter {
            $0["type"] != "Archived"
        }
        let written = try await context.patchStatus(
            .workflowRuns, of: marked, ["conditions": .array(others + [condition])])
        caches.runs.recordWrite(written)
        return written
    }

    /// Whether the workflow that launched a run has not noted yet that it did.
    ///
    /// Were the run gone, it would launch another one. Its note brings the group here again.
    static func isUnnoted(_ run: KubernetesObject, by workflow: KubernetesObject?) -> Bool {
        guard let workflow, !workflow.isDeleting,
            run.label(Labels.workflowUID) == workflow.uid,
            run.annotation(Annotations.workflowGeneration) == String(workflow.generation)
        else { return false }
        return workflow.status["lastRun"]?["uid"]?.stringValue != run.uid
    }

    /// Deletes a dead letter that is older than is kept.
    private func purge(_ key: ObjectKey) async {
        guard let keep = policy.deadLetters, let letter = caches.deadLetters.object(key),
            !letter.isDeleting, letter.status["phase"] != "Retrying"
        else { return }
        let failed =
            letter.spec["failureTime"]?.stringValue.flatMap { Timestamp($0) }
            ?? letter.creationTimestamp ?? context.time.now()
        let rest = failed + keep - context.time.now()
        guard rest <= .zero else {
            letters.add(key, after: min(rest, RetentionController.interval))
            return
        }
        do throws(KubernetesError) {
            try await context.client.delete(
                .deadLetters, key, options: DeleteOptions(uid: letter.uid))
            letters.forget(key)
        } catch {
            guard error.code != .notFound, error.code != .conflict else { return }
            letters.addAfterBackoff(key)
        }
    }
}

import GitOps
import Kubernetes
import Observability
import Resources
import Synchronization
import Values

/// Decides every `Approval`: counts the answers, keeps the deadline, and takes back what nobody waits
/// for any more.
///
/// It goes by the objects alone, so it does not matter which process asked. What was decided once
/// stays decided (law 10).
final class ApprovalController: Sendable {
    static let workers = 4

    private let context: OperatorContext
    private let cache: ObjectCache
    private let runs: ObjectCache
    private let queue: WorkQueue<ObjectKey>
    /// Approvals that their attempts want no more, by UID.
    private let withdrawn = Mutex<Set<String>>([])
    /// What approvals ask, as their attempts say and no status does yet, with their UIDs.
    private let asked = Mutex<[ObjectKey: (uid: String, question: JSON)]>([:])

    /// Makes a controller over a cache of approvals, which finds them by owner, and one of runs.
    init(context: OperatorContext, cache: ObjectCache, runs: ObjectCache) {
        self.context = context
        self.cache = cache
        self.runs = runs
        queue = WorkQueue(time: context.time, random: context.random)
    }

    /// Looks at the approvals that changed.
    func enqueue(_ keys: some Sequence<ObjectKey>) { queue.add(contentsOf: keys) }

    /// Looks at the approvals of a run that changed.
    func runChanged(_ run: KubernetesObject) {
        guard let uid = run.uid else { return }
        queue.add(contentsOf: cache.objects(index: ObjectIndex.owner.name, value: uid).map(\.key))
    }

    /// Notes what an approval asks, as the attempt says that made it: from then on answers count.
    ///
    /// It is what the task asks and never what the spec says by now (law 5).
    func note(_ question: JSON, by approval: KubernetesObject) {
        guard let uid = approval.uid else { return }
        asked.withLock { $0[approval.key] = (uid, question) }
        queue.add(approval.key)
    }

    /// Forgets what an approval asks, as its task has ended.
    func forget(_ approval: KubernetesObject) {
        asked.withLock { asked in
            if asked[approval.key]?.uid == approval.uid { asked[approval.key] = nil }
        }
    }

    /// Takes an approval back, as the run wants no more of the attempt that asked.
    func withdraw(_ approval: KubernetesObject) {
        guard let uid = approval.uid else { return }
        withdrawn.withLock { _ = $0.insert(uid) }
        queue.add(approval.key)
    }

    /// Works until the task is cancelled.
    func run() async {
        await queue.work(workers: ApprovalController.workers) { await self.reconcile($0) }
    }

    private func reconcile(_ key: ObjectKey) async {
        // Until the cache shows our own last write, it shows the past (law 23).
        guard let current = cache.current(key) else { return }
        guard var approval = current, !approval.isDeleting else {
            // One that no cache shows yet is asked all the same: its task ends the note.
            if let uid = current?.uid {
                withdrawn.withLock { _ = $0.remove(uid) }
                asked.withLock { $0[key] = nil }
            }
            queue.forget(key)
            return
        }
        let phase = approval.status["phase"]?.stringValue ?? ""
        guard phase.isEmpty || phase == "Pending" else {
            withdrawn.withLock { _ = $0.remove(approval.uid ?? "") }
            asked.withLock { $0[key] = nil }
            return
        }
        let now = context.time.now()
        // Until its task has noted what it asked, there is nothing to hold the answers against; one of
        // a release before that is noted when its task is taken up.
        let stored = approval.status
        asked.withLock { asked in
            if stored["question"] != nil {
                asked[key] = nil
            } else if let noted = asked[key], noted.uid == approval.uid {
                approval.status["question"] = noted.question
            }
        }
        let verdict =
            approval.status["question"] == nil
            ? nil : ApprovalVerdict(approval.spec, status: approval.status, now: now)
        var status =
            verdict.map { ApprovalController.status(of: $0, approval, now: now) }
            ?? approval.status
        if verdict?.phase ?? .pending == .pending, let why = whyNobodyWaits(for: approval) {
            status = ApprovalController.withdrawn(status, why, approval, now: now)
        }
        do {
            try await write(status, approval, over: stored)
            queue.forget(key)
            if let verdict, verdict.phase == .pending, let deadline = verdict.deadline {
                queue.add(key, after: max(.milliseconds(1), deadline - now))
            }
        } catch {
            // On a conflict the informer brings what the object is now.
            if error.code != .conflict && error.code != .notFound {
                context.logger.warning(
                    "approval not reconciled",
                    ["approval": .string("\(key)"), "error": error.logField])
            }
            queue.addAfterBackoff(key)
        }
    }

    private func whyNobodyWaits(for approval: KubernetesObject) -> String? {
        if withdrawn.withLock({ $0.contains(approval.uid ?? "") }) {
            return "its task no longer waits for it"
        }
        guard let owner = approval.controller else { return nil }
        let run = runs.object(ObjectKey(namespace: approval.namespace, name: owner.name))
        guard case .gone(let why) = ParentTask.of(approval, run: run) else { return nil }
        return why
    }

    private func write(
        _ status: JSON, _ approval: KubernetesObject, over stored: JSON
    ) async throws(KubernetesError) {
        let patch = StatusPatch.from(
            stored, to: context.withoutSecrets(status: status, in: approval.namespace))
        guard !patch.isEmpty else { return }
        let written = try await context.patchStatus(.approvals, of: approval, .object(patch))
        cache.recordWrite(written)
        context.audit.note(
            approval: written, before: stored["phase"]?.stringValue, at: context.time.now())
        if status["reason"]?.stringValue == ApprovalVerdict.changed,
            patch["reason"] ?? patch["message"] != nil
        {
            context.record(
                written, isWarning: true, reason: ApprovalVerdict.changed,
                message: status["message"]?.stringValue ?? "")
        }
        guard let phase = patch["phase"]?.stringValue, phase != "Pending" else { return }
        context.record(
            written, isWarning: phase != "Approved", reason: "Approval\(phase)",
            message: status["message"]?.stringValue ?? phase)
    }

    private static func status(
        of verdict: ApprovalVerdict, _ approval: KubernetesObject, now: Timestamp
    ) -> JSON {
        let state: ReadyState =
            switch verdict.phase {
            case .pending where verdict.reason == ApprovalVerdict.changed:
                .stalled(reason: verdict.reason, message: verdict.message)
            case .pending: .reconciling(reason: verdict.reason, message: verdict.message)
            case .approved: .ready(reason: verdict.reason, message: verdict.message)
            case .rejected: .stalled(reason: verdict.reason, message: verdict.message)
            }
        var status: JSON = [
            "phase": .string(verdict.phase.rawValue), "reason": .string(verdict.reason),
            "message": .string(verdict.message),
            "approvals": .string("\(verdict.counted)/\(verdict.quorum)"),
            "observedGeneration": .integer(approval.generation),
            "conditions": state.json(
                replacing: approval.status["conditions"], generation: approval.generation, now: now),
        ]
        status["question"] = approval.status["question"]
        if !verdict.voided.isEmpty {
            status["voided"] = .array(verdict.voided.map { .string($0) })
        }
        if !verdict.approvers.isEmpty {
            status["approvers"] = .array(verdict.approvers.map { .string($0) })
        }
        if !verdict.comment.isEmpty { status["comment"] = .string(verdict.comment) }
        if !verdict.ignored.isEmpty {
            status["ignored"] = .array(
                verdict.ignored.map { ["user": .string($0.user), "reason": .string($0.reason)] })
        }
        if verdict.phase != .pending { status["decidedTime"] = .string(now.description) }
        return status
    }

    private static func withdrawn(
        _ status: JSON, _ why: String, _ approval: KubernetesObject, now: Timestamp
    ) -> JSON {
        var status = status
        status["phase"] = "Withdrawn"
        status["reason"] = "Withdrawn"
        status["message"] = .string("withdrawn: \(why)")
        status["decidedTime"] = .string(now.description)
        status["conditions"] = ReadyState.stalled(
            reason: "Withdrawn", message: "withdrawn: \(why)"
        ).json(
            replacing: approval.status["conditions"], generation: approval.generation, now: now)
        return status
    }
}

import GitOps
import Kubernetes
import Observability
import Resources
import Synchronization
import Values

/// Tells what runs ask to be told of their ends, at least once each.
///
/// What arrived is written into the run's status before the next is sent, so that a restart goes on
/// where the process before was: only the one that was under way may be sent twice, under the same
/// idempotency key.
final class NotificationController: Sendable {
    static let workers = 8

    private let context: OperatorContext
    private let runs: ObjectCache
    private let sender: NotificationSender
    private let queue: WorkQueue<ObjectKey>
    /// How attempts went that no status tells yet, by the runs' UIDs and what was told: what was sent
    /// is not sent again because it cannot be written.
    private let unsaved = Mutex<[String: [String: JSON]]>([:])

    init(context: OperatorContext, runs: ObjectCache, sender: NotificationSender) {
        self.context = context
        self.runs = runs
        self.sender = sender
        queue = WorkQueue(time: context.time, random: context.random)
    }

    func runsChanged(_ changes: [ObjectChange]) {
        let ended = changes.filter { change in
            if case .deleted = change {
                unsaved.withLock { $0[change.object.uid ?? ""] = nil }
                return false
            }
            return NotificationController.mayTell(change.object)
        }
        queue.add(contentsOf: ended.map(\.key))
    }

    /// Works until the task is cancelled.
    func run() async {
        await queue.work(workers: NotificationController.workers) { await self.reconcile($0) }
    }

    /// Whether something is still to be told of a run.
    static func isBusy(_ run: KubernetesObject, now: Timestamp) -> Bool {
        mayTell(run)
            && Notification.all(of: run).contains { $0.due(in: run.status, now: now) != nil }
    }

    /// Whether a run ended and its definition asks for anything: most do not, and cost nothing.
    private static func mayTell(_ run: KubernetesObject) -> Bool {
        let definition = run.status["definition"] ?? run.spec["workflowSpec"]
        return RunPhases.hasEnded(run) && definition?["events"] != nil
    }

    private func reconcile(_ key: ObjectKey) async {
        // Until the cache shows our own last write, it shows the past (law 23).
        guard let current = runs.current(key), let seen = current, !seen.isDeleting else { return }
        guard let whole = await whole(seen) else { return }
        var run = whole
        var next: Timestamp?
        for notification in Notification.all(of: run) where !Task.isCancelled {
            let now = context.time.now()
            guard let due = notification.due(in: run.status, now: now) else { continue }
            guard due <= now else {
                next = min(next ?? due, due)
                continue
            }
            let uid = run.uid ?? ""
            let known = unsaved.withLock { $0[uid]?[notification.id] }
            let entry: JSON
            if let known { entry = known } else { entry = await attempt(notification, run) }
            if Task.isCancelled { return }
            do throws(KubernetesError) {
                let written = try await context.patchStatus(
                    .workflowRuns, of: run, ["notifications": [notification.id: entry]])
                runs.recordWrite(written)
                unsaved.withLock { unsaved in
                    unsaved[uid]?[notification.id] = nil
                    if unsaved[uid]?.isEmpty == true { unsaved[uid] = nil }
                }
                run = written
                if ShardReader.isSharded(written) { run.take(tasksOf: whole) }
            } catch {
                let isThere = error.code != .notFound
                if isThere { unsaved.withLock { $0[uid, default: [:]][notification.id] = entry } }
                queue.addAfterBackoff(key)
                return
            }
            if let due = notification.due(in: run.status, now: now) {
                next = min(next ?? due, due)
            }
        }
        queue.forget(key)
        if let next { queue.add(key, after: max(.milliseconds(10), next - context.time.now())) }
    }

    /// The run with all its tasks, those in shards among them; nil where it is looked at again later.
    private func whole(_ run: KubernetesObject) async -> KubernetesObject? {
        guard NotificationController.mayTell(run), ShardReader.isSharded(run) else { return run }
        do throws(KubernetesError) {
            return try await ShardReader(client: context.client).whole(run)
        } catch {
            queue.addAfterBackoff(run.key)
            return nil
        }
    }

    /// Sends a notification and gives its entry in the status.
    private func attempt(_ notification: Notification, _ run: KubernetesObject) async -> JSON {
        let before = notification.attempts(in: run.status)
        var entry: JSON = ["attempts": .integer(before + 1)]
        do throws(NotificationError) {
            entry["message"] = .string(try await sender.send(notification, of: run))
            entry["phase"] = "Delivered"
        } catch {
            let isLast = error.isPermanent || before + 1 >= Notification.maximumAttempts
            entry["message"] = .string(EventText.cut(error.message))
            entry["phase"] = isLast ? "Failed" : "Retrying"
            if isLast {
                context.record(
                    run, isWarning: true, reason: "NotificationFailed",
                    message: "\(notification.id): \(error.message)")
            }
        }
        entry["time"] = .string(context.time.now().description)
        return entry
    }
}

/// Texts of others that go into a status.
enum EventText {
    /// The most bytes of one.
    static let maximumBytes = 512

    /// As much of a text as is kept.
    static func cut(_ text: String) -> String {
        guard text.utf8.count > maximumBytes else { return text }
        var kept = ""
        for character in text {
            guard kept.utf8.count + character.utf8.count <= maximumBytes - 3 else { break }
            kept.append(character)
        }
        return kept + "…"
    }
}

import GitOps
import Kubernetes
import Observability
import Resources
import Values

/// Tries dead letters again when somebody asks, and tells what came of it.
final class DeadLetterController: Sendable {
    static let workers = 4

    private let context: OperatorContext
    private let cache: ObjectCache
    private let runs: ObjectCache
    private let queue: WorkQueue<ObjectKey>

    init(context: OperatorContext, cache: ObjectCache, runs: ObjectCache) {
        self.context = context
        self.cache = cache
        self.runs = runs
        queue = WorkQueue(time: context.time, random: context.random)
    }

    func lettersChanged(_ changes: [ObjectChange]) { queue.add(contentsOf: changes.map(\.key)) }

    /// Looks at the dead letters that runs which changed try again.
    func runsChanged(_ changes: [ObjectChange]) {
        for change in changes where change.object.label(Labels.deadLetter) != nil {
            let letters = cache.objects(
                index: DeadLetterController.retryIndex.name, value: "\(change.key)")
            queue.add(contentsOf: letters.map(\.key))
        }
    }

    /// Finds dead letters by the run that tries them again.
    static let retryIndex = ObjectIndex(name: "retry") { letter in
        letter.status["lastRetry"]?["run"]?.stringValue.map { ["\(letter.namespace)/\($0)"] } ?? []
    }

    /// Works until the task is cancelled.
    func run() async {
        await queue.work(workers: DeadLetterController.workers) { await self.reconcile($0) }
    }

    private func reconcile(_ key: ObjectKey) async {
        // Until the cache shows our own last write, it shows the past (law 23).
        guard let current = cache.current(key) else { return }
        guard let letter = current, !letter.isDeleting else {
            queue.forget(key)
            return
        }
        // The run that was just made is not seen yet: its coming brings this here again.
        guard let retry = retry(of: letter) else { return }
        let decision = DeadLetterDecision(
            letter, source: source(of: letter), retry: retry, now: context.time.now())
        do throws(KubernetesError) {
            if let run = decision.run { try await create(run, letter) }
            let patch = StatusPatch.from(
                letter.status,
                to: context.withoutSecrets(status: decision.status, in: key.namespace))
            if !patch.isEmpty {
                let written = try await context.patchStatus(
                    .deadLetters, of: letter, .object(patch))
                cache.recordWrite(written)
                if let refusal = decision.refusal {
                    context.record(
                        written, isWarning: true, reason: "RetryRefused", message: refusal)
                }
            }
            queue.forget(key)
        } catch {
            if error.code != .conflict && error.code != .notFound {
                context.logger.warning(
                    "dead letter not reconciled",
                    ["deadletter": .string("\(key)"), "error": error.logField])
            }
            queue.addAfterBackoff(key)
        }
    }

    private func source(of letter: KubernetesObject) -> KubernetesObject? {
        guard let name = letter.spec["run"]?["name"]?.stringValue else { return nil }
        let run = runs.object(ObjectKey(namespace: letter.namespace, name: name))
        return run?.uid == letter.spec["run"]?["uid"]?.stringValue ? run : nil
    }

    private func retry(of letter: KubernetesObject) -> KubernetesObject?? {
        guard let name = letter.status["lastRetry"]?["run"]?.stringValue else {
            return .some(nil)
        }
        return runs.current(ObjectKey(namespace: letter.namespace, name: name))
    }

    /// Creates the run of a request, or adopts the one that a crash kept us from noting (law 2).
    private func create(
        _ run: KubernetesObject, _ letter: KubernetesObject
    ) async throws(KubernetesError) {
        do throws(KubernetesError) {
            let made = try await context.client.create(.workflowRuns, run)
            runs.recordWrite(made)
            context.record(
                letter, isWarning: false, reason: "DeadLetterRetried",
                message: "\(run.name) tries it again")
        } catch {
            guard error.code == .alreadyExists else { throw error }
            let present = try await context.client.get(.workflowRuns, run.key)
            guard present.label(Labels.deadLetter) != run.label(Labels.deadLetter) else { return }
            context.record(
                letter, isWarning: true, reason: "NameTaken",
                message: "\(run.name) is another one's run; delete it and ask again")
            throw error
        }
    }
}

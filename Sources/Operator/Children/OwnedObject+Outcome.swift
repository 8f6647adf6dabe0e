import Executors
import GitOps
import Kubernetes
import Workflows

extension OwnedObject {
    /// Waits until an object says how the attempt that made it ends.
    ///
    /// - Parameters:
    ///   - ifGone: the error where it is deleted before that: its type, and what became of it.
    ///   - read: how the attempt ends by what the object says; nil where that is open.
    ///   - withdraw: is called when the run does not want it any more, and gives how the attempt
    ///     ends; nil where the object still has to end.
    func outcome(
        of object: KubernetesObject, _ signals: ObjectSignals,
        ifGone: (type: String, sentence: String), read: (KubernetesObject) async -> AttemptOutcome?,
        withdraw: () -> AttemptOutcome?
    ) async -> AttemptOutcome {
        await signals.withSubscription(to: object.key) { changes in
            while !signals.isClosed {
                var view = view(object)
                var isMissed = false
                if case .gone = view {
                    isMissed = true
                    if Task.isCancelled { return .cancelled }
                    view = await look(at: object)
                }
                switch view {
                case .unknown: break
                case .gone:
                    return .failed(
                        TaskError(
                            type: ifGone.type,
                            message: "\(type.kind) \(object.name) \(ifGone.sentence)",
                            isRetryable: true))
                case .present(let present):
                    guard let outcome = await read(present) else { break }
                    if Task.isCancelled, case .failed = outcome { return .cancelled }
                    return outcome
                }
                if Task.isCancelled {
                    // A process that stops leaves the object to the next.
                    guard AttemptCancellation.current?.isRequested == true else {
                        return .cancelled
                    }
                    if let outcome = withdraw() { return outcome }
                }
                await wait(for: changes, isMissed: isMissed)
            }
            return .cancelled
        }
    }

    /// How long what the cache has missed is not looked at.
    private static let missedInterval = Duration.seconds(15)

    /// Waits for a change: of what the cache has missed it may never tell, so that is looked at again.
    private func wait(for changes: ObjectSignals.Subscription, isMissed: Bool) async {
        guard isMissed, !Task.isCancelled else {
            await changes.next()
            return
        }
        await withDiscardingTaskGroup { group in
            group.addTask {
                do {
                    try await context.time.sleep(OwnedObject.missedInterval)
                    changes.wake()
                } catch {
                    // A change came first.
                }
            }
            await changes.next()
            group.cancelAll()
        }
    }

    /// Looks at the object where it is kept: a cache may have missed it, and what ends an attempt must
    /// be true (law 25).
    private func look(at made: KubernetesObject) async -> View {
        var failures = 0
        while !Task.isCancelled {
            do throws(KubernetesError) {
                let live = try await context.client.get(type, made.key)
                return live.uid == made.uid ? .present(live) : .gone
            } catch {
                if error.code == .notFound { return .gone }
            }
            failures += 1
            do { try await context.time.sleep(OwnedObject.delay(after: failures)) } catch { break }
        }
        return .unknown
    }
}

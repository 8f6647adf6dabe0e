internal import Kubernetes
import Observability
import Synchronization
import Values

/// What becomes of what a sync gives for a repository that is deleted meanwhile.
///
/// The end of a repository deletes what it has given by then. A sync that another process still works at
/// may give more afterwards, and nobody would look for that again. So whoever has applied anything looks
/// at the repository once more: where it is still there, its end will find what was applied.
extension RepositoryController {
    /// Deletes what was given for a repository that was gone by then.
    ///
    /// - Throws: ``KubernetesError``, and then it is for the next look at the key.
    func takeBackIfGone(_ key: ObjectKey) async throws(KubernetesError) {
        guard let object = doubtful.withLock({ $0[key] }) else { return }
        if object.prunes, try await isGone(object) {
            for id in try await everythingGiven(by: object) {
                guard let failure = await prune(id, of: object) else { continue }
                logger.warning(
                    "not pruned",
                    [
                        "repository": .string("\(key)"), "object": .string("\(id)"),
                        "error": .string(redactor.redact(failure.message, in: key.namespace)),
                    ])
                queue.addAfterBackoff(key)
                return
            }
        }
        doubtful.withLock { _ = $0.removeValue(forKey: key) }
    }

    private func isGone(_ object: KubernetesObject) async throws(KubernetesError) -> Bool {
        do {
            return try await client.get(.workflowRepositories, object.key).uid != object.uid
        } catch {
            guard error.code == .notFound else { throw error }
            return true
        }
    }
}

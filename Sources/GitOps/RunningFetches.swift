import Kubernetes
import Synchronization

/// The fetches under way, each of which ends early once its repository is another than it was.
///
/// A server that does not answer holds a worker until the timeout, and with it whoever suspends,
/// edits or deletes the repository.
final class RunningFetches: Sendable {
    private struct Fetch {
        let uid: String?
        let generation: Int64
        let stop: AsyncStream<Void>.Continuation

        func isOf(_ object: KubernetesObject?) -> Bool {
            guard let object, !object.isDeleting else { return false }
            return object.uid == uid && object.generation == generation
        }
    }

    private let repositories: ObjectCache
    private let running = Mutex<[ObjectKey: Fetch]>([:])

    init(_ repositories: ObjectCache) { self.repositories = repositories }

    /// Ends the fetches of those repositories that have changed.
    func noteChanges(of keys: [ObjectKey]) {
        for key in keys {
            guard let fetch = running.withLock({ $0[key] }), !fetch.isOf(repositories.object(key))
            else { continue }
            fetch.stop.finish()
        }
    }

    /// Does what may take long for a repository, until that changes.
    ///
    /// - Throws: ``RepositoryProblem/superseded`` where it has changed.
    func unlessChanged<Value: Sendable>(
        _ object: KubernetesObject,
        _ body: @escaping @Sendable () async throws(RepositoryProblem) -> Value
    ) async throws(RepositoryProblem) -> Value {
        let (changes, stop) = AsyncStream.makeStream(of: Void.self)
        running.withLock {
            $0[object.key] = Fetch(uid: object.uid, generation: object.generation, stop: stop)
        }
        defer { _ = running.withLock { $0.removeValue(forKey: object.key) } }
        // It may have changed before anybody could tell.
        noteNewer(than: object)
        let result = await withTaskGroup(of: Result<Value, RepositoryProblem>?.self) { group in
            group.addTask {
                do throws(RepositoryProblem) {
                    return .success(try await body())
                } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                for await _ in changes {}
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        guard let result else { throw .superseded }
        return try result.get()
    }

    /// A cache may also be behind what the fetch is for: only what is newer ends it.
    private func noteNewer(than object: KubernetesObject) {
        guard let now = repositories.object(object.key), now.uid == object.uid,
            now.isDeleting || now.generation > object.generation
        else { return }
        noteChanges(of: [object.key])
    }
}

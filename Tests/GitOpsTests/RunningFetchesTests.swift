import Kubernetes
import Testing
import Values

@testable import GitOps

@Suite struct RunningFetchesTests {
    private func repository(_ generation: Int64) -> KubernetesObject {
        KubernetesObject([
            "metadata": [
                "name": "a", "namespace": "default", "uid": "1",
                "generation": .integer(generation), "resourceVersion": .string("\(generation)"),
            ]
        ])
    }

    @Test func `a fetch ends once its repository is another, or gone`() async {
        let cache = ObjectCache()
        let fetches = RunningFetches(cache)
        let object = repository(2)
        let (started, hasStarted) = AsyncStream.makeStream(of: Void.self)
        async let problem = problem(of: fetches, object, hasStarted)
        for await _ in started { break }
        // The cache holds none of the name: it is gone.
        fetches.noteChanges(of: [object.key])
        #expect(await problem == .superseded)
    }

    private func problem(
        of fetches: RunningFetches, _ object: KubernetesObject,
        _ hasStarted: AsyncStream<Void>.Continuation
    ) async -> RepositoryProblem? {
        do throws(RepositoryProblem) {
            try await fetches.unlessChanged(object) { () async throws(RepositoryProblem) in
                hasStarted.yield()
                let (silence, _) = AsyncStream.makeStream(of: Void.self)
                for await _ in silence {}
            }
            return nil
        } catch {
            return error
        }
    }

    @Test func `one that nothing happens to gives what it found`() async throws {
        let fetches = RunningFetches(ObjectCache())
        let value = try await fetches.unlessChanged(repository(1)) {
            () async throws(RepositoryProblem) in 7
        }
        #expect(value == 7)
    }
}

import Git
import HTTP
import TestSupport
import Testing
import Values

@testable import GitOps

@Suite struct GitSourceTests {
    @Test func `directories of this machine are read only where that is allowed`() async throws {
        let directory = try TemporaryDirectory()
        let http = HTTPClient()
        for (isAllowed, reason) in [(false, "LocalRepositoryRefused"), (true, "FetchNotFound")] {
            let source = GitSource(
                directory: directory.file("clones"), http: http, readsLocalDirectories: isAllowed)
            let spec = try RepositorySpec(["url": .string("file://\(directory.file("none"))")])
            let problem = await #expect(throws: RepositoryProblem.self) {
                _ = try await source.snapshot(
                    of: spec, uid: "1", namespace: "default", credentials: .none)
            }
            #expect(problem?.reason == reason)
            #expect(problem?.isTransient == false)
        }
        await http.shutdown()
    }
}

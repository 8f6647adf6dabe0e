import Git
import TestSupport
import Testing

@Suite struct WorkingRepositoryTests {
    @Test func `revisions are found as git finds them, and files are read where they are`()
        async throws
    {
        let directory = try TemporaryDirectory()
        let remote = try await GitRemote(directory.file("work"))
        let first = try await remote.commit(["flows/a.yaml": "a: 1\n"])
        let second = try await remote.commit(["flows/a.yaml": "a: 2\n", "b.yaml": "b: 1\n"])
        try await remote.run("tag", "v1", first)
        let repository = try WorkingRepository(containing: "\(remote.path)/flows")
        #expect(repository.root == remote.path)
        #expect(repository.path(of: "\(remote.path)/flows/../flows/a.yaml") == "flows/a.yaml")
        #expect(repository.path(of: remote.path) == "")
        #expect(repository.path(of: "/") == nil)
        for (revision, id) in [
            ("HEAD", second), ("main", second), ("HEAD~1", first), ("v1", first),
            (String(first.prefix(8)), first),
        ] {
            #expect(try repository.resolve(revision).hexadecimal == id)
        }
        let objects = try await GitRepository.open(directory: repository.objects)
        let listing = try await objects.files(ofCommit: try repository.resolve("v1"))
        #expect(listing.files.map(\.path) == ["flows/a.yaml"])
        let bytes = try await objects.read(listing.files[0].blobID, maximumBytes: 100)
        #expect(String(decoding: bytes, as: UTF8.self) == "a: 1\n")
    }

    @Test(arguments: ["nothing", "HEAD~9", "", "-x", "main:flows"])
    func `what is no commit is told by name`(revision: String) async throws {
        let directory = try TemporaryDirectory()
        let remote = try await GitRemote(directory.file("work"))
        try await remote.commit(["flows/a.yaml": "a: 1\n"])
        let repository = try WorkingRepository(containing: remote.path)
        #expect(throws: GitError.self) { try repository.resolve(revision) }
    }

    @Test func `a directory of no repository is told`() throws {
        let directory = try TemporaryDirectory()
        let error = #expect(throws: GitError.self) {
            _ = try WorkingRepository(containing: directory.path)
        }
        #expect(error?.code == .notFound)
    }
}

import POSIX
import Synchronization
import Testing
import Values

@testable import Git

@Suite struct FetchTests {
    @Test func `the default branch is fetched with its files`() async throws {
        let remote = try await GitFixture()
        let id = try await remote.commit(
            ["flows/a.yaml": "a: 1\n", "README": "hi"], message: "first\n\nbody")
        let clone = try await remote.clone()
        let commit = try await clone.fetch(url: remote.url)
        #expect(commit.id == id)
        #expect(commit.message == "first\n\nbody\n")
        #expect(commit.author == "Ada <ada@example.com>")
        #expect(commit.time == Timestamp("2026-01-02T03:04:05Z"))
        #expect(commit.reference == "refs/heads/main")
        #expect(commit.revision == "main@sha1:\(id)")
        let files = try await clone.files(ofCommit: id).files
        #expect(files.map(\.path) == ["README", "flows/a.yaml"])
        #expect(files.map(\.size) == [2, 5])
        let bytes = try await clone.read(files[1].blobID, maximumBytes: 5)
        #expect(bytes == Array("a: 1\n".utf8))
    }

    @Test func `a branch, tags of both kinds, a full name and a commit are found`() async throws {
        let remote = try await GitFixture()
        let first = try await remote.commit(["a": "1"])
        try await remote.git("tag", "light")
        try await remote.git("tag", "--annotate", "--message", "a tag", "v1.0")
        try await remote.git("tag", "--annotate", "--message", "a tag of a tag", "twice", "v1.0")
        try await remote.git("checkout", "--quiet", "-b", "feature/x")
        let second = try await remote.commit(["a": "2"])
        try await remote.git("update-ref", "refs/pull/7/head", "HEAD")
        let third = try await remote.commit(["a": "3"])
        for (reference, id, name) in [
            (GitReference.branch("main"), first, "refs/heads/main"),
            (.branch("feature/x"), third, "refs/heads/feature/x"), (.tag("light"), first, nil),
            (.tag("v1.0"), first, "refs/tags/v1.0"), (.tag("twice"), first, "refs/tags/twice"),
            (.name("refs/pull/7/head"), second, "refs/pull/7/head"),
            (.commit(second.hexadecimal.uppercased()), second, "refs/pull/7/head"),
            (.defaultBranch, third, "refs/heads/feature/x"),
        ] {
            let clone = try await remote.clone("clone-\(reference.description.hashValue)")
            let commit = try await clone.fetch(url: remote.url, reference: reference)
            #expect(commit.id == id)
            if let name { #expect(commit.reference == name) }
            #expect(try await clone.files(ofCommit: id).files.count == 1)
        }
    }

    @Test func `a fetch of what is there already receives nothing`() async throws {
        let remote = try await GitFixture()
        try await remote.commit(["a": "1"])
        let clone = try await remote.clone()
        try await clone.fetch(url: remote.url)
        let received = await clone.statistics.receivedBytes
        #expect(received > 0)
        try await clone.fetch(url: remote.url)
        var statistics = await clone.statistics
        #expect(statistics.unchangedFetches == 1)
        #expect(statistics.receivedBytes == received)
        let again = try await remote.clone()
        try await again.fetch(url: remote.url)
        #expect(await again.statistics.unchangedFetches == 1)
        try await remote.commit(["b": "2"])
        try await clone.fetch(url: remote.url)
        statistics = await clone.statistics
        #expect(statistics.unchangedFetches == 1 && statistics.fetches == 3)
        #expect(statistics.reclones == 0)
    }

    @Test func `a branch that is rewritten or deleted is followed`() async throws {
        let remote = try await GitFixture()
        try await remote.commit(["a": "1"])
        try await remote.git("branch", "gone")
        let clone = try await remote.clone()
        try await clone.fetch(url: remote.url, reference: .branch("gone"))
        try await remote.git("commit", "--quiet", "--amend", "--message", "rewritten")
        let rewritten = try await remote.head()
        #expect(try await clone.fetch(url: remote.url).id == rewritten)
        try await remote.git("branch", "--delete", "--force", "gone")
        let error = await #expect(throws: GitError.self) {
            try await clone.fetch(url: remote.url, reference: .branch("gone"))
        }
        #expect(error?.code == .unknownReference)
        #expect(error?.isTransient == false)
        #expect(error?.message.contains("branches 'main'") == true)
    }

    @Test func `what cannot be fetched is said with what to do`() async throws {
        let remote = try await GitFixture()
        let clone = try await remote.clone()
        func failure(_ url: String, _ reference: GitReference = .defaultBranch) async -> GitError? {
            await #expect(throws: GitError.self) {
                try await clone.fetch(url: url, reference: reference)
            }
        }
        #expect(await failure(remote.url)?.code == .emptyRepository)
        #expect(await failure("file:///nonexistent/x")?.code == .notFound)
        let plain = remote.file("plain")
        try FileSystem.createDirectory(plain)
        let none = await failure("file://\(plain)")
        #expect(none?.code == .notFound)
        #expect(none?.message.contains("no git repository") == true)
        try await remote.commit(["a": "1"])
        try await remote.git("branch", "release-2")
        let near = await failure(remote.url, .branch("relaese-2"))
        #expect(near?.message.contains("did you mean 'release-2'?") == true)
        #expect(await failure(remote.url, .tag("v1"))?.message.contains("no tags") == true)
        let commit = String(repeating: "ab", count: 20)
        #expect(await failure(remote.url, .commit(commit))?.code == .unknownReference)
        try await remote.git("symbolic-ref", "HEAD", "refs/heads/unborn")
        let unborn = await failure(remote.url)
        #expect(unborn?.code == .unknownReference)
        #expect(unborn?.message.contains("'main'") == true)
        let tree = try await remote.git("rev-parse", "main^{tree}")
        try await remote.git("tag", "tree", tree)
        #expect(await failure(remote.url, .tag("tree"))?.code == .unknownReference)
    }

    @Test func `the cap of bytes, the deadline and cancellation end a fetch`() async throws {
        let remote = try await GitFixture()
        var random = SystemRandomNumberGenerator()
        let noise = (0..<40_000).map { _ in String(random.next(), radix: 36) }.joined()
        try await remote.commit(["noise": noise])
        let clone = try await remote.clone()
        let large = await #expect(throws: GitError.self) {
            try await clone.fetch(url: remote.url, maximumBytes: 100_000)
        }
        #expect(large?.code == .tooLarge)
        #expect(large?.message.contains("100000") == true)
        let late = await #expect(throws: GitError.self) {
            try await clone.fetch(url: remote.url, deadline: .zero)
        }
        #expect(late?.code == .timedOut)
        #expect(late?.isTransient == true)
        let task = Task {
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            return try await clone.fetch(url: remote.url)
        }
        let cancelled = await #expect(throws: GitError.self) { try await task.value }
        #expect(cancelled?.code == .cancelled)
        try await clone.fetch(url: remote.url)
    }

    @Test func `a damaged clone is made anew`() async throws {
        let remote = try await GitFixture()
        let id = try await remote.commit(["a": "1"])
        // Let go at once: libgit2 shares the open packs of one path.
        try await remote.clone().fetch(url: remote.url)
        let packs = remote.file("clone/objects/pack")
        for name in try FileSystem.list(packs) where name.hasSuffix(".pack") {
            try FileSystem.remove("\(packs)/\(name)")
            try FileSystem.write(Array("not a pack".utf8), to: "\(packs)/\(name)")
        }
        let reopened = try await remote.clone()
        let error = await #expect(throws: GitError.self) {
            try await reopened.files(ofCommit: id)
        }
        #expect(error?.code == .corrupt || error?.code == .unknownReference)
        #expect(try await reopened.fetch(url: remote.url).id == id)
        #expect(try await reopened.files(ofCommit: id).files.count == 1)
        try FileSystem.remove(reopened.directory + "/HEAD")
        let third = try await remote.clone()
        #expect(try await third.fetch(url: remote.url).id == id)
        #expect(await third.statistics.reclones == 1)
    }

    @Test func `a clone of too many packs is made anew`() async throws {
        let remote = try await GitFixture()
        let id = try await remote.commit(["a": "1"])
        let clone = try await remote.clone()
        try await clone.fetch(url: remote.url)
        let packs = clone.directory + "/objects/pack"
        for index in 1..<GitLimits.packs {
            try FileSystem.write([], to: "\(packs)/pack-\(index).pack")
        }
        #expect(try await clone.fetch(url: remote.url).id == id)
        #expect(await clone.statistics.reclones == 1)
        #expect(try FileSystem.list(packs).count { $0.hasSuffix(".pack") } == 1)
        #expect(try await clone.files(ofCommit: id).files.count == 1)
    }

    @Test func `a clone holds objects of one URL only`() async throws {
        let first = try await GitFixture()
        let second = try await GitFixture()
        let id = try await first.commit(["a": "1"])
        try await second.commit(["b": "2"])
        let clone = try await first.clone()
        try await clone.fetch(url: first.url)
        try await clone.fetch(url: second.url)
        #expect(await clone.statistics.reclones == 1)
        await #expect(throws: GitError.self) { try await clone.files(ofCommit: id) }
    }

    @Test func `many fetches leave no object or descriptor behind`() async throws {
        let remote = try await GitFixture()
        let clone = try await remote.clone()
        try await remote.commit(["a": "0"])
        try await clone.fetch(url: remote.url)
        let descriptors = { try FileSystem.list("/proc/self/fd").count }
        let before = try descriptors()
        for round in 0..<20 {
            try await remote.commit(["a": "\(round)"])
            let commit = try await clone.fetch(url: remote.url)
            #expect(try await clone.files(ofCommit: commit.id).files.count == 1)
        }
        let handles = Owned.liveCount.load(ordering: .relaxed)
        for _ in 0..<200 { try await clone.fetch(url: remote.url) }
        // Other tests hold some of each too; a leak of one a fetch would show all the same.
        #expect(Owned.liveCount.load(ordering: .relaxed) < handles + 100)
        #expect(try descriptors() < before + 100)
        let packs = try FileSystem.list(clone.directory + "/objects/pack")
        #expect(packs.count { $0.hasSuffix(".pack") } == 21)
    }
}

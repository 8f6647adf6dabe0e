import POSIX
import Testing

@testable import Git

@Suite struct TreeTests {
    @Test func `links and submodules are refused by name and hide nothing`() async throws {
        let remote = try await GitFixture()
        try await remote.commit(["flows/a.yaml": "a", "flows/deep/b.yaml": "b", "secret": "s"])
        try FileSystem.link("../../secret", at: "\(remote.path)/flows/link.yaml")
        try FileSystem.link("/etc", at: "\(remote.path)/flows/etc")
        let head = try await remote.head()
        try await remote.git(
            "update-index", "--add", "--cacheinfo", "160000,\(head),flows/module")
        try await remote.git("add", "flows/link.yaml", "flows/etc")
        try await remote.git("commit", "--quiet", "--message", "links")
        let clone = try await remote.clone()
        let commit = try await clone.fetch(url: remote.url)
        let listing = try await clone.files(ofCommit: commit.id, under: "./flows/")
        #expect(listing.files.map(\.path) == ["flows/a.yaml", "flows/deep/b.yaml"])
        #expect(
            listing.refused.map { "\($0.path) \($0.error.code)" } == [
                "flows/etc symlink", "flows/link.yaml symlink", "flows/module submodule",
            ])
        for path in ["flows/link.yaml", "flows/etc", "flows/etc/passwd"] {
            let error = await #expect(throws: GitError.self) {
                try await clone.files(ofCommit: commit.id, under: path)
            }
            #expect(error?.code == .symlink)
        }
        let yaml = try await clone.files(
            ofCommit: commit.id, matching: { $0.hasSuffix("b.yaml") })
        #expect(yaml.files.map(\.path) == ["flows/deep/b.yaml"])
        let one = try await clone.files(ofCommit: commit.id, under: "/flows/a.yaml")
        #expect(one.files.map(\.path) == ["flows/a.yaml"])
    }

    @Test func `a path that is not there or leads out is refused`() async throws {
        let remote = try await GitFixture()
        let id = try await remote.commit(["workflows/a.yaml": "a"])
        let clone = try await remote.clone()
        try await clone.fetch(url: remote.url)
        func failure(_ path: String) async -> GitError? {
            await #expect(throws: GitError.self) {
                try await clone.treeID(ofCommit: id, path: path)
            }
        }
        let near = await failure("workflow")
        #expect(near?.code == .pathNotFound)
        #expect(near?.message.contains("did you mean 'workflows'?") == true)
        #expect(await failure("workflows/a.yaml/b")?.code == .pathNotFound)
        for path in ["..", "workflows/../..", "a//b", "a\u{0}b", "a\\b"] {
            #expect(await failure(path)?.code == .invalidPath, "\(path)")
        }
    }

    @Test func `trees whose names are a trick are refused entry by entry`() async throws {
        let remote = try await GitFixture()
        let blob = try await remote.git("hash-object", "-w", "--stdin", input: Array("x".utf8))
        var entries: [UInt8] = []
        for name in ["bad\tname", "bad\\name", "good"] {
            entries += Array("100644 blob \(blob)\t".utf8) + Array(name.utf8) + [0]
        }
        entries += Array("100644 blob \(blob)\tlatin-".utf8) + [0xE9, 0]
        let tree = try await remote.git("mktree", "-z", input: entries)
        let commit = try await remote.git("commit-tree", tree, "-m", "odd names")
        try await remote.git("update-ref", "refs/heads/main", commit)
        let clone = try await remote.clone()
        let id = try await clone.fetch(url: remote.url).id
        let listing = try await clone.files(ofCommit: id)
        #expect(listing.files.map(\.path) == ["good"])
        #expect(listing.refused.count == 3)
        #expect(listing.refused.allSatisfy { $0.error.code == .invalidPath })
        #expect(!listing.refused.contains { $0.path.contains("\t") })
    }

    @Test func `the bounds of a walk hold`() async throws {
        let remote = try await GitFixture()
        let deep = (0..<70).map { "d\($0)" }.joined(separator: "/") + "/x"
        let id = try await remote.commit([deep: "x", "a": "1", "b": "2"])
        let clone = try await remote.clone()
        try await clone.fetch(url: remote.url)
        let listing = try await clone.files(ofCommit: id)
        #expect(listing.files.map(\.path) == ["a", "b"])
        #expect(listing.refused.map(\.error.code) == [.tooLarge])
        let error = await #expect(throws: GitError.self) {
            try await clone.files(ofCommit: id, limits: GitTreeLimits(maximumEntries: 2))
        }
        #expect(error?.code == .tooLarge)
        let narrow = try await clone.files(
            ofCommit: id, limits: GitTreeLimits(maximumPathBytes: 5))
        #expect(narrow.refused.map(\.error.code) == [.tooLarge])
    }

    @Test func `a file of 100 MB is refused by name without being loaded`() async throws {
        let remote = try await GitFixture()
        try await remote.commit(["small.yaml": "a"])
        let script = "dd if=/dev/zero of=big.yaml bs=1 count=0 seek=104857600"
        let made = try await ChildProcess.collect(
            ChildConfiguration(
                executable: "/bin/sh", arguments: ["-c", script],
                environment: GitFixture.environment, workingDirectory: remote.path))
        try #require(made.status.isSuccess)
        let id = try await remote.commit()
        let clone = try await remote.clone()
        try await clone.fetch(url: remote.url)
        let files = try await clone.files(ofCommit: id).files
        #expect(files.map(\.path) == ["big.yaml", "small.yaml"])
        #expect(files.map(\.size) == [104_857_600, 1])
        let before = ProcessUsage.current().residentBytes
        let error = await #expect(throws: GitError.self) {
            try await clone.read(files[0].blobID, path: files[0].path, maximumBytes: 1 << 20)
        }
        #expect(error?.code == .tooLarge)
        for part in ["'big.yaml'", "104857600", "1048576"] {
            #expect(error?.message.contains(part) == true)
        }
        #expect(ProcessUsage.current().residentBytes < before + 50 << 20)
        #expect(try await clone.read(files[1].blobID, maximumBytes: 1) == [0x61])
    }

    @Test func `an unchanged directory has the same tree, and changes are told by file`()
        async throws
    {
        let remote = try await GitFixture()
        let old = try await remote.commit([
            "a/keep": "1", "a/edit": "1", "a/sub/gone": "1", "b/other": "1", "swap": "1",
        ])
        try await remote.git("rm", "--quiet", "-r", "a/sub", "swap")
        let new = try await remote.commit(["a/edit": "2", "a/new/x": "1", "swap/y": "1"])
        let clone = try await remote.clone()
        try await clone.fetch(url: remote.url, reference: .commit(old.hexadecimal))
        try await clone.fetch(url: remote.url)
        let tree = { (id: GitObjectID, path: String) in
            try await clone.treeID(ofCommit: id, path: path)
        }
        #expect(try await tree(old, "b") == tree(new, "b"))
        #expect(try await tree(old, "a") != tree(new, "a"))
        let all = try await clone.changes(from: old, to: new)
        #expect(
            all.map { "\($0.kind) \($0.path)" } == [
                "modified a/edit", "added a/new/x", "deleted a/sub/gone", "deleted swap",
                "added swap/y",
            ])
        let some = try await clone.changes(from: old, to: new, under: "a/sub")
        #expect(some == [GitChange(path: "a/sub/gone", kind: .deleted)])
        #expect(try await clone.changes(from: old, to: new, under: "b").isEmpty)
    }
}

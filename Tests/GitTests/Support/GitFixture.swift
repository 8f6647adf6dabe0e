import POSIX
import TestSupport
import Testing

@testable import Git

/// A repository made with the `git` command, and room for clones of it.
final class GitFixture: Sendable {
    private let directory: TemporaryDirectory
    /// The working directory of the repository.
    let path: String

    /// Makes a repository with the branch `main` and no commit.
    init() async throws {
        directory = try TemporaryDirectory()
        path = directory.file("remote")
        try FileSystem.createDirectory(path)
        try await git("init", "--quiet", "--initial-branch=main")
    }

    /// The URL of the repository.
    var url: String { "file://\(path)" }

    /// A path beside the repository.
    func file(_ name: String) -> String { directory.file(name) }

    /// A clone in a directory of its own.
    func clone(_ name: String = "clone") async throws -> GitRepository {
        try await GitRepository.open(directory: directory.file(name))
    }

    /// Runs `git` in the repository and returns its output without the last line break.
    @discardableResult
    func git(_ arguments: String..., input: [UInt8] = []) async throws -> String {
        let result = try await ChildProcess.collect(
            ChildConfiguration(
                executable: "git", arguments: arguments, environment: GitFixture.environment,
                workingDirectory: path, standardInput: input))
        try #require(
            result.status.isSuccess, "\(String(decoding: result.error, as: UTF8.self))")
        return String(decoding: result.output.drop { $0 == 10 }, as: UTF8.self).trimmed
    }

    /// Writes a file of the working directory.
    func write(_ text: String, to name: String) throws {
        let full = "\(path)/\(name)"
        let parent = full.split(separator: "/").dropLast().joined(separator: "/")
        try FileSystem.createDirectory("/" + parent)
        try FileSystem.write(Array(text.utf8), to: full)
    }

    /// Commits files and returns the commit's identifier.
    @discardableResult
    func commit(
        _ files: [String: String] = [:], message: String = "a change"
    ) async throws -> GitObjectID {
        for (name, text) in files.sorted(by: { $0.key < $1.key }) { try write(text, to: name) }
        try await git("add", "--all")
        try await git("commit", "--quiet", "--allow-empty", "--message", message)
        return try await head()
    }

    /// The identifier of a revision.
    func head(_ revision: String = "HEAD") async throws -> GitObjectID {
        try #require(GitObjectID(try await git("rev-parse", revision)))
    }

    /// No configuration but the repository's own, and dates that do not move.
    static let environment = [
        "PATH": Environment.variable("PATH") ?? "/usr/bin:/bin", "HOME": "/nonexistent",
        "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null",
        "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com",
        "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com",
        "GIT_AUTHOR_DATE": "2026-01-02T03:04:05Z", "GIT_COMMITTER_DATE": "2026-01-02T03:04:05Z",
        "GIT_PROTOCOL_FROM_USER": "0", "GIT_TERMINAL_PROMPT": "0",
    ]
}

extension String {
    /// The text without line breaks at its end.
    var trimmed: String {
        var text = self[...]
        while text.last?.isNewline == true { text = text.dropLast() }
        return String(text)
    }
}

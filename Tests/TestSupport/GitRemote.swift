public import POSIX

/// A repository made with the `git` command, as people make theirs.
public final class GitRemote: Sendable {
    /// The working directory.
    public let path: String
    private let git: Program

    /// Makes a repository with the branch `main` and no commit in a directory that is not there yet.
    public init(_ path: String) async throws {
        self.path = path
        git = Program(
            "git",
            environment: [
                // Nothing of the user's own git reaches the repository.
                "HOME": "/nonexistent", "GIT_CONFIG_GLOBAL": "/dev/null",
                "GIT_CONFIG_SYSTEM": "/dev/null", "GIT_TERMINAL_PROMPT": "0",
                "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com",
                "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com",
            ], directory: path)
        try FileSystem.createDirectory(path)
        try await run("init", "--quiet", "--initial-branch=main")
    }

    /// The URL that is fetched.
    public var url: String { "file://\(path)" }

    /// Runs git and gives what it printed, without the last line break.
    ///
    /// - Throws: ``ProgramFailed`` where git ends with another code than 0.
    @discardableResult
    public func run(_ arguments: String...) async throws -> String {
        let result = try await git.run(arguments)
        guard result.code == 0 else {
            throw ProgramFailed(description: "git \(arguments): \(result)")
        }
        return String(result.output.prefix { !$0.isNewline })
    }

    /// Writes a file of the working directory.
    public func write(_ bytes: [UInt8], to name: String) throws(FileError) {
        let full = "\(path)/\(name)"
        let folder = full.split(separator: "/").dropLast().joined(separator: "/")
        try FileSystem.createDirectory("/\(folder)")
        try FileSystem.write(bytes, to: full)
    }

    /// Writes files, removes those that are nil, commits all there is, and gives the commit's id.
    @discardableResult
    public func commit(_ files: [String: String?] = [:]) async throws -> String {
        for (name, text) in files.sorted(by: { $0.key < $1.key }) {
            if let text {
                try write(Array(text.utf8), to: name)
            } else {
                try FileSystem.remove("\(path)/\(name)")
            }
        }
        try await run("add", "--all")
        try await run("commit", "--quiet", "--allow-empty", "--message", "a change")
        return try await run("rev-parse", "HEAD")
    }
}

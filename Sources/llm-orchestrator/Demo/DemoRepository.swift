import POSIX

/// A real git repository in a temporary directory, changed with the git command.
struct DemoRepository: Sendable {
    let directory: String

    /// The URL that a server on this machine fetches.
    var url: String { "file://\(directory)" }

    /// Makes an empty repository.
    static func create(in directory: String) async throws(CommandFailure) -> DemoRepository {
        let repository = DemoRepository(directory: directory)
        do throws(FileError) {
            try FileSystem.createDirectory("\(directory)/workflows")
        } catch {
            throw CommandFailure(error)
        }
        try await repository.git("init", "--quiet", "--initial-branch=main")
        return repository
    }

    /// Writes files, removes those that are nil, and commits; returns the commit's short id.
    func commit(
        _ message: String, _ files: [(name: String, text: String?)]
    ) async throws(CommandFailure) -> String {
        do throws(FileError) {
            for (name, text) in files {
                let path = "\(directory)/workflows/\(name)"
                if let text {
                    try FileSystem.write(Array(text.utf8), to: path)
                } else {
                    try FileSystem.remove(path)
                }
            }
        } catch {
            throw CommandFailure(error)
        }
        try await git("add", "--all")
        try await git("commit", "--quiet", "--message", message)
        return try await git("rev-parse", "--short", "HEAD")
    }

    @discardableResult
    private func git(_ arguments: String...) async throws(CommandFailure) -> String {
        // Whatever the user's own git is set up to do must not reach this repository.
        let environment = [
            "PATH": Environment.variable("PATH") ?? "/usr/bin:/bin", "HOME": directory,
            "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null",
            "GIT_AUTHOR_NAME": "Demo", "GIT_AUTHOR_EMAIL": "demo@example.com",
            "GIT_COMMITTER_NAME": "Demo", "GIT_COMMITTER_EMAIL": "demo@example.com",
        ]
        let configuration = ChildConfiguration(
            executable: "git", arguments: ["-C", directory] + arguments, environment: environment)
        let status: ExitStatus
        let output: [UInt8]
        let complaint: [UInt8]
        do throws(SpawnError) {
            (status, output, complaint) = try await ChildProcess.collect(configuration)
        } catch {
            throw CommandFailure(.unreachable, "git is needed for the demo: \(error.description)")
        }
        guard status == .exited(0) else {
            let text = String(decoding: complaint, as: UTF8.self)
            throw CommandFailure(.unreachable, "git \(arguments.joined(separator: " ")): \(text)")
        }
        return String(String(decoding: output, as: UTF8.self).prefix { !$0.isNewline })
    }
}

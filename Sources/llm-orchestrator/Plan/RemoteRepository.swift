import Console
import Git
import GitOps
import HTTP
import POSIX
import Workflows

/// A repository on another machine whose commits are read, as the sync of a repository reads them, into
/// a directory that is gone at the end.
struct RemoteRepository: Sendable {
    private let url: String
    private let folder: String
    private let clone: GitRepository

    /// Whether an argument is the URL of a repository, and not a path.
    static func isURL(_ text: String) -> Bool { text.contains("://") }

    /// Calls a body with a repository.
    ///
    /// - Parameter folder: The directory in it whose manifests are read; empty for all.
    static func with<Value>(
        _ url: String, folder: String,
        _ body: (RemoteRepository) async throws(CommandFailure) -> Value
    ) async throws(CommandFailure) -> Value {
        let directory: String
        do throws(FileError) {
            directory = try FileSystem.makeTemporaryDirectory(prefix: "llm-orchestrator-plan")
        } catch {
            throw CommandFailure(error)
        }
        let http = HTTPClient()
        let result: Result<Value, CommandFailure>
        do throws(CommandFailure) {
            let repository = try await RemoteRepository(url, folder, "\(directory)/clone", http)
            result = .success(try await body(repository))
        } catch {
            result = .failure(error)
        }
        await http.shutdown()
        try? FileSystem.remove(directory)
        return try result.get()
    }

    private init(
        _ url: String, _ folder: String, _ directory: String, _ http: HTTPClient
    ) async throws(CommandFailure) {
        self.url = url
        self.folder = folder
        do throws(GitError) {
            clone = try await GitRepository.open(directory: directory, http: http)
        } catch {
            throw CommandFailure(.unreachable, error.description)
        }
    }

    /// The manifests of a branch, a tag or a commit; of the default branch where that is nil.
    func manifests(
        at revision: String?
    ) async throws(CommandFailure) -> (title: String, contents: [(path: String, bytes: [UInt8])]) {
        do throws(GitError) {
            let commit = try await fetch(revision)
            let root = folder
            let listing = try await clone.files(
                ofCommit: commit.id, under: root,
                matching: { GitSource.isManifest($0, below: root) },
                limits: GitTreeLimits(maximumEntries: SyncLimits.entries))
            var contents: [(path: String, bytes: [UInt8])] = []
            for file in listing.files where file.size <= SyncLimits.fileBytes {
                let bytes = try await clone.read(
                    file.blobID, path: file.path, maximumBytes: SyncLimits.fileBytes)
                contents.append((file.path, bytes))
            }
            let name = revision ?? "the default branch"
            return ("\(name) (\(commit.id.hexadecimal.prefix(10)))", contents)
        } catch {
            let isMissing = [.notFound, .unknownReference, .emptyRepository].contains(error.code)
            throw CommandFailure(isMissing ? .notFound : .unreachable, error.description)
        }
    }

    /// A name is that of a branch, else of a tag.
    private func fetch(_ revision: String?) async throws(GitError) -> GitCommit {
        guard let revision else { return try await clone.fetch(url: url) }
        if revision.hasPrefix("refs/") {
            return try await clone.fetch(url: url, reference: .name(revision))
        }
        let isID = [40, 64].contains(revision.utf8.count) && revision.allSatisfy(\.isHexDigit)
        guard !isID else {
            return try await clone.fetch(url: url, reference: .commit(revision))
        }
        do throws(GitError) {
            return try await clone.fetch(url: url, reference: .branch(revision))
        } catch {
            guard error.code == .unknownReference else { throw error }
            return try await clone.fetch(url: url, reference: .tag(revision))
        }
    }
}

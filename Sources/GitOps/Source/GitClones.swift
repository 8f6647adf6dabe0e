public import Git
public import HTTP
import POSIX

/// One clone of a remote repository, as a sync needs it: what ``GitRepository`` does, and whatever
/// stands in for it where there is no git.
public protocol GitClone: Sendable {
    /// Fetches a reference of a remote repository and returns its commit.
    func fetch(
        url: String, reference: GitReference, credentials: GitCredentials, deadline: Duration,
        maximumBytes: Int
    ) async throws(GitError) -> GitCommit

    /// The files of a fetched commit under a path, with the entries that are refused.
    func files(
        ofCommit id: GitObjectID, under path: String, matching: @Sendable (String) -> Bool,
        limits: GitTreeLimits
    ) async throws(GitError) -> GitListing

    /// The content of a file; one over the bound is refused before it is loaded.
    func read(
        _ blob: GitObjectID, path: String?, maximumBytes: Int
    ) async throws(GitError) -> [UInt8]
}

extension GitRepository: GitClone {}

/// Where the clones of repositories are kept, one for each `WorkflowRepository`.
public protocol GitClones: Sendable {
    /// The clone of the repository with that UID; the first fetch makes what is not there.
    func open(uid: String) async throws(GitError) -> any GitClone

    /// Removes the clone of a repository that is gone.
    func remove(uid: String)
}

/// Bare clones below a directory of this machine.
public struct DirectoryClones: GitClones {
    private let directory: String
    private let http: HTTPClient

    /// Keeps clones below a directory, and fetches with a client of HTTP.
    public init(directory: String, http: HTTPClient) {
        self.directory = directory
        self.http = http
    }

    /// Opens the clone in the directory that is named for the UID.
    public func open(uid: String) async throws(GitError) -> any GitClone {
        try await GitRepository.open(directory: path(uid), http: http)
    }

    /// Removes the directory; one that cannot be removed is left, and costs its space.
    public func remove(uid: String) { try? FileSystem.remove(path(uid)) }

    private func path(_ uid: String) -> String {
        "\(directory)/\(uid.filter { $0.isLetter || $0.isNumber || $0 == "-" })"
    }
}

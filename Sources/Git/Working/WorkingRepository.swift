internal import CGit2
internal import Glibc

/// A repository of this machine that somebody works in.
///
/// It is only read, and nothing is checked out.
public struct WorkingRepository: Sendable, Hashable {
    /// The top directory of its files, without a slash at its end.
    public let root: String
    /// Where its objects are: a directory to open with ``GitRepository/open(directory:http:)``, from
    /// which to read, and into which never to fetch.
    public let objects: String
    private let gitDirectory: String

    /// Finds the repository that a file or directory is in.
    ///
    /// - Throws: ``GitError`` with the code `notFound` where it is in none, or in a bare one.
    public init(containing path: String) throws(GitError) {
        try GitLibrary.start()
        let opened: Owned
        do throws(LibraryFailure) {
            opened = try unsafe Owned(freedBy: git_repository_free) {
                unsafe git_repository_open_ext($0, path, 0, nil)
            }
        } catch {
            throw GitError(.notFound, "\(path) is in no git repository")
        }
        let pointer = unsafe opened.pointer
        guard let root = unsafe git_repository_workdir(pointer),
            let objects = unsafe git_repository_commondir(pointer),
            let own = unsafe git_repository_path(pointer)
        else { throw GitError(.notFound, "\(path) is in a git repository without files") }
        self.root = WorkingRepository.trimmed(unsafe String(cString: root))
        self.objects = WorkingRepository.trimmed(unsafe String(cString: objects))
        gitDirectory = unsafe String(cString: own)
    }

    /// The commit that a revision stands for: `main`, `v1.2`, `HEAD~3`, or the start of its name.
    public func resolve(_ revision: String) throws(GitError) -> GitObjectID {
        guard revision.utf8.count <= GitLimits.referenceBytes, !revision.isEmpty else {
            throw GitError(.invalidReference, "the revision is empty or too long")
        }
        do throws(LibraryFailure) {
            let path = gitDirectory
            let repository = try unsafe Owned(freedBy: git_repository_free) {
                unsafe git_repository_open($0, path)
            }
            let found = try unsafe Owned(freedBy: git_object_free) {
                unsafe git_revparse_single($0, repository.pointer, revision)
            }
            let commit = try unsafe Owned(freedBy: git_object_free) {
                unsafe git_object_peel($0, found.pointer, GIT_OBJECT_COMMIT)
            }
            guard let id = unsafe git_object_id(commit.pointer) else {
                throw LibraryFailure(code: GIT_ENOTFOUND.rawValue)
            }
            return unsafe GitObjectID(id.pointee)
        } catch {
            throw GitError(
                .unknownReference,
                "the repository at \(root) has no revision '\(GitReference.shown(revision))'")
        }
    }

    /// The path of a file or directory from ``root``, empty for that itself; nil where it is not in it.
    public func path(of file: String) -> String? {
        guard let resolved = unsafe realpath(file, nil) else { return nil }
        defer { unsafe free(resolved) }
        let full = unsafe String(cString: resolved)
        if full == root { return "" }
        return full.hasPrefix(root + "/") ? String(full.dropFirst(root.count + 1)) : nil
    }

    private static func trimmed(_ path: String) -> String {
        path.hasSuffix("/") && path.count > 1 ? String(path.dropLast()) : path
    }
}

internal import CGit2
internal import POSIX

/// A remote repository in a directory of this machine.
///
/// libgit2's own transport for such copies every branch with its whole history. This copies the one
/// commit with what it holds and the clone lacks: what is needed, and all that the caps must cover.
struct LocalRemote: ~Copyable {
    private let url: GitURL
    private let remote: ObjectStore

    init(_ url: GitURL) throws(GitError) {
        self.url = url
        guard FileSystem.isDirectory(url.path) else {
            throw GitError(
                .notFound,
                "there is no directory at \(url): correct the URL, or mount the directory")
        }
        do {
            _ = try FileSystem.list(url.path)
        } catch {
            throw GitError(
                .unreadable, "\(url) cannot be read (\(error.code)): give this process access")
        }
        do {
            let path = url.path
            let repository = try unsafe Owned(freedBy: git_repository_free) {
                unsafe git_repository_open_ext(
                    $0, path, GIT_REPOSITORY_OPEN_NO_SEARCH.rawValue, nil)
            }
            remote = try ObjectStore(repository)
        } catch {
            guard error.isNotFound else {
                throw GitError(
                    .unreadable, "the repository at \(url) cannot be opened: \(error.message)")
            }
            throw GitError(
                .notFound,
                "the directory at \(url) is no git repository: name its top directory")
        }
    }

    /// The references of the repository.
    func references() throws(GitError) -> RemoteReferences {
        do { return try readReferences() } catch { throw unreadable(error) }
    }

    private func readReferences() throws(LibraryFailure) -> RemoteReferences {
        var found = RemoteReferences()
        let iterator = try unsafe Owned(freedBy: git_reference_iterator_free) {
            unsafe git_reference_iterator_new($0, remote.pointer)
        }
        while true {
            var next: OpaquePointer?
            let code = unsafe git_reference_next(&next, iterator.pointer)
            if code == GIT_ITEROVER.rawValue { break }
            try LibraryFailure.check(code)
            defer { unsafe git_reference_free(next) }
            guard let name = unsafe git_reference_name(next),
                let target = unsafe git_reference_target(next)
            else { continue }
            unsafe found.targets[String(cString: name)] = unsafe GitObjectID(target.pointee)
        }
        let head = try unsafe Owned(freedBy: git_reference_free) {
            unsafe git_reference_lookup($0, remote.pointer, "HEAD")
        }
        if let name = unsafe git_reference_symbolic_target(head.pointer) {
            unsafe found.headName = String(cString: name)
        } else if let target = unsafe git_reference_target(head.pointer) {
            found.headTarget = unsafe GitObjectID(target.pointee)
        }
        return found
    }

    /// Copies an object, which is a commit or a tag of one, with all that its commit holds.
    func copy(
        _ choice: RemoteReferences.Choice, into store: borrowing ObjectStore,
        control: FetchControl, references: RemoteReferences, reference: GitReference
    ) throws(GitError) {
        guard remote.contains(choice.object) else {
            throw references.unknown(reference, name: nil, of: url)
        }
        let commit = try remote.commitID(from: choice.object)
        let tree = try remote.treeID(ofCommit: commit)
        do {
            let pack = try PackCopy(from: remote, control: control)
            try pack.add(tagsFrom: choice.object, to: commit, in: remote)
            var pending = [tree]
            while let next = pending.popLast() {
                if store.contains(next) { continue }
                try control.check()
                try pack.add(next)
                for entry in try remote.entries(ofTree: next) {
                    if entry.isDirectory {
                        pending.append(entry.id)
                    } else if !entry.isSubmodule, !store.contains(entry.id) {
                        try pack.add(entry.id)
                    }
                }
            }
            try pack.write(to: store)
        } catch let error as GitError {
            throw control.failure ?? error
        } catch let failure as LibraryFailure {
            throw control.failure ?? unreadable(failure)
        } catch {
            throw control.failure ?? GitError(.unreadable, "\(url) cannot be copied: \(error)")
        }
    }

    private func unreadable(_ failure: LibraryFailure) -> GitError {
        GitError(
            .unreadable,
            "the repository at \(url) is damaged or was changed meanwhile: \(failure.message)",
            isTransient: true)
    }
}

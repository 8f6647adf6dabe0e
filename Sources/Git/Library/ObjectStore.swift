internal import CGit2
internal import Values

/// The reading of objects from one repository, each looked at before it is loaded.
@safe
struct ObjectStore: ~Copyable {
    let repository: Owned
    private let database: Owned

    /// An entry of a tree.
    struct Entry {
        /// The name, or nil where its bytes are not a name that we show or resolve.
        var name: String?
        /// The bytes of the name as text for messages.
        var shownName: String
        var mode: UInt32
        var id: GitObjectID

        var isDirectory: Bool { mode == 0o040000 }
        var isFile: Bool { mode == 0o100644 || mode == 0o100755 || mode == 0o100664 }
        var isSymlink: Bool { mode == 0o120000 }
        var isSubmodule: Bool { mode == 0o160000 }
    }

    init(_ repository: consuming Owned) throws(LibraryFailure) {
        let pointer = unsafe repository.pointer
        database = try unsafe Owned(freedBy: git_odb_free) {
            unsafe git_repository_odb($0, pointer)
        }
        self.repository = repository
    }

    var pointer: OpaquePointer { unsafe repository.pointer }
    var databasePointer: OpaquePointer { unsafe database.pointer }

    /// Whether an object is here.
    func contains(_ id: GitObjectID) -> Bool {
        var raw = id.raw
        return unsafe git_odb_exists(database.pointer, &raw) == 1
    }

    /// The kind and size of an object, read without its content.
    func header(of id: GitObjectID) throws(LibraryFailure) -> (kind: git_object_t, size: Int) {
        var raw = id.raw
        var size = 0
        var kind = GIT_OBJECT_INVALID
        try LibraryFailure.check(
            unsafe git_odb_read_header(&size, &kind, database.pointer, &raw))
        return (kind, size)
    }

    /// The content of an object; its size must have been looked at before.
    func content(of id: GitObjectID) throws(LibraryFailure) -> [UInt8] {
        var raw = id.raw
        let object = try unsafe Owned(freedBy: git_odb_object_free) {
            unsafe git_odb_read($0, database.pointer, &raw)
        }
        let count = unsafe git_odb_object_size(object.pointer)
        let start = unsafe git_odb_object_data(object.pointer)
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    /// The entries of a tree.
    func entries(ofTree id: GitObjectID) throws(GitError) -> [Entry] {
        let operation = "reading the directory object \(id)"
        let (kind, size) = try local(operation) { () throws(LibraryFailure) in try header(of: id) }
        guard kind == GIT_OBJECT_TREE, size <= GitLimits.treeBytes else {
            throw GitError(
                .tooLarge,
                "the directory object \(id) has \(size) bytes and may have "
                    + "\(GitLimits.treeBytes): split the directory")
        }
        return try local(operation) { () throws(LibraryFailure) in try readEntries(ofTree: id) }
    }

    /// Runs a call on the local clone; a failure becomes the error of what was done.
    private func local<Value>(
        _ operation: String, _ body: () throws(LibraryFailure) -> Value
    ) throws(GitError) -> Value {
        do { return try body() } catch { throw error.local(operation) }
    }

    private func readEntries(ofTree id: GitObjectID) throws(LibraryFailure) -> [Entry] {
        var raw = id.raw
        let tree = try unsafe Owned(freedBy: git_tree_free) {
            unsafe git_tree_lookup($0, repository.pointer, &raw)
        }
        let count = unsafe git_tree_entrycount(tree.pointer)
        var entries: [Entry] = []
        entries.reserveCapacity(count)
        for index in 0..<count {
            guard let entry = unsafe git_tree_entry_byindex(tree.pointer, index),
                let bytes = unsafe git_tree_entry_name(entry),
                let target = unsafe git_tree_entry_id(entry)
            else { continue }
            unsafe entries.append(
                Entry(
                    name: EntryName.checked(String(validatingCString: bytes)),
                    shownName: EntryName.shown(String(cString: bytes)),
                    mode: git_tree_entry_filemode_raw(entry).rawValue,
                    id: GitObjectID(target.pointee)))
        }
        return entries
    }

    /// The commit that an object is or, through tags, leads to.
    func commitID(from id: GitObjectID) throws(GitError) -> GitObjectID {
        var id = id
        for _ in 0...GitLimits.tagDepth {
            let operation = "reading the object \(id)"
            let (kind, size) = try local(operation) { () throws(LibraryFailure) in
                try header(of: id)
            }
            if kind == GIT_OBJECT_COMMIT { return id }
            guard kind == GIT_OBJECT_TAG, size <= GitLimits.commitBytes,
                let target = try local(
                    operation, { () throws(LibraryFailure) in try target(ofTag: id) })
            else { break }
            id = target
        }
        throw GitError(
            .unknownReference,
            "the object \(id) is no commit and no tag of one: name a branch, tag or commit")
    }

    /// What a tag names.
    func target(ofTag id: GitObjectID) throws(LibraryFailure) -> GitObjectID? {
        var raw = id.raw
        let tag = try unsafe Owned(freedBy: git_tag_free) {
            unsafe git_tag_lookup($0, repository.pointer, &raw)
        }
        return unsafe git_tag_target_id(tag.pointer).map { unsafe GitObjectID($0.pointee) }
    }

    /// The commit of an identifier.
    func commit(_ id: GitObjectID, reference: String?) throws(GitError) -> GitCommit {
        let object = try commitObject(id)
        let author = unsafe git_commit_author(object.pointer)
        let name = unsafe author.flatMap { unsafe $0.pointee.name }
        let email = unsafe author.flatMap { unsafe $0.pointee.email }
        let message = unsafe git_commit_message(object.pointer)
        return unsafe GitCommit(
            id: id, message: message.map { unsafe String(cString: $0) } ?? "",
            author: (name.map { unsafe String(cString: $0) } ?? "")
                + " <" + (email.map { unsafe String(cString: $0) } ?? "") + ">",
            time: Timestamp(seconds: git_commit_time(object.pointer)), reference: reference)
    }

    /// The tree of a commit.
    func treeID(ofCommit id: GitObjectID) throws(GitError) -> GitObjectID {
        let object = try commitObject(id)
        guard let tree = unsafe git_commit_tree_id(object.pointer) else {
            throw GitError(.corrupt, "the commit \(id) is damaged")
        }
        return unsafe GitObjectID(tree.pointee)
    }

    private func commitObject(_ id: GitObjectID) throws(GitError) -> Owned {
        do {
            let (kind, size) = try header(of: id)
            if kind == GIT_OBJECT_COMMIT, size <= GitLimits.commitBytes {
                var raw = id.raw
                return try unsafe Owned(freedBy: git_commit_free) {
                    unsafe git_commit_lookup($0, repository.pointer, &raw)
                }
            }
        } catch {
            guard error.isNotFound else { throw error.local("reading the commit \(id)") }
            throw GitError(
                .unknownReference, "the commit \(id) is not in the clone: fetch it first")
        }
        throw GitError(
            .tooLarge, "the object \(id) is no commit of at most \(GitLimits.commitBytes) bytes")
    }
}

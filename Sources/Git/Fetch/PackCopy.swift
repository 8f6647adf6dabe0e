internal import CGit2

/// The copy of chosen objects from one repository to another, as one pack.
///
/// A pack appears in the target whole or not at all, so a tree that is there is there with all it
/// holds.
@safe
struct PackCopy: ~Copyable {
    private let builder: Owned
    private let control: FetchControl

    /// The repository must outlive the copy.
    init(from remote: borrowing ObjectStore, control: FetchControl) throws(LibraryFailure) {
        let pointer = unsafe remote.pointer
        builder = try unsafe Owned(freedBy: git_packbuilder_free) {
            unsafe git_packbuilder_new($0, pointer)
        }
        self.control = control
        unsafe git_packbuilder_set_threads(builder.pointer, 1)
        // The control outlives the builder: both are fields of this value.
        let payload = unsafe Unmanaged.passUnretained(control).toOpaque()
        _ = unsafe git_packbuilder_set_callbacks(builder.pointer, packProgress, payload)
    }

    func add(_ id: GitObjectID) throws(LibraryFailure) {
        var raw = id.raw
        try LibraryFailure.check(unsafe git_packbuilder_insert(builder.pointer, &raw, nil))
    }

    /// Adds the commit and the tags that lead to it.
    func add(
        tagsFrom object: GitObjectID, to commit: GitObjectID, in remote: borrowing ObjectStore
    ) throws(LibraryFailure) {
        var next = object
        while next != commit {
            try add(next)
            guard let target = try remote.target(ofTag: next) else { break }
            next = target
        }
        try add(commit)
    }

    /// Writes what was added into the target.
    func write(to store: borrowing ObjectStore) throws(LibraryFailure) {
        var made: UnsafeMutablePointer<git_odb_writepack>?
        let payload = unsafe Unmanaged.passUnretained(control).toOpaque()
        try LibraryFailure.check(
            unsafe git_odb_write_pack(&made, store.databasePointer, transferProgress, payload))
        guard let writer = unsafe made else { throw LibraryFailure(code: -1) }
        defer { unsafe writer.pointee.free(writer) }
        var sink = unsafe PackSink(
            writer: writer, progress: git_indexer_progress(), control: payload)
        try LibraryFailure.check(
            unsafe git_packbuilder_foreach(builder.pointer, appendToPack, &sink))
        try LibraryFailure.check(unsafe writer.pointee.commit(writer, &sink.progress))
        unsafe git_odb_refresh(store.databasePointer)
    }
}

/// Where the bytes of a pack go.
@unsafe
private struct PackSink {
    let writer: UnsafeMutablePointer<git_odb_writepack>
    var progress: git_indexer_progress
    let control: UnsafeMutableRawPointer
}

/// Takes the next bytes of a pack; a code other than zero ends the copy.
private func appendToPack(
    _ bytes: UnsafeMutableRawPointer?, _ count: Int, _ payload: UnsafeMutableRawPointer?
) -> Int32 {
    guard let sink = unsafe payload?.assumingMemoryBound(to: PackSink.self) else { return -1 }
    let control = unsafe Unmanaged<FetchControl>.fromOpaque(sink.pointee.control)
        .takeUnretainedValue()
    unsafe sink.pointee.progress.received_bytes += count
    guard control.mayContinue(receivedBytes: unsafe sink.pointee.progress.received_bytes) else {
        return GIT_EUSER.rawValue
    }
    let writer = unsafe sink.pointee.writer
    return unsafe writer.pointee.append(writer, bytes, count, &sink.pointee.progress)
}

/// Asks whether the building of a pack may go on.
private func packProgress(
    _ stage: Int32, _ current: UInt32, _ total: UInt32, _ payload: UnsafeMutableRawPointer?
) -> Int32 {
    guard let payload = unsafe payload else { return 0 }
    let control = unsafe Unmanaged<FetchControl>.fromOpaque(payload).takeUnretainedValue()
    return control.mayContinue() ? 0 : GIT_EUSER.rawValue
}

/// Asks whether the indexing of a pack may go on.
func transferProgress(
    _ progress: UnsafePointer<git_indexer_progress>?, _ payload: UnsafeMutableRawPointer?
) -> Int32 {
    guard let payload = unsafe payload, let progress = unsafe progress else { return 0 }
    let control = unsafe Unmanaged<FetchControl>.fromOpaque(payload).takeUnretainedValue()
    let received = unsafe progress.pointee.received_bytes
    return control.mayContinue(receivedBytes: max(received, control.receivedBytes))
        ? 0 : GIT_EUSER.rawValue
}

internal import CPOSIX
internal import Glibc

extension FileSystem {
    /// Removes a file, or a directory with all it holds; symbolic links are removed, not followed.
    ///
    /// Nothing at the path is no error. Names may be any bytes, and directories of this user need not be
    /// readable or writable. A directory that is moved away meanwhile ends it with an error; what is
    /// outside of the tree is not touched.
    public static func remove(_ path: String) throws(FileError) {
        // A zero byte would silently cut the path.
        guard !path.utf8.contains(0) else {
            throw FileError(operation: "remove", path: path, code: .invalidArgument)
        }
        do throws(ErrorNumber) {
            var removal = TreeRemoval()
            try removal.remove(Array(path.utf8CString))
        } catch {
            throw FileError(operation: "remove", path: path, code: error)
        }
    }
}

/// A walk through a tree that removes it from its leaves up.
///
/// It has one directory open, however deep it is, and reaches all it removes from there by names as the
/// directory has them: bytes that end with a zero.
private struct TreeRemoval: ~Copyable {
    private struct Level {
        /// Its name in the directory above.
        let name: [CChar]
        let device: dev_t
        let inode: ino_t
        /// What of it is still to be removed.
        var names: [[CChar]] = []
    }

    private var levels: [Level] = []
    /// The innermost level; at first the mark of the working directory, which closing leaves alone.
    private var directory = FileDescriptor(owning: AT_FDCWD)

    mutating func remove(_ path: [CChar]) throws(ErrorNumber) {
        if try removeOne(path, isEmptied: false) { return }
        try enter(path)
        while let last = levels.indices.last {
            guard let name = levels[last].names.popLast() else {
                try leave()
                continue
            }
            if try !removeOne(name, isEmptied: false) { try enter(name) }
        }
    }

    /// Removes what is no directory, or an empty directory; false where it must be emptied first.
    private func removeOne(_ name: [CChar], isEmptied: Bool) throws(ErrorNumber) -> Bool {
        if unsafe unlinkat(directory.rawValue, name, 0) == 0 { return true }
        let reason = ErrorNumber.last
        switch reason.rawValue {
        case ENOENT: return true
        // POSIX says EPERM, Linux EISDIR, where the path is a directory.
        case EISDIR, EPERM: break
        default: throw reason
        }
        if unsafe unlinkat(directory.rawValue, name, AT_REMOVEDIR) == 0 { return true }
        switch errno {
        case ENOENT: return true
        case ENOTEMPTY where !isEmptied, EEXIST where !isEmptied: return false
        case ENOTDIR: throw reason
        default: throw .last
        }
    }

    /// Goes down into a directory of the present one, and notes what it holds.
    private mutating func enter(_ name: [CChar]) throws(ErrorNumber) {
        try open(name)
        var level = try self.level(name)
        level.names = try FileSystem.names(in: directory)
        levels.append(level)
    }

    /// Goes up from a directory that is empty, and removes it.
    private mutating func leave() throws(ErrorNumber) {
        let emptied = levels.removeLast()
        if let above = levels.last {
            try open(Array("..".utf8CString))
            let found = try level(above.name)
            // It was moved: its name is meant in a directory that is no longer there.
            guard found.device == above.device, found.inode == above.inode else { throw .notFound }
        } else {
            directory = FileDescriptor(owning: AT_FDCWD)
        }
        _ = try removeOne(emptied.name, isEmptied: true)
    }

    private mutating func open(_ name: [CChar]) throws(ErrorNumber) {
        let opened = unsafe cposix_open_directory(directory.rawValue, name)
        guard opened >= 0 else { throw .last }
        directory = FileDescriptor(owning: opened)
    }

    private func level(_ name: [CChar]) throws(ErrorNumber) -> Level {
        var status = stat()
        guard unsafe fstat(directory.rawValue, &status) == 0 else { throw .last }
        return Level(name: name, device: status.st_dev, inode: status.st_ino)
    }
}

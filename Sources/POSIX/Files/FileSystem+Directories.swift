internal import Glibc

extension FileSystem {
    /// Makes a directory and those above it; one that is there already is left as it is.
    public static func createDirectory(
        _ path: String, permissions: UInt32 = 0o755
    ) throws(FileError) {
        var prefix = path.hasPrefix("/") ? "/" : ""
        for component in path.split(separator: "/") {
            prefix += prefix.isEmpty || prefix.hasSuffix("/") ? component : "/" + component
            if unsafe mkdir(prefix, mode_t(permissions)) == 0 { continue }
            let code = ErrorNumber.last
            // A directory that may not be written into may yet hold the next one.
            if !isDirectory(prefix) {
                throw FileError(operation: "create directory", path: path, code: code)
            }
        }
    }

    /// The names in a directory, sorted by their bytes, without `.` and `..`.
    public static func list(_ path: String) throws(FileError) -> [String] {
        // Opened first, so that a link put in place of the directory is not followed.
        let descriptor = try FileDescriptor(
            opening: path, flags: O_RDONLY | O_DIRECTORY, for: "list")
        let copy = fcntl(descriptor.rawValue, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0, let stream = unsafe fdopendir(copy) else {
            let code = ErrorNumber.last
            if copy >= 0 { close(copy) }
            throw FileError(operation: "list", path: path, code: code)
        }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(stream) else { break }
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        guard errno == 0 else { throw FileError(operation: "list", path: path, code: .last) }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Removes a file, or a directory with all it holds; symbolic links are removed, not followed.
    ///
    /// Nothing at the path is no error. Names that are no UTF-8 cannot be removed. Not safe against
    /// another user who moves directories of the tree about meanwhile.
    public static func remove(_ path: String) throws(FileError) {
        // Directories wait here until what they hold, pushed above them, is gone.
        var pending = [path]
        var opened: Set<String> = []
        while let next = pending.last {
            if try removeOne(next, isEmptied: opened.contains(next)) {
                pending.removeLast()
            } else {
                opened.insert(next)
                pending += try list(next).map { "\(next)/\($0)" }
            }
        }
    }

    /// Removes what is no directory, or an empty directory; false where it must be emptied first.
    private static func removeOne(_ path: String, isEmptied: Bool) throws(FileError) -> Bool {
        if unsafe unlink(path) == 0 { return true }
        switch errno {
        case ENOENT: return true
        // POSIX says EPERM, Linux EISDIR, where the path is a directory.
        case EISDIR, EPERM: break
        default: throw FileError(operation: "remove", path: path, code: .last)
        }
        let reason = ErrorNumber.last
        if unsafe rmdir(path) == 0 { return true }
        switch errno {
        case ENOENT: return true
        case ENOTEMPTY where !isEmptied, EEXIST where !isEmptied: return false
        case ENOTDIR: throw FileError(operation: "remove", path: path, code: reason)
        default: throw FileError(operation: "remove", path: path, code: .last)
        }
    }

    /// Makes a new directory that only this user may enter, below `TMPDIR` or `/tmp`.
    public static func makeTemporaryDirectory(
        prefix: String, in directory: String? = nil
    ) throws(FileError) -> String {
        let own = Environment.variable("TMPDIR").flatMap { $0.isEmpty ? nil : $0 }
        let parent = directory ?? own ?? "/tmp"
        let template = "\(parent)/\(prefix)-XXXXXX"
        var characters = Array(template.utf8CString)
        guard unsafe mkdtemp(&characters) != nil else {
            throw FileError(operation: "create directory", path: template, code: .last)
        }
        return String(decoding: characters.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

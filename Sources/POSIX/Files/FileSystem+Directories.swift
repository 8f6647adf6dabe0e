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
        do throws(ErrorNumber) {
            return try names(in: descriptor).map { name in
                String(decoding: name.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
            }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        } catch {
            throw FileError(operation: "list", path: path, code: error)
        }
    }

    /// The names in a directory as it has them, each with its final zero, without `.` and `..`.
    static func names(
        in directory: borrowing FileDescriptor
    ) throws(ErrorNumber) -> [[CChar]] {
        let copy = fcntl(directory.rawValue, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0, let stream = unsafe fdopendir(copy) else {
            let code = ErrorNumber.last
            if copy >= 0 { close(copy) }
            throw code
        }
        defer { unsafe closedir(stream) }
        var names: [[CChar]] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(stream) else { break }
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe bytes.prefix { $0 != 0 }.map { CChar(bitPattern: $0) }
            }
            let dot = CChar(bitPattern: UInt8(ascii: "."))
            if name != [dot], name != [dot, dot] { names.append(name + [0]) }
        }
        guard errno == 0 else { throw .last }
        return names
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

internal import Glibc

/// The search for a program as a shell does it.
enum ExecutableSearch {
    /// The path of a program in the directories of a search path.
    ///
    /// It runs before the child exists: a search between fork and exec would need memory there.
    static func find(_ name: String, in searchPath: String) throws(SpawnError) -> String {
        // A path is taken as it is, and relative to the child's directory.
        if name.utf8.contains(UInt8(ascii: "/")) { return name }
        var code = ErrorNumber.notFound
        for directory in searchPath.split(separator: ":") where !name.isEmpty {
            let candidate = "\(directory)/\(name)"
            guard !FileSystem.isDirectory(candidate) else { continue }
            if unsafe access(candidate, X_OK) == 0 { return candidate }
            // A file that may not be run is a better reason than one that is nowhere.
            if errno == EACCES { code = .permissionDenied }
        }
        throw SpawnError(step: .find, name: name, code: code)
    }
}

internal import Glibc

extension FileSystem {
    /// The bytes of a file, without following a symbolic link; nil where nothing is at the path.
    public static func size(of path: String) -> Int? {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return nil }
        return Int(status.st_size)
    }
}

internal import Glibc

/// The ownership of a directory by one process, held through a locked file.
///
/// The system frees the lock when the process ends, however it ends, so there is none to clean up.
/// The file stays: removing it would let two processes hold locks of one name.
public final class FileLock: Sendable {
    private let file: FileDescriptor
    /// The path of the locked file.
    public let path: String

    /// Takes the lock, creating the file, and writes the process's number into it.
    ///
    /// - Throws: `wouldBlock` where another process, or another lock of this one, holds it.
    public init(path: String) throws(FileError) {
        let file = try FileDescriptor(
            opening: path, flags: O_RDWR | O_CREAT | O_NOFOLLOW, permissions: 0o644, for: "lock")
        guard flock(file.rawValue, LOCK_EX | LOCK_NB) == 0 else {
            throw FileError(operation: "lock", path: path, code: .last)
        }
        do throws(ErrorNumber) {
            guard ftruncate(file.rawValue, 0) == 0 else { throw .last }
            try file.writeAll(Array("\(getpid())\n".utf8))
        } catch {
            throw FileError(operation: "lock", path: path, code: error)
        }
        self.file = file
        self.path = path
    }
}

internal import Glibc

/// The files of this machine, by path.
///
/// Every call blocks its thread for as long as the disk takes.
public enum FileSystem {
    /// Reads a whole file.
    ///
    /// - Throws: `tooLarge` where the file has more than `maximumBytes`; nothing is read by halves.
    public static func read(
        _ path: String, maximumBytes: Int = Limits.fileBytes
    ) throws(FileError) -> [UInt8] {
        let file = try FileDescriptor(opening: path, flags: O_RDONLY, for: "read")
        do throws(ErrorNumber) {
            var status = stat()
            guard unsafe fstat(file.rawValue, &status) == 0 else { throw .last }
            guard status.st_mode & S_IFMT != S_IFDIR else { throw .isDirectory }
            // Files of /proc have the size 0 and yet content, so the size is a hint alone.
            var bytes: [UInt8] = []
            bytes.reserveCapacity(min(Int(status.st_size), maximumBytes))
            while true {
                // One byte more than is taken tells a file that is too large.
                let wanted = min(Limits.readBytes, maximumBytes - bytes.count + 1)
                let chunk = try FileDescriptor.readSome(wanted, from: file.rawValue)
                if chunk.isEmpty { return bytes }
                bytes += chunk
                guard bytes.count <= maximumBytes else { throw .tooLarge }
            }
        } catch {
            throw FileError(operation: "read", path: path, code: error)
        }
    }

    /// Reads a part of a file: from an offset on up to its end or the bound, whichever is first.
    ///
    /// - Returns: Nothing where the file is shorter than the offset.
    public static func read(
        _ path: String, from offset: Int, maximumBytes: Int
    ) throws(FileError) -> [UInt8] {
        let file = try FileDescriptor(opening: path, flags: O_RDONLY, for: "read")
        do throws(ErrorNumber) {
            guard lseek(file.rawValue, off_t(offset), SEEK_SET) >= 0 else { throw .last }
            var bytes: [UInt8] = []
            while bytes.count < maximumBytes {
                let wanted = min(Limits.readBytes, maximumBytes - bytes.count)
                let chunk = try FileDescriptor.readSome(wanted, from: file.rawValue)
                if chunk.isEmpty { break }
                bytes += chunk
            }
            return bytes
        } catch {
            throw FileError(operation: "read", path: path, code: error)
        }
    }

    /// Reads a whole file as text, with what is no UTF-8 repaired.
    public static func readText(
        _ path: String, maximumBytes: Int = Limits.fileBytes
    ) throws(FileError) -> String {
        String(decoding: try read(path, maximumBytes: maximumBytes), as: UTF8.self)
    }

    /// Replaces a file as a whole: other processes see the old content or the new, and so does the
    /// disk after a power failure.
    ///
    /// The bytes go to a new file beside it, which is synchronized, renamed over it, and followed by
    /// the directory. The permissions are exactly those given, whatever the process's mask.
    public static func write(
        _ bytes: [UInt8], to path: String, permissions: UInt32 = 0o644
    ) throws(FileError) {
        let (directory, name) = split(path)
        let suffix = RandomBytes.make(8).reduce("") { $0 + String($1, radix: 36) }
        let temporary = "\(directory)/.\(name).\(suffix).new"
        do throws(ErrorNumber) {
            try writeNew(bytes, to: temporary, permissions: permissions)
            guard unsafe rename(temporary, path) == 0 else { throw .last }
        } catch {
            // Another process's file cannot be there: the name holds 64 random bits.
            unsafe unlink(temporary)
            throw FileError(operation: "write", path: path, code: error)
        }
        try synchronizeDirectory(directory)
    }

    /// Replaces a file by a text, as ``write(_:to:permissions:)`` does.
    public static func write(
        _ text: String, to path: String, permissions: UInt32 = 0o644
    ) throws(FileError) {
        try write(Array(text.utf8), to: path, permissions: permissions)
    }

    /// Adds bytes to the end of a file, which is created when absent; not synchronized.
    public static func append(
        _ bytes: [UInt8], to path: String, permissions: UInt32 = 0o644
    ) throws(FileError) {
        let file = try FileDescriptor(
            opening: path, flags: O_WRONLY | O_CREAT | O_APPEND, permissions: permissions,
            for: "append to")
        do { try file.writeAll(bytes) } catch {
            throw FileError(operation: "append to", path: path, code: error)
        }
    }

    /// Lets nobody but this user read and write a file, which is made empty when absent.
    ///
    /// A symbolic link is refused.
    ///
    /// - Parameter creates: false leaves an absent file absent.
    public static func makePrivate(_ path: String, creates: Bool = true) throws(FileError) {
        let file: FileDescriptor
        do {
            file = try FileDescriptor(
                opening: path, flags: O_RDWR | O_NOFOLLOW | (creates ? O_CREAT : 0),
                permissions: 0o600, for: "make private")
        } catch {
            if !creates, error.code == .notFound { return }
            throw error
        }
        guard fchmod(file.rawValue, 0o600) == 0 else {
            throw FileError(operation: "make private", path: path, code: .last)
        }
    }

    /// Whether something is at the path; symbolic links are followed.
    public static func exists(_ path: String) -> Bool {
        unsafe access(path, F_OK) == 0
    }

    /// Whether a directory, or a symbolic link to one, is at the path.
    public static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Whether there is a symbolic link at a path, wherever it leads.
    public static func isSymbolicLink(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    /// Moves a file or directory to another path of the same file system, replacing a file there.
    public static func move(_ path: String, to target: String) throws(FileError) {
        guard unsafe rename(path, target) == 0 else {
            throw FileError(operation: "move to \(target)", path: path, code: .last)
        }
    }

    private static func writeNew(
        _ bytes: [UInt8], to path: String, permissions: UInt32
    ) throws(ErrorNumber) {
        let file: FileDescriptor
        do {
            file = try FileDescriptor(
                opening: path, flags: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW,
                permissions: 0o600, for: "write")
        } catch { throw error.code }
        guard fchmod(file.rawValue, mode_t(permissions)) == 0 else { throw .last }
        try file.writeAll(bytes)
        try file.synchronize()
    }

    /// Makes a symbolic link to a target, which need not be there.
    public static func link(_ target: String, at path: String) throws(FileError) {
        guard unsafe symlink(target, path) == 0 else {
            throw FileError(operation: "link", path: path, code: .last)
        }
    }

    /// The directory and the name of a path.
    static func split(_ path: String) -> (directory: String, name: String) {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (".", path) }
        let name = String(path[path.utf8.index(after: slash)...])
        return (slash == path.startIndex ? "/" : String(path[..<slash]), name)
    }

    private static func synchronizeDirectory(_ directory: String) throws(FileError) {
        let file = try FileDescriptor(
            opening: directory, flags: O_RDONLY | O_DIRECTORY, for: "synchronize")
        do { try file.synchronize() } catch {
            // Some network file systems cannot synchronize a directory, and say so.
            guard error == .invalidArgument else {
                throw FileError(operation: "synchronize", path: directory, code: error)
            }
        }
    }
}

public import POSIX

/// The files that attempts leave on their machine: their streams and their logs.
///
/// What was appended outlives the process once the call has returned, and may not outlive a power cut.
/// A call that fails may have been done by halves.
public struct AttemptFiles: Sendable {
    /// The names in a directory, sorted; none where there is no directory.
    public let list: @Sendable (_ directory: String) throws(FileError) -> [String]
    /// The bytes of a file.
    public let read: @Sendable (_ path: String) throws(FileError) -> [UInt8]
    /// The bytes of a file from an offset on, so many at most; none where it is shorter.
    public let readPart:
        @Sendable (_ path: String, _ offset: Int, _ maximumBytes: Int) throws(FileError) -> [UInt8]
    /// Replaces a file as a whole.
    public let replace: @Sendable (_ bytes: [UInt8], _ path: String) throws(FileError) -> Void
    /// Adds bytes to the end of a file, which is made where there is none.
    public let append: @Sendable (_ bytes: [UInt8], _ path: String) throws(FileError) -> Void
    /// Makes a directory and those above it.
    public let createDirectory: @Sendable (_ path: String) throws(FileError) -> Void
    /// Removes a file, or a directory with all it holds; nothing there is no error.
    public let remove: @Sendable (_ path: String) throws(FileError) -> Void

    /// Makes files from what can be done with them.
    public init(
        list: @escaping @Sendable (_ directory: String) throws(FileError) -> [String],
        read: @escaping @Sendable (_ path: String) throws(FileError) -> [UInt8],
        readPart:
            @escaping @Sendable (
                _ path: String, _ offset: Int, _ maximumBytes: Int
            ) throws(FileError) -> [UInt8],
        replace: @escaping @Sendable (_ bytes: [UInt8], _ path: String) throws(FileError) -> Void,
        append: @escaping @Sendable (_ bytes: [UInt8], _ path: String) throws(FileError) -> Void,
        createDirectory: @escaping @Sendable (_ path: String) throws(FileError) -> Void,
        remove: @escaping @Sendable (_ path: String) throws(FileError) -> Void
    ) {
        self.list = list
        self.read = read
        self.readPart = readPart
        self.replace = replace
        self.append = append
        self.createDirectory = createDirectory
        self.remove = remove
    }

    /// The disk of this machine; what is made, only this user may read.
    public static let system = AttemptFiles(
        list: { path throws(FileError) in
            FileSystem.exists(path) ? try FileSystem.list(path) : []
        },
        read: { path throws(FileError) in try FileSystem.read(path) },
        readPart: { path, offset, maximumBytes throws(FileError) in
            try FileSystem.read(path, from: offset, maximumBytes: maximumBytes)
        },
        replace: { bytes, path throws(FileError) in
            try FileSystem.write(bytes, to: path, permissions: 0o600)
        },
        append: { bytes, path throws(FileError) in
            try FileSystem.append(bytes, to: path, permissions: 0o600)
        },
        createDirectory: { path throws(FileError) in
            try FileSystem.createDirectory(path, permissions: 0o700)
        },
        remove: { path throws(FileError) in try FileSystem.remove(path) })
}

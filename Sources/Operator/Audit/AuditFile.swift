public import Observability
public import POSIX
import Synchronization
public import Values

/// Keeps the audit trail in a file of one JSON object a line, and so many full files before it.
///
/// `audit.jsonl` is the newest, `audit.jsonl.1` the one before, as `logrotate` names them. Nobody but the
/// user of the process may read them. Lines that cannot be written are counted, and a line says how many
/// were lost once there is room again: an account with holes tells of them.
public final class AuditFile: Sendable {
    /// How much is kept.
    public struct Limits: Sendable, Hashable {
        /// The most bytes of one file.
        public var fileBytes: Int
        /// The most full files that are kept beside the one that is written.
        public var fullFiles: Int

        /// Makes bounds; the defaults are those of the product.
        public init(fileBytes: Int = 64 << 20, fullFiles: Int = 8) {
            self.fileBytes = fileBytes
            self.fullFiles = fullFiles
        }
    }

    private struct State {
        /// The bytes of the file; nil before it was opened.
        var size: Int?
        /// The lines that could not be written since the last that could.
        var lost = 0
    }

    private let path: String
    private let limits: Limits
    private let logger: Logger
    private let state: Mutex<State>

    /// Makes the keeper of a file, which is made with the first line where it is absent.
    public init(path: String, limits: Limits = Limits(), logger: Logger) {
        self.path = path
        self.limits = limits
        self.logger = logger
        state = Mutex(State())
    }

    /// Opens the file now, and not with the first line.
    ///
    /// - Throws: ``FileError`` where nothing can be written there.
    public func open() throws(FileError) {
        try state.withLock { state throws(FileError) in _ = try open(&state) }
    }

    private func open(_ state: inout State) throws(FileError) -> Int {
        if let size = state.size { return size }
        let directory = AuditFile.directory(of: path)
        if !FileSystem.isDirectory(directory) {
            try FileSystem.createDirectory(directory, permissions: 0o700)
        }
        try FileSystem.makePrivate(path)
        let size = FileSystem.size(of: path) ?? 0
        state.size = size
        return size
    }

    /// Adds lines at the end, in one write.
    public func append(_ lines: [JSON], at now: Timestamp) {
        state.withLock { state in
            var bytes: [UInt8] = []
            if state.lost > 0 {
                let hole: JSON = [
                    "time": .string(now.description), "type": "Lost",
                    "lines": .integer(Int64(state.lost)),
                ]
                bytes += hole.bytes + [UInt8(ascii: "\n")]
            }
            for line in lines { bytes += line.bytes + [UInt8(ascii: "\n")] }
            do throws(FileError) {
                var size = try open(&state)
                if size > 0, size + bytes.count > limits.fileBytes {
                    try rotate()
                    size = 0
                }
                try FileSystem.append(bytes, to: path, permissions: 0o600)
                state.size = size + bytes.count
                if state.lost > 0 {
                    logger.info("audit trail goes on", ["lost": .integer(Int64(state.lost))])
                }
                state.lost = 0
            } catch {
                // Whatever it was, the next lines begin with a look at what is there.
                state.size = nil
                // Once, and not for each line: a full disk has many.
                if state.lost == 0 {
                    logger.error("audit trail not written", ["error": .string("\(error)")])
                }
                state.lost += lines.count
            }
        }
    }

    /// Makes room for the next file: the oldest goes, and each takes the place of the one before.
    private func rotate() throws(FileError) {
        guard limits.fullFiles > 0 else { return try FileSystem.remove(path) }
        for number in stride(from: limits.fullFiles - 1, through: 1, by: -1)
        where FileSystem.exists("\(path).\(number)") {
            try FileSystem.move("\(path).\(number)", to: "\(path).\(number + 1)")
        }
        try FileSystem.move(path, to: "\(path).1")
    }

    private static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}

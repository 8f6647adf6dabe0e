import Crypto
import POSIX
import Synchronization
import Values

/// What attempts wrote to standard output and error, kept in one bounded file an attempt.
///
/// Logs are for people: a full disk or a lost file never fails an attempt.
public final class AttemptLogStore: Sendable {
    /// The most bytes that are kept of one attempt; what comes after is counted and dropped.
    public static let maximumBytes = 10 << 20

    /// Which attempt's output.
    public struct Key: Sendable, Hashable {
        /// The UID of the run.
        public let runUID: String
        /// The id of the task.
        public let taskID: String
        /// The number of the attempt.
        public let attempt: Int

        /// Makes a key.
        public init(runUID: String, taskID: String, attempt: Int) {
            self.runUID = runUID
            self.taskID = taskID
            self.attempt = attempt
        }
    }

    private let directory: String
    private let sizes = Mutex<[Key: Int]>([:])

    /// Makes a store in a directory, which is made on the first write.
    public init(directory: String) { self.directory = directory }

    /// Adds output of an attempt.
    public func append(_ bytes: [UInt8], to key: Key) {
        let room = sizes.withLock { sizes in
            let room = max(0, AttemptLogStore.maximumBytes - sizes[key, default: 0])
            sizes[key, default: 0] += min(room, bytes.count)
            return room
        }
        guard room > 0 else { return }
        let kept = bytes.count <= room ? bytes : Array(bytes.prefix(room))
        try? FileSystem.createDirectory(folder(key.runUID))
        try? FileSystem.append(kept, to: path(key))
    }

    /// The output of an attempt; empty where there is none.
    public func read(_ key: Key) -> [UInt8] {
        (try? FileSystem.read(path(key), maximumBytes: AttemptLogStore.maximumBytes)) ?? []
    }

    /// The numbers of the attempts of a task that wrote something, in order.
    public func attempts(runUID: String, taskID: String) -> [Int] {
        let names = (try? FileSystem.list(folder(runUID))) ?? []
        return names.compactMap { name -> Int? in
            let front = fileName(taskID) + "."
            guard name.hasPrefix(front), name.hasSuffix(".log") else { return nil }
            return Int(name.dropFirst(front.count).dropLast(4))
        }.sorted()
    }

    /// Forgets that an attempt is open, when it ended.
    public func close(_ key: Key) { sizes.withLock { _ = $0.removeValue(forKey: key) } }

    /// Removes the output of a run that is gone.
    public func remove(runUID: String) { try? FileSystem.remove(folder(runUID)) }

    // A UID comes from the API server and a task id from a checked definition, but a path is made of
    // nothing that could leave the directory.
    private func folder(_ runUID: String) -> String {
        "\(directory)/\(runUID.filter { $0.isLetter || $0.isNumber || $0 == "-" })"
    }

    private func path(_ key: Key) -> String {
        "\(folder(key.runUID))/\(fileName(key.taskID)).\(key.attempt).log"
    }

    /// A task's path as the name of a file: other bytes than those of ids as `%` and two digits, and
    /// cut with a digest where it is too long for a name.
    private func fileName(_ path: String) -> String {
        var name = ""
        for byte in path.utf8 {
            let character = UnicodeScalar(byte)
            switch character {
            case "a"..."z", "A"..."Z", "0"..."9", "-", "_": name.unicodeScalars.append(character)
            default: name += "%" + Hexadecimal.encode([byte])
            }
        }
        guard name.utf8.count > 200 else { return name }
        return String(name.prefix(160)) + "%" + Digest(of: path).hexadecimal.prefix(24)
    }
}

public import Streams
import Synchronization

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

    private let places: RunFiles
    private let files: AttemptFiles
    /// How much is kept of each attempt under way.
    private let sizes = Mutex<[Key: Int]>([:])

    /// Makes a store in a directory, which is made on the first write.
    public init(directory: String, files: AttemptFiles = .system) {
        places = RunFiles(directory: directory)
        self.files = files
    }

    /// How many attempts are under way.
    var openCount: Int { sizes.withLock { $0.count } }

    /// Notes that an attempt is under way, and that its output is to be kept.
    public func open(_ key: Key) { sizes.withLock { $0[key] = 0 } }

    /// Adds output of an attempt under way.
    ///
    /// What one writes whose run is gone is dropped: it would make a folder that nobody removes.
    public func append(_ bytes: [UInt8], to key: Key) {
        let room = sizes.withLock { sizes in
            guard let size = sizes[key] else { return 0 }
            let room = max(0, AttemptLogStore.maximumBytes - size)
            sizes[key] = size + min(room, bytes.count)
            return room
        }
        guard room > 0 else { return }
        let kept = bytes.count <= room ? bytes : Array(bytes.prefix(room))
        try? files.createDirectory(places.folder(ofRun: key.runUID))
        try? files.append(kept, path(key))
    }

    /// The output of an attempt, from a byte on; empty where there is none.
    public func read(
        _ key: Key, from offset: Int = 0, maximumBytes: Int = AttemptLogStore.maximumBytes
    ) -> [UInt8] {
        (try? files.readPart(path(key), offset, maximumBytes)) ?? []
    }

    /// The numbers of the attempts of a task that wrote something, in order.
    public func attempts(runUID: String, taskID: String) -> [Int] {
        let names = (try? files.list(places.folder(ofRun: runUID))) ?? []
        return names.compactMap { name -> Int? in
            let front = RunFiles.name(ofTask: taskID) + "."
            guard name.hasPrefix(front), name.hasSuffix(".log") else { return nil }
            return Int(name.dropFirst(front.count).dropLast(4))
        }.sorted()
    }

    /// Forgets that an attempt is open, when it ended.
    public func close(_ key: Key) { sizes.withLock { _ = $0.removeValue(forKey: key) } }

    /// Removes the output of a run that is gone.
    public func remove(runUID: String) {
        sizes.withLock { sizes in
            for key in sizes.keys where key.runUID == runUID { sizes[key] = nil }
        }
        try? files.remove(places.folder(ofRun: runUID))
    }

    private func path(_ key: Key) -> String {
        "\(places.folder(ofRun: key.runUID))/\(RunFiles.name(ofTask: key.taskID)).\(key.attempt).log"
    }
}

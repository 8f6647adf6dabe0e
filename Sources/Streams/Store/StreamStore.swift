internal import Synchronization

/// The streams of running tasks, in files of this machine: each a bounded log that is read by offset,
/// while it is written and after.
///
/// What is stored outlives this process, but is not synchronized to the disk with every record.
public final class StreamStore: Sendable {
    /// Which stream.
    public struct Address: Sendable, Hashable {
        /// The UID of the run.
        public let runUID: String
        /// The path of the task.
        public let path: String

        /// Makes an address.
        public init(runUID: String, path: String) {
            self.runUID = runUID
            self.path = path
        }
    }

    /// The bounds it keeps.
    public let limits: StreamLimits
    /// The clocks that attempts at streams go by.
    public let clock: AttemptClock
    private let files: AttemptFiles
    private let places: RunFiles
    private let logs = Mutex<[Address: StreamLog]>([:])

    /// Makes a store in a directory, which is made on the first write.
    public init(
        directory: String, limits: StreamLimits = StreamLimits(),
        files: AttemptFiles = .system(isPrivate: true), clock: AttemptClock = .system
    ) {
        places = RunFiles(directory: directory)
        self.files = files
        self.clock = clock
        self.limits = limits
    }

    /// The log of a stream, which may be empty.
    public func log(_ address: Address) -> StreamLog {
        logs.withLock { logs in
            if let log = logs[address] { return log }
            let log = StreamLog(
                folder: places.folder(ofRun: address.runUID),
                name: RunFiles.name(ofTask: address.path), limits: limits, files: files,
                clock: clock)
            logs[address] = log
            return log
        }
    }

    /// Removes the streams of a run that is gone.
    public func remove(runUID: String) {
        logs.withLock { logs in
            for address in logs.keys where address.runUID == runUID { logs[address] = nil }
        }
        try? files.remove(places.folder(ofRun: runUID))
    }
}

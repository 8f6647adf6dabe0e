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
    /// The logs in memory, by the UIDs of their runs and their paths.
    private let logs = Mutex<[String: [String: StreamLog]]>([:])

    /// Makes a store in a directory, which is made on the first write.
    public init(
        directory: String, limits: StreamLimits = StreamLimits(),
        files: AttemptFiles = .system, clock: AttemptClock = .system
    ) {
        places = RunFiles(directory: directory)
        self.files = files
        self.clock = clock
        self.limits = limits
    }

    /// The log of a stream, which may be empty.
    public func log(_ address: Address) -> StreamLog {
        logs.withLock { logs in
            if let log = logs[address.runUID]?[address.path] { return log }
            let log = open(address)
            logs[address.runUID, default: [:]][address.path] = log
            return log
        }
    }

    /// The log of a stream that something is stored of; nil where there is none.
    ///
    /// One that is not in memory is looked for on the disk, and is its caller's alone: to ask costs no
    /// memory that stays.
    public func stored(_ address: Address) -> StreamLog? {
        let known = logs.withLock { $0[address.runUID]?[address.path] }
        let log = known ?? open(address)
        return log.generation > 0 ? log : nil
    }

    private func open(_ address: Address) -> StreamLog {
        StreamLog(
            folder: places.folder(ofRun: address.runUID),
            name: RunFiles.name(ofTask: address.path), limits: limits, files: files, clock: clock)
    }

    /// How many logs are in memory.
    var openCount: Int { logs.withLock { $0.values.reduce(0) { $0 + $1.count } } }

    /// Lets go of the streams of a run that has ended; their files stay.
    public func close(runUID: String) { logs.withLock { $0[runUID] = nil } }

    /// Removes the streams of a run that is gone.
    public func remove(runUID: String) {
        let open = logs.withLock { $0.removeValue(forKey: runUID) } ?? [:]
        for log in open.values { log.discard() }
        try? files.remove(places.folder(ofRun: runUID))
    }
}

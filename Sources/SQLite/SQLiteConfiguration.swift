/// How a database is opened.
public struct SQLiteConfiguration: Sendable, Hashable {
    /// Where the rows are.
    public enum Location: Sendable, Hashable {
        /// In the memory of this connection; gone when it closes.
        case memory
        /// In a file, created when absent.
        case file(String)
    }

    /// How much of a power failure a commit survives.
    ///
    /// A killed process loses nothing either way.
    public enum Synchronous: String, Sendable, Hashable {
        /// Each commit reaches the disk before it returns.
        case full = "FULL"
        /// Commits since the last checkpoint of the log may be lost, never torn.
        case normal = "NORMAL"
    }

    /// How much of a power failure a commit survives.
    public var synchronous: Synchronous
    /// How long a statement waits for another connection's lock.
    public var busyTimeout: Duration
    /// The pages of the write-ahead log after which it is moved into the database.
    public var checkpointPages: Int
    /// The page cache in bytes.
    public var cacheBytes: Int
    /// The most bytes the database may grow to; nil for what SQLite allows.
    public var maximumBytes: Int?
    /// Whether the file is opened for reading only; then it must be there.
    public var isReadOnly: Bool

    /// Makes a configuration; the defaults lose nothing to a power failure.
    public init(
        synchronous: Synchronous = .full, busyTimeout: Duration = .seconds(5),
        checkpointPages: Int = 1000, cacheBytes: Int = 16 << 20, maximumBytes: Int? = nil,
        isReadOnly: Bool = false
    ) {
        self.synchronous = synchronous
        self.busyTimeout = busyTimeout
        self.checkpointPages = checkpointPages
        self.cacheBytes = cacheBytes
        self.maximumBytes = maximumBytes
        self.isReadOnly = isReadOnly
    }
}

/// The bounds of this room.
enum Limits {
    /// The most prepared statements a connection keeps for their next use.
    static let cachedStatements = 128
    /// The most bytes of one text or blob.
    static let valueBytes = 256 << 20
}

internal import POSIX
internal import Synchronization
internal import Values

/// One stored stream: records by offset, appended by one task and read by others.
///
/// It has a generation: where a task begins its output anew, the log is emptied and its generation goes
/// up, so that readers know that what they have read is void. It keeps a bounded number of bytes: a
/// writer waits until all readers have let go of the oldest records, by ``acknowledge(_:upTo:)``; those
/// of a log without readers are dropped.
public final class StreamLog: Sendable {
    private let state: Mutex<StreamLogState>
    let signal: StreamSignal

    init(
        folder: String, name: String, limits: StreamLimits, files: AttemptFiles,
        clock: AttemptClock
    ) {
        state = Mutex(
            StreamLogState(folder: folder, name: name, limits: limits, files: files))
        signal = StreamSignal(clock: clock)
    }

    /// The generation of what is stored; 0 where nothing is.
    public var generation: Int64 { state.withLock { $0.opened().generation } }

    /// The offset behind the last record.
    public var count: Int64 { state.withLock { $0.opened().count } }

    /// The offset of the oldest record that is kept.
    public var first: Int64 { state.withLock { $0.opened().first } }

    /// How many bytes are kept.
    public var storedBytes: Int { state.withLock { $0.opened().storedBytes } }

    // MARK: Writing

    /// Begins to write, or goes on.
    ///
    /// - Parameters:
    ///   - generation: Another than that of what is stored empties the log.
    ///   - start: The offset of the first record that the writer still has. A log that ends before it
    ///     has lost records, and begins there anew.
    ///   - readers: Those that records are kept for until they let go of them: see ``expect(readers:)``.
    /// - Throws: ``StreamFailure`` where its files cannot be looked at or made.
    public func begin(
        generation: Int64, start: Int64 = 0, readers: [String]? = nil
    ) throws(StreamFailure) {
        defer { signal.raise() }
        try state.withLock { state throws(StreamFailure) in
            try state.begin(generation: generation, start: start, readers: readers)
        }
    }

    /// Names those that records are kept for until they let go of them: all who read from now on.
    ///
    /// Before an attempt starts, in the order in which readers are told to have ended: who has ended is
    /// not waited for again.
    public func expect(readers: [String]) {
        state.withLock { $0.expect(readers) }
        signal.raise()
    }

    /// Adds records behind those there are, waiting while the log is full.
    ///
    /// - Returns: false where the task was cancelled before there was room.
    /// - Throws: ``StreamFailure`` where they cannot be written.
    public func append(
        _ contents: [[UInt8]], arrival: Int64
    ) async throws(StreamFailure) -> Bool {
        var rest = contents[...]
        while !rest.isEmpty {
            if Task.isCancelled { return false }
            let seen = signal.version
            let taken = try state.withLock { state throws(StreamFailure) in
                try state.append(rest, arrival: arrival)
            }
            rest = rest.dropFirst(taken)
            if taken > 0 { signal.raise() } else { await signal.wait(beyond: seen) }
        }
        return true
    }

    /// Notes for good that all is written: an attempt that completes does so before it says so.
    ///
    /// - Throws: ``StreamFailure`` where that cannot be stored.
    public func seal(by attempt: Int) throws(StreamFailure) {
        try state.withLock { state throws(StreamFailure) in try state.seal(by: attempt) }
    }

    /// Notes that no more is written, until it is begun again.
    ///
    /// - Parameters:
    ///   - isComplete: Whether the task completed.
    ///   - attempt: The attempt that completed it, and so has sealed its stream; nil where none has.
    ///     What is stored here without its seal is a part of it, or of an earlier attempt, on a machine
    ///     that was left or whose disk lost something.
    public func end(isComplete: Bool, sealedBy attempt: Int? = nil) {
        state.withLock {
            $0.ending = isComplete ? .complete(sealedBy: attempt) : .incomplete
        }
        signal.raise()
    }

    /// Lets go of the files, for good: an attempt that has not heard of its end yet writes no more.
    func discard() {
        state.withLock { $0.discard() }
        signal.raise()
    }

    // MARK: Reading

    /// What a reader finds.
    public enum Reading: Sendable {
        /// The next records.
        case records([StreamRecord])
        /// Nothing yet; there was nothing as of this version.
        case nothing(version: UInt64)
        /// The log was begun anew with this generation.
        case restarted(generation: Int64)
        /// All has been read, and no more comes.
        case ended(isComplete: Bool)
    }

    /// The records from an offset on, some or all of them.
    ///
    /// - Throws: ``StreamFailure`` where they are gone or cannot be read.
    public func read(
        generation: Int64, from offset: Int64, as place: inout ReadingPlace
    ) throws(StreamFailure) -> Reading {
        let version = signal.version
        return try state.withLock { state throws(StreamFailure) in
            try state.read(generation, offset, &place, version)
        }
    }

    /// The version that a wait for the next change begins with.
    public var version: UInt64 { signal.version }

    /// Waits for a change behind a version.
    public func wait(beyond version: UInt64) async { await signal.wait(beyond: version) }

    /// Waits for a change behind a version, for no longer than a time.
    public func wait(beyond version: UInt64, for limit: Duration) async {
        await signal.wait(beyond: version, for: limit)
    }

    /// Where in a file a reader is; a new one finds its place by itself.
    public struct ReadingPlace: Sendable {
        var segment: Int64 = -1
        var offset: Int64 = -1
        var position = 0

        /// Makes the place of a reader that has read nothing.
        public init() {}
    }

    /// Notes that a reader needs the records below an offset no more.
    ///
    /// - Parameter generation: What the offset is of; nil means what is stored.
    public func acknowledge(
        _ reader: String, upTo offset: Int64, of generation: Int64? = nil
    ) {
        state.withLock { $0.acknowledge(reader, offset, of: generation) }
        signal.raise()
    }

    /// Notes that a reader has ended.
    public func release(_ reader: String) {
        state.withLock { $0.release(reader) }
        signal.raise()
    }
}

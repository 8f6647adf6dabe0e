internal import POSIX
internal import Values

/// What is known of a stored stream, and its files.
///
/// The names of files say all that must be known of them: stream, generation, first offset. The last
/// file is in memory as well, so that readers that keep up cost no reading.
struct StreamLogState: Sendable {
    private let folder: String
    private let name: String
    private let limits: StreamLimits
    private let files: AttemptFiles
    /// Whether what is known of the files is so: not before the first look, nor after a write that may
    /// have been done by halves.
    private var isOpen = false
    /// Whether its run is gone: nothing is read or written any more.
    private var isGone = false
    /// Whether all readers are known, as the writer names them: none has said before how far it is.
    private var knowsReaders = false

    private(set) var generation: Int64 = 0
    private(set) var count: Int64 = 0
    private(set) var storedBytes = 0
    private var segments: [StoredSegment] = []
    /// The bytes of the last segment.
    private var tail: [UInt8] = []
    private var readers: [String: Place] = [:]
    /// The last seal; nil where there is none.
    private var seal: Seal?
    /// How the task ended; nil while it may write more.
    var ending: Ending?

    /// How far a reader has come: an offset of one generation says nothing of another.
    private struct Place {
        var generation: Int64
        var offset: Int64
    }

    /// What an attempt stores when it has written all: how many records there are.
    private struct Seal: Hashable {
        var count: Int64
        /// Which attempt it was; 0 in what the release before stored, which did not say so.
        var attempt: Int64

        /// Whether it says that an attempt has written all when there were so many records.
        func holds(for count: Int64, by attempt: Int) -> Bool {
            self.count == count && (self.attempt == 0 || self.attempt == Int64(attempt))
        }

        /// Whether it is newer than another.
        func isAfter(_ other: Seal) -> Bool {
            (attempt, count) > (other.attempt, other.count)
        }
    }

    /// How a task ended.
    enum Ending: Sendable {
        case complete(sealedBy: Int?)
        case incomplete
    }

    init(folder: String, name: String, limits: StreamLimits, files: AttemptFiles) {
        self.folder = folder
        self.name = name
        self.limits = limits
        self.files = files
    }

    var first: Int64 { segments.first?.start ?? count }

    /// The state, after what an earlier process left was looked at.
    mutating func opened() -> StreamLogState {
        try? open()
        return self
    }

    // MARK: Files

    private func path(_ start: Int64) -> String {
        "\(folder)/\(name).\(generation).\(start).stream"
    }

    private func path(_ seal: Seal) -> String {
        let attempt = seal.attempt == 0 ? "" : ".\(seal.attempt)"
        return "\(folder)/\(name).\(generation).\(seal.count)\(attempt).end"
    }

    /// Looks at what is there: what cannot be looked at is not taken for nothing.
    private mutating func open() throws(StreamFailure) {
        guard !isGone else { throw StreamFailure(.lost, "the run of the stream is gone") }
        guard !isOpen else { return }
        do throws(FileError) { try lookAtFiles() } catch {
            forgetFiles()
            throw StreamFailure(.storage, "the stream cannot be looked at: \(error)")
        }
        isOpen = true
    }

    /// Lets go of the files, for good: what is written from now on is of a run that is gone.
    mutating func discard() {
        forgetFiles()
        isGone = true
    }

    private mutating func forgetFiles() {
        isOpen = false
        generation = 0
        count = 0
        storedBytes = 0
        segments = []
        tail = []
        seal = nil
    }

    private mutating func lookAtFiles() throws(FileError) {
        forgetFiles()
        var found: [(generation: Int64, start: Int64, file: String)] = []
        var seals: [(generation: Int64, seal: Seal, file: String)] = []
        for file in try files.list(folder) where file.hasPrefix(name + ".") {
            let parts = file.dropFirst(name.count + 1).split(separator: ".")
            guard parts.count > 2, let generation = Int64(parts[0]), let number = Int64(parts[1])
            else { continue }
            let path = "\(folder)/\(file)"
            if parts.count == 3, parts[2] == "stream" {
                found.append((generation, number, path))
            } else if parts.count == 3, parts[2] == "end" {
                seals.append((generation, Seal(count: number, attempt: 0), path))
            } else if parts.count == 4, parts[3] == "end", let attempt = Int64(parts[2]) {
                seals.append((generation, Seal(count: number, attempt: attempt), path))
            }
        }
        found.sort { ($0.generation, $0.start) < ($1.generation, $1.start) }
        for entry in seals {
            if entry.generation != found.last?.generation {
                try files.remove(entry.file)
            } else if seal.map(entry.seal.isAfter) ?? true {
                seal = entry.seal
            }
        }
        generation = found.last?.generation ?? 0
        for (generation, start, file) in found {
            guard generation == self.generation else {
                try files.remove(file)
                continue
            }
            let bytes = try files.read(file)
            // A line that was cut off by the end of the process is no record.
            let whole = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
            tail = whole == bytes.count ? bytes : Array(bytes[..<whole])
            if whole < bytes.count { try files.replace(tail, file) }
            // What comes before a gap is needed by nobody.
            if start != count {
                for segment in segments { try files.remove(path(segment.start)) }
                segments = []
                storedBytes = 0
            }
            segments.append(StoredSegment(start: start, bytes: whole))
            storedBytes += whole
            count = tail.reduce(into: start) { $0 += $1 == UInt8(ascii: "\n") ? 1 : 0 }
        }
    }

    // MARK: Writing

    mutating func begin(
        generation: Int64, start: Int64, readers names: [String]?
    ) throws(StreamFailure) {
        try open()
        ending = nil
        // Of records that a writer does not have any more, the log must have had all: a disk that was
        // lost, or was away while the task ran elsewhere, may hold others.
        if self.generation != generation || count < start {
            do throws(FileError) { try makeAnew(generation, start) } catch {
                isOpen = false
                throw StreamFailure(.storage, "the stream cannot be begun: \(error)")
            }
        }
        if let names { expect(names) }
    }

    /// Names all readers.
    ///
    /// What one has said stays said, also where the log begins anew.
    mutating func expect(_ names: [String]) {
        let unread = Place(generation: 0, offset: 0)
        readers = Dictionary(
            names.map { ($0, readers[$0] ?? unread) }, uniquingKeysWith: { first, _ in first })
        knowsReaders = true
    }

    private mutating func makeAnew(_ generation: Int64, _ start: Int64) throws(FileError) {
        let old = seal.map { [path($0)] } ?? []
        let outdated = old + segments.map { path($0.start) }
        let isLater = generation >= self.generation
        if !isLater { for path in outdated { try files.remove(path) } }
        seal = nil
        self.generation = generation
        segments = [StoredSegment(start: start, bytes: 0)]
        tail = []
        storedBytes = 0
        count = start
        // A stream that nothing was written to is not one that was lost.
        try files.createDirectory(folder)
        try files.append([], path(start))
        // Behind what comes later these are nothing, and go at the next look where they cannot now: a
        // part of them, left by what breaks off, would pass for a stream that was lost.
        if isLater { for path in outdated { try? files.remove(path) } }
    }

    /// Adds as many records as there is room for, and gives their number.
    mutating func append(
        _ contents: ArraySlice<[UInt8]>, arrival: Int64
    ) throws(StreamFailure) -> Int {
        try open()
        var taken = 0
        var bytes: [UInt8] = []
        dropUnneeded()
        for content in contents {
            guard storedBytes + bytes.count < limits.storedBytes else { break }
            guard tail.count + bytes.count < limits.segmentBytes else { break }
            bytes += StoredSegment.line(arrival: arrival, content)
            taken += 1
        }
        guard taken > 0 else {
            guard tail.count >= limits.segmentBytes else { return 0 }
            segments.append(StoredSegment(start: count, bytes: 0))
            tail = []
            // All of it may be read: one record can be as long as the log may be.
            dropUnneeded()
            guard storedBytes < limits.storedBytes else { return 0 }
            return try append(one: contents, arrival)
        }
        try write(bytes, records: taken)
        return taken
    }

    /// Adds the first record to a segment that was begun for it.
    private mutating func append(
        one contents: ArraySlice<[UInt8]>, _ arrival: Int64
    ) throws(StreamFailure) -> Int {
        guard let content = contents.first else { return 0 }
        try write(StoredSegment.line(arrival: arrival, content), records: 1)
        return 1
    }

    private mutating func write(_ bytes: [UInt8], records: Int) throws(StreamFailure) {
        let last = segments.count - 1
        guard last >= 0 else { throw StreamFailure(.storage, "the stream is not begun") }
        do throws(FileError) { try files.append(bytes, path(segments[last].start)) } catch {
            // A part of it may be there, which the next look takes away.
            isOpen = false
            throw StreamFailure(.storage, "the stream is not stored: \(error)")
        }
        segments[last].bytes += bytes.count
        tail += bytes
        storedBytes += bytes.count
        count += Int64(records)
    }

    mutating func seal(by attempt: Int) throws(StreamFailure) {
        try open()
        let new = Seal(count: count, attempt: Int64(attempt))
        guard seal != new else { return }
        do throws(FileError) { try files.append([], path(new)) } catch {
            isOpen = false
            throw StreamFailure(.storage, "the end of the stream is not stored: \(error)")
        }
        if let seal { try? files.remove(path(seal)) }
        seal = new
    }

    /// Drops the oldest segments that nobody needs, while the log is full.
    ///
    /// Not before the writer has named the readers: another may need what all that have spoken do not.
    private mutating func dropUnneeded() {
        guard knowsReaders else { return }
        let needed =
            readers.values.map { $0.generation == generation ? $0.offset : 0 }.min() ?? .max
        while storedBytes >= limits.storedBytes, segments.count > 1, segments[1].start <= needed {
            try? files.remove(path(segments[0].start))
            storedBytes -= segments[0].bytes
            segments.removeFirst()
        }
    }

    mutating func acknowledge(_ reader: String, _ offset: Int64, of generation: Int64?) {
        let generation = generation ?? self.generation
        let before = readers[reader].map { $0.generation == generation ? $0.offset : 0 } ?? 0
        readers[reader] = Place(generation: generation, offset: max(before, offset))
        dropUnneeded()
    }

    mutating func release(_ reader: String) {
        readers[reader] = nil
        dropUnneeded()
    }

    // MARK: Reading

    mutating func read(
        _ generation: Int64, _ offset: Int64, _ place: inout StreamLog.ReadingPlace,
        _ version: UInt64
    ) throws(StreamFailure) -> StreamLog.Reading {
        try open()
        guard self.generation > 0 else {
            if case .complete? = ending {
                throw StreamFailure(.lost, "nothing is stored of the stream")
            }
            return try atEnd(version)
        }
        guard self.generation == generation else {
            return .restarted(generation: self.generation)
        }
        guard offset >= first, offset <= count else {
            throw StreamFailure(
                .lost,
                "record \(offset) of the stream is asked for, and those from \(first) to \(count)"
                    + " are kept")
        }
        guard offset < count else { return try atEnd(version) }
        return .records(try records(from: offset, &place))
    }

    /// What there is behind the last record.
    private func atEnd(_ version: UInt64) throws(StreamFailure) -> StreamLog.Reading {
        switch ending {
        case nil: return .nothing(version: version)
        case .incomplete?: return .ended(isComplete: false)
        case .complete(let attempt)?:
            let isWhole = attempt.map { seal?.holds(for: count, by: $0) == true } ?? true
            guard isWhole else {
                throw StreamFailure(
                    .lost, "of the stream, which is over, only \(count) records are kept here")
            }
            return .ended(isComplete: true)
        }
    }

    /// The records of one segment from an offset on.
    private func records(
        from offset: Int64, _ place: inout StreamLog.ReadingPlace
    ) throws(StreamFailure) -> [StreamRecord] {
        guard let index = segments.lastIndex(where: { $0.start <= offset }) else { return [] }
        let segment = segments[index]
        let bytes: [UInt8]
        if index == segments.count - 1 {
            bytes = tail
        } else {
            do throws(FileError) { bytes = try files.read(path(segment.start)) } catch {
                throw StreamFailure(.storage, "the stream cannot be read: \(error)")
            }
        }
        let isKnown = place.segment == segment.start && place.offset == offset
        var position = isKnown ? min(place.position, bytes.count) : 0
        var current = isKnown ? offset : segment.start
        var records: [StreamRecord] = []
        while position < bytes.count,
            let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n"))
        {
            if current >= offset {
                guard let record = StoredSegment.record(bytes[position..<end], offset: current)
                else {
                    throw StreamFailure(.storage, "record \(current) of the stream is damaged")
                }
                records.append(record)
            }
            position = end + 1
            current += 1
        }
        place.segment = segment.start
        place.offset = current
        place.position = position
        return records
    }
}

import POSIX
import Streams
import Synchronization
import TestSupport
import Testing
import Values

/// A stored stream over disks that are full, that cannot be read, and that are not the ones they were.
@Suite struct StoreFaultTests {
    private let temporary: TemporaryDirectory

    init() throws { temporary = try TemporaryDirectory() }

    private static let address = StreamStore.Address(runUID: "uid-1", path: "task")

    /// Files of which operations fail while it is said so.
    private final class Disk: Sendable {
        enum Trouble { case none, isFull, isBlind, isStuck }

        let trouble = Mutex(Trouble.none)

        var files: AttemptFiles {
            let real = AttemptFiles.system
            return AttemptFiles(
                list: { [self] path throws(FileError) in
                    try look(path)
                    return try real.list(path)
                },
                read: { [self] path throws(FileError) in
                    try look(path)
                    return try real.read(path)
                },
                readPart: { [self] path, offset, maximumBytes throws(FileError) in
                    try look(path)
                    return try real.readPart(path, offset, maximumBytes)
                },
                replace: real.replace,
                append: { [self] bytes, path throws(FileError) in
                    guard trouble.withLock({ $0 == .isFull }) else {
                        return try real.append(bytes, path)
                    }
                    try real.append(Array(bytes.prefix(bytes.count / 2)), path)
                    throw FileError(operation: "append to", path: path, code: .noSpace)
                },
                createDirectory: real.createDirectory,
                remove: { [self] path throws(FileError) in
                    guard trouble.withLock({ $0 == .isStuck }) else { return try real.remove(path) }
                    throw FileError(operation: "remove", path: path, code: .notPermitted)
                })
        }

        private func look(_ path: String) throws(FileError) {
            if trouble.withLock({ $0 == .isBlind }) {
                throw FileError(operation: "read", path: path, code: .tooManyOpenFiles)
            }
        }
    }

    private func log(_ disk: Disk, folder: String = "streams") -> StreamLog {
        StreamStore(directory: temporary.file(folder), files: disk.files).log(Self.address)
    }

    /// A log that is full with some twenty records.
    private func small(_ disk: Disk) -> StreamLog {
        var limits = StreamLimits()
        limits.segmentBytes = 100
        limits.storedBytes = 400
        return StreamStore(
            directory: temporary.file("streams"), limits: limits, files: disk.files
        ).log(Self.address)
    }

    private func lines(_ range: Range<Int>) -> [[UInt8]] { range.map { Array("line \($0)".utf8) } }

    private func read(
        _ log: StreamLog, generation: Int64 = 1, from offset: Int64 = 0
    ) throws -> [String] {
        var place = StreamLog.ReadingPlace()
        guard
            case .records(let records) = try log.read(
                generation: generation, from: offset, as: &place)
        else { return [] }
        return records.map { record in
            guard case .line(let bytes) = record.content else { return "" }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    @Test func `what a full disk took by halves is not there for the next attempt`() async throws {
        let disk = Disk()
        let log = log(disk)
        try log.begin(generation: 1)
        #expect(try await log.append(lines(0..<3), arrival: 1000))
        disk.trouble.withLock { $0 = .isFull }
        await #expect(throws: StreamFailure.self) {
            try await log.append(lines(3..<4), arrival: 1000)
        }
        disk.trouble.withLock { $0 = .none }
        try log.begin(generation: 1)
        #expect(try await log.append(lines(3..<5), arrival: 1000))
        let whole = (0..<5).map { "line \($0)" }
        #expect(try read(log) == whole)
        #expect(try read(self.log(disk)) == whole)
    }

    @Test func `files that cannot be looked at are not taken for none`() async throws {
        let disk = Disk()
        let first = log(disk)
        try first.begin(generation: 1)
        #expect(try await first.append(lines(0..<3), arrival: 1000))
        let second = log(disk)
        disk.trouble.withLock { $0 = .isBlind }
        let failure = #expect(throws: StreamFailure.self) { try second.begin(generation: 1) }
        #expect(failure?.isTransient == true)
        disk.trouble.withLock { $0 = .none }
        try second.begin(generation: 1)
        #expect(try await second.append(lines(3..<4), arrival: 1000))
        #expect(try read(second) == (0..<4).map { "line \($0)" })
    }

    @Test func `a log that ends before what its writer has begins anew there`() async throws {
        let disk = Disk()
        let log = log(disk)
        try log.begin(generation: 1, readers: ["reader"])
        #expect(try await log.append(lines(0..<3), arrival: 1000))
        try log.begin(generation: 1, start: 5, readers: ["reader"])
        #expect(log.first == 5)
        #expect(try await log.append(lines(5..<7), arrival: 1000))
        #expect(try read(log, from: 5) == ["line 5", "line 6"])
        #expect(try read(self.log(disk), from: 6) == ["line 6"])
        let failure = #expect(throws: StreamFailure.self) { try read(log, from: 3) }
        #expect(failure?.code == .lost)
    }

    @Test func `the end of a complete stream is reached where it was sealed, and nowhere else`()
        async throws
    {
        let disk = Disk()
        var place = StreamLog.ReadingPlace()
        let whole = log(disk)
        try whole.begin(generation: 1)
        #expect(try await whole.append(lines(0..<3), arrival: 1000))
        try whole.seal(by: 1)
        // Another process, and another machine with an older part of it.
        let again = log(disk)
        again.end(isComplete: true, sealedBy: 1)
        guard case .ended(true) = try again.read(generation: 1, from: 3, as: &place) else {
            Issue.record("not ended")
            return
        }
        again.end(isComplete: true, sealedBy: 2)
        #expect(throws: StreamFailure.self) {
            try again.read(generation: 1, from: 3, as: &place)
        }
        let part = log(disk, folder: "elsewhere")
        try part.begin(generation: 1)
        #expect(try await part.append(lines(0..<2), arrival: 1000))
        part.end(isComplete: true, sealedBy: 1)
        #expect(try read(part) == ["line 0", "line 1"])
        let failure = #expect(throws: StreamFailure.self) {
            try part.read(generation: 1, from: 2, as: &place)
        }
        #expect(failure?.code == .lost)
    }

    /// Its seals did not say which attempt had written all.
    @Test func `law 38, UpgradeSafe: a stream that the release before finished is whole`()
        async throws
    {
        let disk = Disk()
        let folder = temporary.file("streams/uid-1")
        var place = StreamLog.ReadingPlace()
        let first = log(disk)
        try first.begin(generation: 1)
        #expect(try await first.append(lines(0..<3), arrival: 1000))
        try FileSystem.append([], to: "\(folder)/task.1.2.end")
        let part = log(disk)
        part.end(isComplete: true, sealedBy: 4)
        #expect(throws: StreamFailure.self) {
            try part.read(generation: 1, from: 3, as: &place)
        }
        try FileSystem.append([], to: "\(folder)/task.1.3.end")
        let whole = log(disk)
        whole.end(isComplete: true, sealedBy: 4)
        guard case .ended(true) = try whole.read(generation: 1, from: 3, as: &place) else {
            Issue.record("not ended")
            return
        }
        // Another attempt seals it as all do now.
        try whole.begin(generation: 1)
        #expect(try await whole.append(lines(3..<4), arrival: 1000))
        try whole.seal(by: 5)
        let next = log(disk)
        next.end(isComplete: true, sealedBy: 5)
        guard case .ended(true) = try next.read(generation: 1, from: 4, as: &place) else {
            Issue.record("not ended")
            return
        }
        try next.begin(generation: 2)
        _ = log(disk).count
        #expect(try FileSystem.list(folder) == ["task.2.0.stream"])
    }

    @Test func `what cannot be removed is not part of what comes later`() async throws {
        let disk = Disk()
        let log = small(disk)
        try log.begin(generation: 1)
        #expect(try await log.append(lines(0..<20), arrival: 1000))
        disk.trouble.withLock { $0 = .isStuck }
        try log.begin(generation: 2)
        #expect(try await log.append(lines(0..<1), arrival: 1000))
        #expect(try read(log, generation: 2) == ["line 0"])
        disk.trouble.withLock { $0 = .none }
        let next = small(disk)
        #expect(try read(next, generation: 2) == ["line 0"])
        #expect(try FileSystem.list(temporary.file("streams/uid-1")) == ["task.2.0.stream"])
    }

    @Test func `what was read of another generation lets nothing go`() async throws {
        let disk = Disk()
        let log = small(disk)
        try log.begin(generation: 2, readers: ["reader"])
        log.acknowledge("reader", upTo: 30, of: 1)
        #expect(try await log.append(lines(0..<20), arrival: 1000))
        let before = log.first
        log.acknowledge("reader", upTo: 40, of: 1)
        #expect(log.first == before)
        #expect(try read(log, generation: 2).first == "line 0")
        log.acknowledge("reader", upTo: 20, of: 2)
        #expect(try await log.append(lines(20..<40), arrival: 1000))
        #expect(log.first > 0)
    }

    /// The reader would wait for what comes next, and the writer for the reader.
    @Test func `a log that is made anew knows how far its reader was`() async throws {
        let disk = Disk()
        let log = small(disk)
        log.acknowledge("reader", upTo: 60, of: 1)
        try log.begin(generation: 1, start: 0, readers: ["reader"])
        #expect(try await log.append(lines(0..<60), arrival: 1000))
        #expect(log.count == 60)
    }

    @Test func `a seal holds for what there was, and goes with a new generation`() async throws {
        let disk = Disk()
        var place = StreamLog.ReadingPlace()
        let log = log(disk)
        try log.begin(generation: 1)
        #expect(try await log.append(lines(0..<1), arrival: 1000))
        try log.seal(by: 1)
        try log.begin(generation: 1)
        #expect(try await log.append(lines(1..<2), arrival: 1000))
        log.end(isComplete: true, sealedBy: 1)
        #expect(throws: StreamFailure.self) {
            try log.read(generation: 1, from: 2, as: &place)
        }
        try log.begin(generation: 2)
        log.end(isComplete: true, sealedBy: 1)
        #expect(throws: StreamFailure.self) {
            try log.read(generation: 2, from: 0, as: &place)
        }
    }

    @Test func `a reader that speaks before the writer lets nothing of another's go`() async throws
    {
        let disk = Disk()
        let first = small(disk)
        try first.begin(generation: 1, readers: ["one", "other"])
        let full = [[UInt8]](repeating: [UInt8](repeating: UInt8(ascii: "x"), count: 48), count: 8)
        #expect(try await first.append(full, arrival: 1000))
        let next = small(disk)
        #expect(next.count == 8)
        next.acknowledge("one", upTo: 8, of: 1)
        #expect(next.first == 0)
        try next.begin(generation: 1, readers: ["one", "other"])
        #expect(next.first == 0)
        next.acknowledge("other", upTo: 8, of: 1)
        #expect(next.first > 0)
    }

    @Test func `a record as long as the log may be lets the next one in once it is read`()
        async throws
    {
        let log = small(Disk())
        try log.begin(generation: 1, readers: ["reader"])
        let long = [UInt8](repeating: UInt8(ascii: "x"), count: 500)
        #expect(try await log.append([long], arrival: 1000))
        log.acknowledge("reader", upTo: 1, of: 1)
        #expect(try await log.append([long], arrival: 1000))
        #expect(log.first == 1)
        #expect(log.count == 2)
    }
}

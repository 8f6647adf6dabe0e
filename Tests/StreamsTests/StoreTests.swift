import POSIX
import TestSupport
import Testing
import Values

@testable import Streams

@Suite struct StoreTests {
    private let temporary: TemporaryDirectory
    private let address = StreamStore.Address(runUID: "uid-1", path: "group.source")

    @Test func `what has ended is in memory no more, and is found again on the disk`() async throws
    {
        let store = StreamStore(directory: temporary.path)
        for run in 0..<20 {
            let address = StreamStore.Address(runUID: "run-\(run)", path: "source")
            #expect(store.stored(address) == nil)
            let log = store.log(address)
            try log.begin(generation: 1)
            _ = try await log.append([Array("\(run)".utf8)], arrival: 0)
            log.end(isComplete: true)
        }
        #expect(store.openCount == 20)
        for run in 0..<20 { store.close(runUID: "run-\(run)") }
        #expect(store.openCount == 0)
        let found = try #require(
            store.stored(StreamStore.Address(runUID: "run-7", path: "source")))
        #expect(found.count == 1)
        #expect(store.openCount == 0)
    }

    @Test func `to ask for what there is not leaves nothing behind`() {
        let store = StreamStore(directory: temporary.path)
        for number in 0..<20 {
            #expect(store.stored(StreamStore.Address(runUID: "\(number)", path: "any")) == nil)
        }
        #expect(store.openCount == 0)
    }

    init() throws { temporary = try TemporaryDirectory() }

    private var directory: String { temporary.file("streams") }

    private func log(_ change: (inout StreamLimits) -> Void = { _ in }) -> StreamLog {
        var limits = StreamLimits()
        limits.segmentBytes = 200
        limits.storedBytes = 800
        change(&limits)
        return StreamStore(directory: directory, limits: limits).log(address)
    }

    private func lines(_ range: Range<Int>) -> [[UInt8]] { range.map { Array("line \($0)".utf8) } }

    /// All records from an offset on that are there now.
    private func readAll(_ log: StreamLog, _ generation: Int64, from start: Int64) throws
        -> [String]
    {
        var texts: [String] = []
        var offset = start
        var place = StreamLog.ReadingPlace()
        while case .records(let records) = try log.read(
            generation: generation, from: offset, as: &place)
        {
            for record in records {
                #expect(record.offset == offset)
                offset += 1
                if case .line(let bytes) = record.content {
                    texts.append(String(decoding: bytes, as: UTF8.self))
                }
            }
        }
        return texts
    }

    @Test func `a reader gets exactly what follows its offset, in another process too`()
        async throws
    {
        let first = log()
        try first.begin(generation: 1, readers: ["reader"])
        #expect(try await first.append(lines(0..<40), arrival: 1000))
        for offset in Int64(0)...40 {
            let expected = (Int(offset)..<40).map { "line \($0)" }
            #expect(try readAll(first, 1, from: offset) == expected)
        }
        let second = log()
        #expect(second.generation == 1)
        #expect(second.count == 40)
        #expect(try readAll(second, 1, from: 17) == (17..<40).map { "line \($0)" })
        try second.begin(generation: 1, readers: ["reader"])
        #expect(try await second.append(lines(40..<41), arrival: 1000))
        #expect(try readAll(second, 1, from: 39) == ["line 39", "line 40"])
    }

    @Test func `a line that a crash cut off is no record`() async throws {
        let first = log()
        try first.begin(generation: 1, readers: [])
        #expect(try await first.append(lines(0..<3), arrival: 1000))
        let folder = "\(directory)/uid-1"
        let file = try #require(try FileSystem.list(folder).last)
        try FileSystem.append(Array("1000 half a li".utf8), to: "\(folder)/\(file)")
        let second = log()
        #expect(second.count == 3)
        try second.begin(generation: 1)
        #expect(try await second.append(lines(3..<4), arrival: 1000))
        #expect(try readAll(second, 1, from: 0) == (0..<4).map { "line \($0)" })
    }

    @Test func `a writer waits for its slowest reader, and the bytes keep their bound`()
        async throws
    {
        let log = log()
        try log.begin(generation: 1, readers: ["slow", "fast"])
        let records = lines(0..<500)
        let writer = Task { try await log.append(records, arrival: 1000) }
        var slow: Int64 = 0
        var place = StreamLog.ReadingPlace()
        var peak = 0
        while slow < 500 {
            log.acknowledge("fast", upTo: log.count)
            switch try log.read(generation: 1, from: slow, as: &place) {
            case .records(let records):
                slow += Int64(records.count)
                peak = max(peak, log.storedBytes)
                #expect(log.first <= slow)
                log.acknowledge("slow", upTo: slow)
            case .nothing(let version): await log.wait(beyond: version)
            default: Issue.record("neither ended nor restarted")
            }
        }
        #expect(try await writer.value)
        #expect(peak > 600)
        #expect(peak <= 820)
    }

    @Test func `a writer that nobody reads drops the oldest, and tells who comes late`()
        async throws
    {
        let log = log()
        try log.begin(generation: 1, readers: [])
        #expect(try await log.append(lines(0..<500), arrival: 1000))
        #expect(log.storedBytes <= 820)
        #expect(log.first > 400)
        var place = StreamLog.ReadingPlace()
        #expect {
            try log.read(generation: 1, from: 0, as: &place)
        } throws: {
            ($0 as? StreamFailure)?.code == .lost
        }
    }

    @Test func `a writer that waits goes on when its reader ends, or is cancelled`() async throws {
        let log = log()
        try log.begin(generation: 1, readers: ["reader"])
        let records = lines(0..<500)
        let writer = Task { try await log.append(records, arrival: 1000) }
        var version = log.version
        while log.storedBytes < 800 {
            await log.wait(beyond: version)
            version = log.version
        }
        log.release("reader")
        #expect(try await writer.value)
        try log.begin(generation: 1, readers: ["another"])
        let others = lines(500..<900)
        let second = Task { try await log.append(others, arrival: 1000) }
        second.cancel()
        #expect(try await !second.value)
    }

    @Test func `a new generation makes void what was read`() async throws {
        let log = log()
        try log.begin(generation: 1, readers: ["reader"])
        #expect(try await log.append(lines(0..<30), arrival: 1000))
        try log.begin(generation: 2, readers: ["reader"])
        var place = StreamLog.ReadingPlace()
        guard case .restarted(let generation) = try log.read(generation: 1, from: 30, as: &place)
        else {
            Issue.record("not restarted")
            return
        }
        #expect(generation == 2)
        #expect(log.count == 0)
        #expect(try await log.append(lines(0..<1), arrival: 1000))
        #expect(try readAll(self.log(), 2, from: 0) == ["line 0"])
        log.end(isComplete: true)
        guard case .ended(true) = try log.read(generation: 2, from: 1, as: &place) else {
            Issue.record("not ended")
            return
        }
    }

    @Test func `a full buffer keeps its bound`() async throws {
        var limits = StreamLimits()
        limits.bufferBytes = 1000
        let buffer = RecordBuffer(limits: limits)
        let writer = Task {
            for offset in 0..<300 {
                let record = StreamRecord(
                    offset: Int64(offset), arrival: 0,
                    content: .line(Array(repeating: 7, count: 100)))
                guard await buffer.put(.record(record, cursor: "")) else { return false }
            }
            return await buffer.put(.ended)
        }
        var offsets: [Int64] = []
        var isOver = false
        while !isOver {
            for item in await buffer.take(waiting: nil) {
                switch item {
                case .record(let record, _): offsets.append(record.offset)
                default: isOver = true
                }
            }
        }
        #expect(await writer.value)
        #expect(offsets == Array(0..<300))
        #expect(buffer.peakBytes <= 1000)
        #expect(buffer.peakBytes > 500)
    }

    @Test func `the streams of a run that is gone are removed`() async throws {
        let store = StreamStore(directory: directory)
        let log = store.log(address)
        try log.begin(generation: 1)
        #expect(try await log.append(lines(0..<3), arrival: 1000))
        store.remove(runUID: "uid-1")
        #expect(store.log(address).count == 0)
        // Its attempts may not have heard of it yet.
        await #expect(throws: StreamFailure.self) {
            try await log.append(lines(3..<4), arrival: 1000)
        }
        #expect(throws: StreamFailure.self) { try log.seal(by: 1) }
        #expect(throws: StreamFailure.self) { try log.begin(generation: 2) }
        #expect(!FileSystem.exists("\(directory)/uid-1"))
    }
}

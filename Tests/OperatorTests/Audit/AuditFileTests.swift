import Observability
import Operator
import POSIX
import TestSupport
import Testing
import Values

@Suite struct AuditFileTests {
    private static let now = Timestamp(seconds: 1_800_000_000)

    private static func numbers(_ path: String) throws -> [JSON] {
        try FileSystem.readText(path, maximumBytes: 1 << 20).split(separator: "\n")
            .map { try JSON(parsing: String($0)) }
            .map { $0["number"] ?? $0 }
    }

    @Test func `lines are added in order, also by the next process`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("new/audit.jsonl")
        AuditFile(path: path, logger: .silent).append(
            [["number": 1], ["number": 2]], at: AuditFileTests.now)
        AuditFile(path: path, logger: .silent).append([["number": 3]], at: AuditFileTests.now)
        #expect(try AuditFileTests.numbers(path) == [1, 2, 3])
    }

    @Test func `a full file is put aside, and the oldest goes`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("audit.jsonl")
        let limits = AuditFile.Limits(fileBytes: 30, fullFiles: 2)
        let file = AuditFile(path: path, limits: limits, logger: .silent)
        // A line has 13 bytes: two fit.
        for number in 1...7 {
            file.append([["number": .integer(Int64(number))]], at: AuditFileTests.now)
        }
        #expect(try AuditFileTests.numbers(path) == [7])
        #expect(try AuditFileTests.numbers("\(path).1") == [5, 6])
        #expect(try AuditFileTests.numbers("\(path).2") == [3, 4])
        #expect(!FileSystem.exists("\(path).3"))
    }

    @Test func `lines that could not be written are counted, and told of once others can`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("audit.jsonl")
        let file = AuditFile(path: path, logger: .silent)
        // A directory stands where the file is to be.
        try FileSystem.createDirectory(path, permissions: 0o700)
        file.append([["number": 1], ["number": 2]], at: AuditFileTests.now)
        file.append([["number": 3]], at: AuditFileTests.now)
        try FileSystem.remove(path)
        file.append([["number": 4]], at: AuditFileTests.now)
        let lines = try AuditFileTests.numbers(path)
        #expect(lines.first?["type"] == "Lost")
        #expect(lines.first?["lines"] == 3)
        #expect(lines.dropFirst() == [4])
    }

    @Test func `a file that cannot be written is an error where it is opened`() throws {
        let directory = try TemporaryDirectory()
        let file = AuditFile(path: directory.path, logger: .silent)
        #expect(throws: FileError.self) { try file.open() }
    }
}

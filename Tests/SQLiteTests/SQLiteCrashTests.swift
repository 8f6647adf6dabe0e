import POSIX
import SQLite
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct SQLiteCrashTests {
    @Test func `a killed writer loses no committed row and leaves no half one`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("db")
        let result = await #expect(
            processExitsWith: .signal(Signal.kill.rawValue),
            observing: [\.standardOutputContent]
        ) { [path = path as String] in
            let database = try SQLiteDatabase(
                .file(path), configuration: SQLiteConfiguration(synchronous: .normal))
            try database.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b INTEGER)")
            for number in 0..<1_000_000 as Range<Int64> {
                try database.transaction { () throws(SQLiteError) in
                    try database.run("INSERT INTO t (a) VALUES (?)", [.integer(number)])
                    if number == 700 { Signal.kill.send(to: Host.processID) }
                    try database.run("UPDATE t SET b = a WHERE a = ?", [.integer(number)])
                }
                try StandardStreams.write("row=\(number)\n")
            }
        }
        let output = String(
            decoding: try #require(result?.standardOutputContent), as: UTF8.self)
        let told = output.split(separator: "\n").compactMap { line in
            line.hasPrefix("row=") ? Int64(line.dropFirst(4)) : nil
        }
        let last = try #require(told.last)
        #expect(last >= 699)
        let database = try SQLiteDatabase(.file(path))
        let rows = try database.query("SELECT count(*), max(a), count(b) FROM t")
        let count = try #require(rows.first?[0].integerValue)
        // The transaction in which it was killed may be there as a whole, or not at all.
        #expect(count == last + 1 || count == last + 2)
        #expect(rows == [[.integer(count), .integer(count - 1), .integer(count)]])
        #expect(try database.integrityViolations().isEmpty)
    }
}

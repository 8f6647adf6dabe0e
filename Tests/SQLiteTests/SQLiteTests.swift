import POSIX
import SQLite
import TestSupport
import Testing

@Suite struct SQLiteTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func open(
        _ configuration: SQLiteConfiguration = SQLiteConfiguration()
    ) throws -> SQLiteDatabase {
        try SQLiteDatabase(.file(directory.file("db")), configuration: configuration)
    }

    @Test func `every kind of value comes back as it was`() throws {
        let database = try SQLiteDatabase(.memory)
        try database.execute("CREATE TABLE t (v)")
        let values: [SQLiteValue] = [
            nil, 0, 42, .integer(.min), .integer(.max), 2.5, "", "text", "a\0b", "é🦆",
            .blob([]), .blob([0, 255, 0]),
        ]
        for value in values { try database.run("INSERT INTO t VALUES (?)", [value]) }
        #expect(try database.query("SELECT v FROM t ORDER BY rowid") == values.map { [$0] })
    }

    @Test func `a transaction that throws leaves nothing, and one inside undoes only its own`()
        throws
    {
        let database = try open()
        try database.execute("CREATE TABLE t (v INTEGER PRIMARY KEY)")
        try database.transaction { () throws(SQLiteError) in
            try database.run("INSERT INTO t VALUES (1)")
            #expect(throws: SQLiteError.self) {
                try database.transaction { () throws(SQLiteError) in
                    try database.run("INSERT INTO t VALUES (2)")
                    try database.run("INSERT INTO t VALUES (1)")
                }
            }
        }
        #expect(throws: SQLiteError.self) {
            try database.transaction { () throws(SQLiteError) in
                try database.run("INSERT INTO t VALUES (3)")
                try database.execute("nonsense")
            }
        }
        #expect(try database.query("SELECT v FROM t") == [[1]])
    }

    @Test func `constraints are told apart`() throws {
        let database = try SQLiteDatabase(.memory)
        try database.execute(
            """
            CREATE TABLE a (id INTEGER PRIMARY KEY, u TEXT UNIQUE, n TEXT NOT NULL DEFAULT '',
                c INTEGER CHECK (c > 0), f INTEGER REFERENCES a(id));
            INSERT INTO a (id, u) VALUES (1, 'x');
            """)
        let cases: [(String, SQLiteError.Constraint)] = [
            ("INSERT INTO a (id) VALUES (1)", .primaryKey),
            ("INSERT INTO a (u) VALUES ('x')", .unique),
            ("INSERT INTO a (n) VALUES (NULL)", .notNull),
            ("INSERT INTO a (c) VALUES (0)", .check),
            ("INSERT INTO a (f) VALUES (9)", .foreignKey),
        ]
        for (sql, constraint) in cases {
            let error = #expect(throws: SQLiteError.self) { try database.run(sql) }
            #expect(error?.code == .constraint(constraint))
            #expect(error?.sql == sql)
            #expect(error?.isTransient == false)
        }
    }

    @Test func `wrong SQL and a missing table are errors of the SQL`() throws {
        let database = try SQLiteDatabase(.memory)
        for sql in ["SELEKT", "SELECT * FROM nowhere"] {
            let error = #expect(throws: SQLiteError.self) { try database.query(sql) }
            #expect(error?.code == .sql)
        }
    }

    @Test func `another writer makes a statement busy, and a reader goes on`() throws {
        let first = try open()
        try first.execute("CREATE TABLE t (v)")
        let second = try open(SQLiteConfiguration(busyTimeout: .zero))
        try first.transaction(mapping: { $0 as any Error }) { () throws in
            try first.run("INSERT INTO t VALUES (1)")
            let error = #expect(throws: SQLiteError.self) {
                try second.run("INSERT INTO t VALUES (2)")
            }
            #expect(error?.code == .busy)
            #expect(error?.isTransient == true)
            #expect(try second.query("SELECT count(*) FROM t") == [[0]])
        }
        #expect(try second.query("SELECT count(*) FROM t") == [[1]])
    }

    @Test func `a full database is told as full and stays sound`() throws {
        let database = try open(SQLiteConfiguration(maximumBytes: 64 << 10))
        try database.execute("CREATE TABLE t (v)")
        let error = #expect(throws: SQLiteError.self) {
            for _ in 0..<100 {
                try database.run(
                    "INSERT INTO t VALUES (?)", [.blob([UInt8](repeating: 1, count: 4096))])
            }
        }
        #expect(error?.code == .full)
        #expect(try database.integrityViolations().isEmpty)
    }

    @Test func `a reader cannot write`() throws {
        try open().execute("CREATE TABLE t (v)")
        let reader = try open(SQLiteConfiguration(isReadOnly: true))
        let error = #expect(throws: SQLiteError.self) {
            try reader.run("INSERT INTO t VALUES (1)")
        }
        #expect(error?.code == .readOnly)
    }

    @Test func `a file that is no database is corrupt, and a missing directory cannot open`() throws
    {
        let garbage = directory.file("garbage")
        try FileSystem.write(String(repeating: "no database ", count: 100), to: garbage)
        let corrupt = #expect(throws: SQLiteError.self) { try SQLiteDatabase(.file(garbage)) }
        #expect(corrupt?.code == .corrupt)
        let missing = #expect(throws: SQLiteError.self) {
            try SQLiteDatabase(.file(directory.file("none/db")))
        }
        #expect(missing?.code == .cannotOpen)
        #expect(missing?.message.contains("none/db") == true)
    }

    @Test func `more statements than are kept still run, and so does one inside itself`() throws {
        let database = try SQLiteDatabase(.memory)
        try database.execute("CREATE TABLE t (v); INSERT INTO t VALUES (1), (2), (3)")
        for number in 0..<500 {
            #expect(
                try database.query("SELECT \(number) FROM t LIMIT 1")
                    == [[.integer(Int64(number))]])
        }
        var pairs = 0
        try database.forEachRow("SELECT v FROM t") { _ throws(SQLiteError) in
            try database.forEachRow("SELECT v FROM t") { _ throws(SQLiteError) in
                pairs += 1
                return true
            }
            return true
        }
        #expect(pairs == 9)
    }
}

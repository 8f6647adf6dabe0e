internal import CSQLite
internal import Values

/// One connection to a SQLite database.
///
/// It is for one thread at a time, and so is not `Sendable`: keep it in a `Mutex`, an actor or on a
/// thread of your own. Files are kept in write-ahead-log mode: readers on other connections do not
/// stop the writer, and a killed process loses no committed transaction.
///
/// Statements are prepared once for each SQL text and kept, the least recently used leaving.
@safe public final class SQLiteDatabase {
    private let handle: OpaquePointer
    private var statements: [String: SQLiteStatement] = [:]
    private var uses: UInt64 = 0
    private var depth = 0

    /// Opens a database.
    ///
    /// - Throws: `cannotOpen`, `readOnly`, `corrupt` where the file is no database, `busy` where
    ///   another connection keeps it from entering write-ahead-log mode.
    public init(
        _ location: SQLiteConfiguration.Location,
        configuration: SQLiteConfiguration = SQLiteConfiguration()
    ) throws(SQLiteError) {
        let path =
            switch location {
            case .memory: ":memory:"
            // A path that starts with a colon would be read as a special name.
            case .file(let path): path.hasPrefix(":") ? "./" + path : path
            }
        // The connection is used by one thread at a time, which the type enforces.
        var flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        flags |=
            configuration.isReadOnly
            ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        var opened: OpaquePointer?
        let code = unsafe sqlite3_open_v2(path, &opened, flags, nil)
        guard let database = unsafe opened else {
            throw SQLiteError(extendedCode: code, message: "out of memory", sql: nil)
        }
        guard code == SQLITE_OK else {
            let error = unsafe SQLiteError(of: database, code, sql: nil)
            unsafe sqlite3_close_v2(database)
            throw SQLiteError(
                extendedCode: error.extendedCode, message: "\(error.message): \(path)", sql: nil)
        }
        unsafe handle = unsafe database
        try configure(configuration, isFile: location != .memory)
    }

    deinit {
        statements.removeAll()
        // The v2 form also waits for statements that a caller still holds.
        unsafe sqlite3_close_v2(handle)
    }

    private func configure(
        _ configuration: SQLiteConfiguration, isFile: Bool
    ) throws(SQLiteError) {
        let milliseconds = configuration.busyTimeout.nanoseconds / 1_000_000
        _ = unsafe sqlite3_busy_timeout(handle, Int32(clamping: milliseconds))
        _ = unsafe csqlite_set_defensive(handle)
        try execute("PRAGMA foreign_keys = ON")
        try execute("PRAGMA trusted_schema = OFF")
        try execute("PRAGMA cache_size = -\(max(1, configuration.cacheBytes / 1024))")
        guard !configuration.isReadOnly else { return }
        if isFile { try execute("PRAGMA journal_mode = WAL") }
        try execute("PRAGMA synchronous = \(configuration.synchronous.rawValue)")
        try execute("PRAGMA wal_autocheckpoint = \(configuration.checkpointPages)")
        if let bytes = configuration.maximumBytes {
            let pageSize = try query("PRAGMA page_size").first?.first?.integerValue ?? 4096
            try execute("PRAGMA max_page_count = \(max(1, Int64(bytes) / pageSize))")
        }
    }

    /// Runs a script of statements that take no values, such as a schema, and drops their rows.
    public func execute(_ script: String) throws(SQLiteError) {
        let code = unsafe sqlite3_exec(handle, script, nil, nil, nil)
        guard code == SQLITE_OK else {
            throw unsafe SQLiteError(of: handle, code, sql: script)
        }
    }

    /// Lends the prepared statement of a SQL text, reset before and after.
    ///
    /// A statement that is lent already, as when a row's handler runs the same SQL, is prepared a
    /// second time for that use.
    public func withStatement<Result>(
        _ sql: String, _ body: (SQLiteStatement) throws(SQLiteError) -> Result
    ) throws(SQLiteError) -> Result {
        let statement = try statement(sql)
        statement.isLent = true
        defer {
            statement.reset()
            statement.isLent = false
        }
        return try body(statement)
    }

    /// Runs a statement with values and gives the number of rows it changed.
    @discardableResult
    public func run(_ sql: String, _ values: [SQLiteValue] = []) throws(SQLiteError) -> Int {
        try withStatement(sql) { statement throws(SQLiteError) in
            try statement.bind(values)
            while try statement.step() {}
            return changes
        }
    }

    /// Calls a handler with each row of a query, one at a time; it stops where the handler says so
    /// by false.
    public func forEachRow(
        _ sql: String, _ values: [SQLiteValue] = [],
        _ body: (SQLiteStatement) throws(SQLiteError) -> Bool
    ) throws(SQLiteError) {
        try withStatement(sql) { statement throws(SQLiteError) in
            try statement.bind(values)
            while try statement.step() {
                guard try body(statement) else { return }
            }
        }
    }

    /// The rows of a query, all in memory.
    public func query(
        _ sql: String, _ values: [SQLiteValue] = []
    ) throws(SQLiteError) -> [[SQLiteValue]] {
        var rows: [[SQLiteValue]] = []
        try forEachRow(sql, values) { statement throws(SQLiteError) in
            rows.append(statement.row)
            return true
        }
        return rows
    }

    /// The rows that the last `INSERT`, `UPDATE` or `DELETE` changed.
    public var changes: Int { Int(unsafe sqlite3_changes64(handle)) }

    /// The row identifier of the last row inserted.
    public var lastInsertedRowID: Int64 { unsafe sqlite3_last_insert_rowid(handle) }

    private func statement(_ sql: String) throws(SQLiteError) -> SQLiteStatement {
        uses += 1
        if let cached = statements[sql] {
            guard cached.isLent else {
                cached.lastUse = uses
                return cached
            }
            return try unsafe SQLiteStatement(preparing: sql, on: handle)
        }
        let statement = try unsafe SQLiteStatement(preparing: sql, on: handle)
        statement.lastUse = uses
        if statements.count >= Limits.cachedStatements {
            // Uses are numbered, so the oldest is one, whatever the order of the dictionary.
            let idle = statements.values.filter { !$0.isLent }
            if let oldest = idle.min(by: { $0.lastUse < $1.lastUse }) {
                statements[oldest.sql] = nil
            }
        }
        statements[sql] = statement
        return statement
    }
}

extension SQLiteDatabase {
    /// Runs a closure in a transaction: committed when it returns, rolled back when it throws.
    ///
    /// The write lock is taken at once (`BEGIN IMMEDIATE`), since a reader that turns writer midway
    /// cannot wait for another. Inside another transaction it is a savepoint of that one.
    public func transaction<Result>(
        _ body: () throws(SQLiteError) -> Result
    ) throws(SQLiteError) -> Result {
        try transaction(mapping: { $0 }, body)
    }

    /// Runs a closure that throws errors of its own in a transaction, as ``transaction(_:)`` does.
    public func transaction<Result, Failure: Error>(
        mapping: (SQLiteError) -> Failure, _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let savepoint = depth == 0 ? nil : "savepoint_\(depth)"
        do { try execute(savepoint.map { "SAVEPOINT \($0)" } ?? "BEGIN IMMEDIATE") } catch {
            throw mapping(error)
        }
        depth += 1
        defer { depth -= 1 }
        let result: Result
        do { result = try body() } catch {
            rollBack(to: savepoint)
            throw error
        }
        do { try execute(savepoint.map { "RELEASE \($0)" } ?? "COMMIT") } catch {
            rollBack(to: savepoint)
            throw mapping(error)
        }
        return result
    }

    private func rollBack(to savepoint: String?) {
        // A full disk or a lost file may have rolled back already; then there is nothing to undo.
        guard unsafe sqlite3_get_autocommit(handle) == 0 else { return }
        if let savepoint {
            try? execute("ROLLBACK TO \(savepoint); RELEASE \(savepoint)")
        } else {
            try? execute("ROLLBACK")
        }
    }

    /// Moves the write-ahead log into the database and empties it, as far as readers allow.
    public func checkpoint() throws(SQLiteError) {
        let code = unsafe sqlite3_wal_checkpoint_v2(
            handle, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
        guard code == SQLITE_OK || code & 0xFF == SQLITE_BUSY else {
            throw unsafe SQLiteError(of: handle, code, sql: "wal_checkpoint(TRUNCATE)")
        }
    }

    /// What SQLite finds wrong with the file; empty when it is sound.
    ///
    /// The cost is that of reading the whole file.
    public func integrityViolations() throws(SQLiteError) -> [String] {
        try query("PRAGMA integrity_check").compactMap { $0.first?.textValue }.filter { $0 != "ok" }
    }
}

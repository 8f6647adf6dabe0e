internal import CSQLite

/// A prepared statement, run as often as wanted with other values.
///
/// It is lent by ``SQLiteDatabase/withStatement(_:_:)``, inside whose closure alone it may be used.
/// Parameters count from 1, columns from 0, as in SQLite itself.
@safe public final class SQLiteStatement {
    /// The SQL it was prepared from.
    public let sql: String
    private let handle: OpaquePointer
    private let database: OpaquePointer
    var isLent = false
    var lastUse: UInt64 = 0

    init(preparing sql: String, on database: OpaquePointer) throws(SQLiteError) {
        var prepared: OpaquePointer?
        let code = unsafe sqlite3_prepare_v3(
            database, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard code == SQLITE_OK, let statement = unsafe prepared else {
            if code == SQLITE_OK {
                throw SQLiteError(extendedCode: SQLITE_ERROR, message: "no statement", sql: sql)
            }
            throw unsafe SQLiteError(of: database, code, sql: sql)
        }
        unsafe handle = unsafe statement
        unsafe self.database = unsafe database
        self.sql = sql
    }

    deinit { unsafe sqlite3_finalize(handle) }

    /// Gives the parameters, from the first, their values.
    public func bind(_ values: [SQLiteValue]) throws(SQLiteError) {
        for (index, value) in values.enumerated() { try bind(value, at: index + 1) }
    }

    /// Gives a parameter its value.
    public func bind(_ value: SQLiteValue, at index: Int) throws(SQLiteError) {
        switch value {
        case .null: try check(unsafe sqlite3_bind_null(handle, Int32(index)))
        case .integer(let integer): try bind(integer, at: index)
        case .real(let number): try check(unsafe sqlite3_bind_double(handle, Int32(index), number))
        case .text(let text): try bind(text, at: index)
        case .blob(let bytes): try bind(bytes, at: index)
        }
    }

    /// Gives a parameter an integer.
    public func bind(_ value: Int64, at index: Int) throws(SQLiteError) {
        try check(unsafe sqlite3_bind_int64(handle, Int32(index), value))
    }

    /// Gives a parameter a text.
    public func bind(_ value: String, at index: Int) throws(SQLiteError) {
        var value = value
        let code = value.withUTF8 { bytes -> Int32 in
            guard bytes.count <= Limits.valueBytes else { return SQLITE_TOOBIG }
            return unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                unsafe csqlite_bind_text(
                    handle, Int32(index), characters.baseAddress, Int32(characters.count))
            }
        }
        try check(code)
    }

    /// Gives a parameter bytes.
    public func bind(_ value: [UInt8], at index: Int) throws(SQLiteError) {
        guard value.count <= Limits.valueBytes else { return try check(SQLITE_TOOBIG) }
        if value.isEmpty {
            // A blob without an address would become NULL.
            try check(unsafe sqlite3_bind_zeroblob(handle, Int32(index), 0))
        } else {
            try check(
                unsafe csqlite_bind_blob(handle, Int32(index), value, Int32(value.count)))
        }
    }

    /// Goes on to the next row; false when there is none, and the statement has run.
    public func step() throws(SQLiteError) -> Bool {
        switch unsafe sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw unsafe SQLiteError(of: database, code, sql: sql)
        }
    }

    /// Makes the statement ready to run again, with no values.
    public func reset() {
        // The code repeats the error that step() threw.
        _ = unsafe sqlite3_reset(handle)
        _ = unsafe sqlite3_clear_bindings(handle)
    }

    private func check(_ code: Int32) throws(SQLiteError) {
        guard code != SQLITE_OK else { return }
        throw unsafe SQLiteError(of: database, code, sql: sql)
    }
}

extension SQLiteStatement {
    /// The number of columns of a row.
    public var columnCount: Int { Int(unsafe sqlite3_column_count(handle)) }

    /// Whether the column of this row is `NULL`.
    public func isNull(at column: Int) -> Bool {
        unsafe sqlite3_column_type(handle, Int32(column)) == SQLITE_NULL
    }

    /// The column as an integer, converted as SQLite does; 0 for `NULL`.
    public func integer(at column: Int) -> Int64 {
        unsafe sqlite3_column_int64(handle, Int32(column))
    }

    /// The column as a double, converted as SQLite does; 0 for `NULL`.
    public func real(at column: Int) -> Double {
        unsafe sqlite3_column_double(handle, Int32(column))
    }

    /// The column as a text, with what is no UTF-8 repaired; empty for `NULL`.
    public func text(at column: Int) -> String {
        guard let characters = unsafe sqlite3_column_text(handle, Int32(column)) else { return "" }
        let count = Int(unsafe sqlite3_column_bytes(handle, Int32(column)))
        return unsafe String(
            decoding: UnsafeBufferPointer(start: characters, count: count), as: UTF8.self)
    }

    /// The column's bytes; empty for `NULL`.
    public func blob(at column: Int) -> [UInt8] {
        guard let bytes = unsafe sqlite3_column_blob(handle, Int32(column)) else { return [] }
        let count = Int(unsafe sqlite3_column_bytes(handle, Int32(column)))
        return unsafe Array(UnsafeRawBufferPointer(start: bytes, count: count))
    }

    /// The column as it is stored.
    public func value(at column: Int) -> SQLiteValue {
        switch unsafe sqlite3_column_type(handle, Int32(column)) {
        case SQLITE_INTEGER: .integer(integer(at: column))
        case SQLITE_FLOAT: .real(real(at: column))
        case SQLITE_TEXT: .text(text(at: column))
        case SQLITE_BLOB: .blob(blob(at: column))
        default: .null
        }
    }

    /// The columns of this row as they are stored.
    public var row: [SQLiteValue] { (0..<columnCount).map(value(at:)) }
}

extension SQLiteError {
    /// Copies what a connection says about the call that just failed.
    init(of database: OpaquePointer, _ code: Int32, sql: String?) {
        // A failure before SQLite saw the call (a value too large for us) leaves no message there.
        let known = unsafe sqlite3_errcode(database) == code & 0xFF
        let extended = unsafe known ? sqlite3_extended_errcode(database) : code
        let message =
            unsafe known
            ? String(cString: sqlite3_errmsg(database)) : String(cString: sqlite3_errstr(code))
        self.init(extendedCode: extended, message: message, sql: sql)
    }
}

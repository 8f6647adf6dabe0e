/// Why SQLite refused, and at which statement.
///
/// Bound values are never part of it: they may be secrets.
public struct SQLiteError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What callers tell apart.
    public enum Code: Sendable, Hashable {
        /// Another connection holds the lock, and did so for the whole busy timeout.
        case busy
        /// A statement of the same connection is in the way.
        case locked
        /// The disk, or the bound on the size of the database, is full.
        case full
        /// The file or its directory may not be written.
        case readOnly
        /// The file is damaged, or is no database.
        case corrupt
        /// The file cannot be opened.
        case cannotOpen
        /// Reading or writing the file failed.
        case io
        /// A row would break a constraint.
        case constraint(Constraint)
        /// A value or a row is larger than SQLite takes.
        case tooLarge
        /// The statement was interrupted.
        case interrupted
        /// The SQL is wrong, or names what is not there.
        case sql
        /// Any other result code.
        case other
    }

    /// The constraint a row would break.
    public enum Constraint: Sendable, Hashable {
        case unique, primaryKey, foreignKey, notNull, check, other
    }

    /// What callers tell apart.
    public let code: Code
    /// SQLite's extended result code.
    public let extendedCode: Int32
    /// SQLite's own words.
    public let message: String
    /// The statement, without its values; nil when the database itself was opened or closed.
    public let sql: String?

    init(extendedCode: Int32, message: String, sql: String?) {
        code = Code(extendedCode: extendedCode)
        self.extendedCode = extendedCode
        self.message = message
        self.sql = sql
    }

    /// Whether the same statement may succeed later with nothing changed by hand.
    public var isTransient: Bool { code == .busy || code == .locked || code == .interrupted }

    /// The message, the code and the statement.
    public var description: String {
        let place = sql.map { " in: \($0)" } ?? ""
        return "SQLite: \(message) (code \(extendedCode))\(place)"
    }
}

extension SQLiteError.Code {
    /// Reads an extended result code, whose low byte is the primary one.
    ///
    /// Source: https://sqlite.org/rescode.html
    init(extendedCode: Int32) {
        self =
            switch extendedCode & 0xFF {
            case 1: .sql
            case 5: .busy
            case 6: .locked
            case 8: .readOnly
            case 9: .interrupted
            case 10: .io
            case 11, 26: .corrupt
            case 13: .full
            case 14: .cannotOpen
            case 18: .tooLarge
            case 19: .constraint(SQLiteError.Constraint(extendedCode: extendedCode))
            default: .other
            }
    }
}

extension SQLiteError.Constraint {
    init(extendedCode: Int32) {
        self =
            switch extendedCode >> 8 {
            case 1: .check
            case 3: .foreignKey
            case 5: .notNull
            case 6, 10: .primaryKey
            case 8: .unique
            default: .other
            }
    }
}

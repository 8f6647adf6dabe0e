/// A value as SQLite stores it.
public enum SQLiteValue: Sendable, Hashable {
    /// SQL's `NULL`.
    case null
    /// A signed 64-bit integer.
    case integer(Int64)
    /// A double-precision number; one that is not a number is stored as `NULL`.
    case real(Double)
    /// A text in UTF-8, which may hold zero bytes.
    case text(String)
    /// Bytes.
    case blob([UInt8])
}

extension SQLiteValue {
    /// The integer, or nil when the value is of another kind.
    public var integerValue: Int64? {
        guard case .integer(let value) = self else { return nil }
        return value
    }

    /// The text, or nil when the value is of another kind.
    public var textValue: String? {
        guard case .text(let value) = self else { return nil }
        return value
    }

    /// The bytes, or nil when the value is of another kind.
    public var blobValue: [UInt8]? {
        guard case .blob(let value) = self else { return nil }
        return value
    }

    /// Whether the value is `NULL`.
    public var isNull: Bool { self == .null }
}

extension SQLiteValue: ExpressibleByNilLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral
{
    /// Makes `NULL`.
    public init(nilLiteral: ()) { self = .null }

    /// Makes an integer.
    public init(integerLiteral value: Int64) { self = .integer(value) }

    /// Makes a double-precision number.
    public init(floatLiteral value: Double) { self = .real(value) }

    /// Makes a text.
    public init(stringLiteral value: String) { self = .text(value) }
}

/// A version of an object or list.
///
/// The versions of one resource are decimal integers that only grow, so two can be compared. A
/// version that is no such number compares with nothing, and every rule built on comparing lets it
/// pass: failing open loses a check, failing closed would lose updates.
///
/// Source: KEP-5504.
public struct ResourceVersion: Sendable, Hashable, CustomStringConvertible {
    /// The version as the server wrote it.
    public let description: String
    /// The version as a number, where it is one.
    public let number: UInt64?

    /// Makes a version from the server's text.
    public init(_ text: String) {
        description = text
        number = text.utf8.first == UInt8(ascii: "+") ? nil : UInt64(text)
    }

    /// Whether this version is known to be older than the other.
    public func isOlder(than other: ResourceVersion) -> Bool {
        guard let number, let limit = other.number else { return false }
        return number < limit
    }

    /// Whether this version is known to be the other or older.
    public func isNotNewer(than other: ResourceVersion) -> Bool {
        guard let number, let limit = other.number else { return description == other.description }
        return number <= limit
    }
}

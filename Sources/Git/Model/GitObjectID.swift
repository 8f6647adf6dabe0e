internal import CGit2

/// The name of an object: its SHA-1 in 40 hexadecimal digits.
public struct GitObjectID: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The 40 digits, in lower case.
    public let hexadecimal: String

    /// Reads 40 hexadecimal digits; nil where it is not that.
    public init?(_ text: String) {
        guard text.utf8.count == 40, text.utf8.allSatisfy({ GitObjectID.isDigit($0) }) else {
            return nil
        }
        hexadecimal = text.lowercased()
    }

    /// The digits.
    public var description: String { hexadecimal }

    /// The order of the digits.
    public static func < (first: GitObjectID, second: GitObjectID) -> Bool {
        first.hexadecimal < second.hexadecimal
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
            || UInt8(ascii: "a")...UInt8(ascii: "f") ~= byte | 0x20
    }

    /// Takes over an identifier of libgit2.
    init(_ raw: git_oid) {
        var raw = raw
        var buffer = [CChar](repeating: 0, count: 40)
        unsafe buffer.withUnsafeMutableBufferPointer { digits in
            _ = unsafe git_oid_fmt(digits.baseAddress, &raw)
        }
        hexadecimal = String(decoding: buffer.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The identifier as libgit2 has it.
    var raw: git_oid {
        var raw = git_oid()
        // It cannot fail: the digits have been checked.
        _ = unsafe git_oid_fromstr(&raw, hexadecimal)
        return raw
    }
}

/// Base64 in the standard alphabet with padding (RFC 4648, section 4).
public enum Base64 {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")

    /// Writes bytes as base64.
    public static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var position = 0
        while position < bytes.count {
            let rest = bytes.count - position
            let first = UInt32(bytes[position])
            let second = rest > 1 ? UInt32(bytes[position + 1]) : 0
            let third = rest > 2 ? UInt32(bytes[position + 2]) : 0
            let group = first << 16 | second << 8 | third
            text.append(alphabet[Int(group >> 18)])
            text.append(alphabet[Int(group >> 12 & 63)])
            text.append(rest > 1 ? alphabet[Int(group >> 6 & 63)] : padding)
            text.append(rest > 2 ? alphabet[Int(group & 63)] : padding)
            position += 3
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads base64, with or without padding and ignoring line breaks; nil where it is not that.
    public static func decode(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var group: UInt32 = 0
        var digits = 0
        var ended = false
        for byte in text.utf8 {
            switch byte {
            case 0x0A, 0x0D: continue
            case padding: ended = true
            default:
                guard !ended, let digit = value(of: byte) else { return nil }
                group = group << 6 | digit
                digits += 1
                if digits == 4 {
                    bytes.append(UInt8(group >> 16 & 255))
                    bytes.append(UInt8(group >> 8 & 255))
                    bytes.append(UInt8(group & 255))
                    group = 0
                    digits = 0
                }
            }
        }
        switch digits {
        case 0: return bytes
        case 2: return bytes + [UInt8(group >> 4 & 255)]
        case 3: return bytes + [UInt8(group >> 10 & 255), UInt8(group >> 2 & 255)]
        default: return nil
        }
    }

    private static func value(of byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}

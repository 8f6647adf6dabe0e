/// The rules of Kubernetes for names, and names made by rule.
public enum ResourceName {
    /// The most characters of an object's name: a DNS subdomain.
    public static let maximumLength = 253
    /// The most characters of a DNS label, and of a label's value.
    public static let maximumLabel = 63

    /// Why a text cannot be the name of an object, or nil where it can.
    ///
    /// Source: RFC 1123 as Kubernetes reads it: lower-case letters, digits, `-` and `.`, beginning
    /// and ending with a letter or digit, each part between dots as well.
    public static func problem(with name: String) -> String? {
        if name.isEmpty { return "is empty" }
        if name.utf8.count > maximumLength {
            return "has \(name.utf8.count) characters, over the \(maximumLength) allowed"
        }
        for character in name.unicodeScalars where !isAllowed(character) {
            return "has the character \(quoted(character)); only lower-case letters, digits, '-'"
                + " and '.' are allowed"
        }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        let isPlain = parts.allSatisfy { part in
            guard let first = part.first, let last = part.last else { return false }
            return first != "-" && last != "-"
        }
        return isPlain ? nil : "must begin and end with a letter or digit, around each '.' as well"
    }

    /// The name nearest to a text that an object can have, or nil where nothing is left of it.
    public static func corrected(_ name: String) -> String? {
        var text = ""
        for scalar in name.lowercased().unicodeScalars {
            if isAllowed(scalar) {
                text.unicodeScalars.append(scalar)
            } else if scalar == " " || scalar == "_" || scalar == "/" {
                text.append("-")
            }
        }
        var parts = text.split(separator: ".").map { part in
            let head = part.drop { $0 == "-" }
            return String(head.reversed().drop { $0 == "-" }.reversed())
        }
        parts.removeAll { $0.isEmpty }
        let candidate = parts.joined(separator: ".")
        return problem(with: candidate) == nil ? candidate : nil
    }

    /// A text as the value of a label: itself where it can be one, else cut and hashed.
    public static func labelValue(_ text: String) -> String {
        let isShort = text.utf8.count <= maximumLabel
        let isPlain = text.utf8.allSatisfy(isLabelByte)
        let isBounded = [text.utf8.first, text.utf8.last].allSatisfy {
            $0.map(isAlphanumeric) ?? true
        }
        if isShort, isPlain, isBounded { return text }
        return RunName.joined([text], maximum: maximumLabel)
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "0"..."9", "-", ".": true
        default: false
        }
    }

    private static func quoted(_ scalar: Unicode.Scalar) -> String {
        scalar.properties.generalCategory == .control
            ? "U+\(String(scalar.value, radix: 16))"
            : "'\(scalar)'"
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    private static func isLabelByte(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte)
            || [UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ".")].contains(byte)
    }
}

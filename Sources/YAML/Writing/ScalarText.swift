import Values

/// How a scalar is written so that every reader takes it for what it is.
enum ScalarText {
    /// A string on one line: plain where no reader could misread it, else in double quotes.
    static func singleLine(_ text: String) -> String {
        isPlainSafe(text) ? text : quoted(text)
    }

    /// A string of several lines as a literal block with its header, or nil where a block cannot
    /// hold it.
    static func literal(_ text: String, indentation: Int) -> [UInt8]? {
        let bytes = Array(text.utf8)
        guard bytes.contains(lineBreak), let content = bytes.last(where: { $0 != lineBreak }),
            content != space, text.unicodeScalars.allSatisfy({ isPrintable($0) || $0 == "\n" })
        else { return nil }
        var header = "|"
        // Without the indicator, readers take the indentation from the first line that is not empty.
        if let first = bytes.first, first == space || first == lineBreak || first == tab {
            header += "2"
        }
        if bytes.last != lineBreak {
            header += "-"
        } else if bytes.dropLast().last == lineBreak {
            header += "+"
        }
        var output = Array(header.utf8)
        output.append(lineBreak)
        let body = bytes.last == lineBreak ? bytes.dropLast() : bytes[...]
        for line in body.split(separator: lineBreak, omittingEmptySubsequences: false) {
            if !line.isEmpty { output.append(contentsOf: repeatElement(space, count: indentation)) }
            output.append(contentsOf: line)
            output.append(lineBreak)
        }
        return output
    }

    /// A double as readers of YAML 1.1 and 1.2 know it: with a point, and a sign on the exponent.
    static func number(_ number: Double) -> String {
        guard number.isFinite else { return "null" }
        let text = number.description
        guard !text.utf8.contains(UInt8(ascii: ".")), let mark = text.firstIndex(of: "e") else {
            return text
        }
        return text[..<mark] + ".0" + text[mark...]
    }

    private static let lineBreak = UInt8(ascii: "\n")
    private static let space = UInt8(ascii: " ")
    private static let tab = UInt8(ascii: "\t")

    /// Words that YAML 1.1 or 1.2 reads as a boolean or null, in any case of letters.
    private static let reserved: Set<String> = [
        "null", "true", "false", "yes", "no", "on", "off", "y", "n",
    ]

    /// What numbers, times and dates hold beside digits.
    private static let numericOthers = Set("abcdefABCDEFxXoOtTzZ_.:+- ".utf8)

    private static func isPlainSafe(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard startsPlain(bytes), let last = bytes.last, last != space, last != UInt8(ascii: ":"),
            text.unicodeScalars.allSatisfy({ isPrintable($0) && $0 != "\t" })
        else { return false }
        for (byte, next) in zip(bytes, bytes.dropFirst()) {
            if byte == UInt8(ascii: ":"), next == space { return false }
            if byte == space, next == UInt8(ascii: "#") { return false }
        }
        if bytes.count <= 5, reserved.contains(text.lowercased()) { return false }
        return !looksNumeric(bytes)
    }

    /// Whether the first characters begin a plain scalar and no indicator.
    private static func startsPlain(_ bytes: [UInt8]) -> Bool {
        guard let first = bytes.first else { return false }
        switch first {
        case UInt8(ascii: "-"):
            // Arguments such as `-c` and `--flag`, but neither `- ` nor `---`.
            return bytes.dropFirst().first(where: { $0 != UInt8(ascii: "-") }).map(isLetter) == true
                && bytes.prefix(3) != [first, first, first]
        case UInt8(ascii: "."): return bytes.prefix(3) != [first, first, first]
        case UInt8(ascii: "_"), UInt8(ascii: "/"), UInt8(ascii: "$"), UInt8(ascii: "("),
            UInt8(ascii: "+"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return true
        default: return isLetter(first) || first >= 0x80
        }
    }

    /// Whether some reader may take the text for a number, a time or a date.
    ///
    /// It is said of more than those: quotes do no harm.
    private static func looksNumeric(_ bytes: [UInt8]) -> Bool {
        var body = bytes[...]
        if body.first == UInt8(ascii: "+") || body.first == UInt8(ascii: "-") {
            body = body.dropFirst()
        }
        guard let first = body.first else { return true }
        if first == UInt8(ascii: "."), body.count == 4 {
            let name = String(decoding: body, as: UTF8.self).lowercased()
            if name == ".inf" || name == ".nan" { return true }
        }
        guard first == UInt8(ascii: ".") || isDigit(first) else { return false }
        return body.allSatisfy { isDigit($0) || numericOthers.contains($0) }
    }

    private static func quoted(_ text: String) -> String {
        var output = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\":
                output.append("\\")
                output.unicodeScalars.append(scalar)
            case "\n": output += "\\n"
            case "\t": output += "\\t"
            case "\r": output += "\\r"
            case _ where isPrintable(scalar): output.unicodeScalars.append(scalar)
            default: output += escape(scalar)
            }
        }
        return output + "\""
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        let (letter, width) =
            scalar.value <= 0xFF ? ("x", 2) : scalar.value <= 0xFFFF ? ("u", 4) : ("U", 8)
        let digits = String(scalar.value, radix: 16)
        return "\\" + letter + String(repeating: "0", count: width - digits.count) + digits
    }

    /// Whether a character may stand unescaped on a line: YAML's printable ones without line
    /// breaks (those of YAML 1.1 too) and byte order marks.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x20...0x7E, 0xA0...0x2027, 0x202A...0xD7FF, 0xE000...0xFEFE,
            0xFF00...0xFFFD, 0x10000...0x10FFFF:
            true
        default: false
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
    }
}

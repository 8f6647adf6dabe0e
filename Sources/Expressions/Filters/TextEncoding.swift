/// How a text is written inside of another language, so that it stays one text there.
enum TextEncoding {
    /// A text for HTML and XML.
    static func html(_ text: String) -> String {
        var output: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "&"): output += "&amp;".utf8
            case UInt8(ascii: "<"): output += "&lt;".utf8
            case UInt8(ascii: ">"): output += "&gt;".utf8
            case UInt8(ascii: "'"): output += "&#39;".utf8
            case UInt8(ascii: "\""): output += "&#34;".utf8
            default: output.append(byte)
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// A text for a URL: all but the unreserved characters of RFC 3986, and those kept, in percents.
    static func url(
        _ text: String, keeping kept: String = "", spaceAsPlus: Bool = false
    ) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var output: [UInt8] = []
        for byte in text.utf8 {
            if isUnreserved(byte) || kept.utf8.contains(byte) {
                output.append(byte)
            } else if spaceAsPlus, byte == UInt8(ascii: " ") {
                output.append(UInt8(ascii: "+"))
            } else {
                output += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")
            || byte &- UInt8(ascii: "0") < 10
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || "-._~".utf8.contains(byte)
    }

    /// A text as one word of a POSIX shell, always in quotes.
    ///
    /// A word without any can be more than a word: a number before `>`, an assignment or a keyword
    /// where a command stands, or the rest of the name behind a `$`.
    static func shellWord(_ text: String) -> String { "'" + shellSingle(text) + "'" }

    /// A text for the inside of single quotes of a shell.
    ///
    /// By its bytes: to Swift a quote and a combining mark behind it are one character, which is no
    /// quote.
    static func shellSingle(_ text: String) -> String {
        var output: [UInt8] = []
        for byte in text.utf8 {
            if byte == UInt8(ascii: "'") {
                output += "'\"'\"'".utf8
            } else {
                output.append(byte)
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// The most bytes that a byte takes in single quotes.
    static let shellGrowth = 5

    /// Whether a script can hold a text: it ends at the first NUL.
    static func isFitForShell(_ text: String) -> Bool { !text.utf8.contains(0) }

    /// A text for the inside of double quotes of a shell.
    static func shellDouble(_ text: String) -> String {
        var output: [UInt8] = []
        for byte in text.utf8 {
            if "\"\\$`".utf8.contains(byte) { output.append(UInt8(ascii: "\\")) }
            output.append(byte)
        }
        return String(decoding: output, as: UTF8.self)
    }
}

/// Canonical JSON with line breaks: a pass over its bytes, since values can be far larger than their
/// memory but their text has been counted.
enum JSONIndentation {
    /// The text with an indentation; nil where it is longer than it may be.
    static func text(_ json: String, width: Int, limit: Int) -> String? {
        let bytes = Array(json.utf8)
        var output: [UInt8] = []
        var depth = 0
        var isString = false
        var index = 0
        func breakLine() {
            output.append(UInt8(ascii: "\n"))
            output += Array(repeating: UInt8(ascii: " "), count: depth * width)
        }
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            guard output.count <= limit else { return nil }
            guard !isString else {
                output.append(byte)
                if byte == UInt8(ascii: "\\"), index < bytes.count {
                    output.append(bytes[index])
                    index += 1
                } else if byte == UInt8(ascii: "\"") {
                    isString = false
                }
                continue
            }
            let isEmpty = index < bytes.count && bytes[index] | 0x20 == UInt8(ascii: "}")
            switch byte {
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                output.append(byte)
                if isEmpty {
                    output.append(bytes[index])
                    index += 1
                } else {
                    depth += 1
                    breakLine()
                }
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                depth -= 1
                breakLine()
                output.append(byte)
            case UInt8(ascii: ","):
                output.append(byte)
                breakLine()
            case UInt8(ascii: ":"): output += [byte, UInt8(ascii: " ")]
            default:
                isString = byte == UInt8(ascii: "\"")
                output.append(byte)
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}

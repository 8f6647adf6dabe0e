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

    /// A text as one word of a POSIX shell, in single quotes where it needs any.
    static func shellWord(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy {
            isAlphanumeric($0) || "@%_-+=:,./".utf8.contains($0)
        }
        guard text.isEmpty || !isPlain else { return text }
        return "'" + shellSingle(text) + "'"
    }

    /// A text for the inside of single quotes of a shell.
    static func shellSingle(_ text: String) -> String {
        text.utf8.contains(UInt8(ascii: "'"))
            ? text.split(separator: "'", omittingEmptySubsequences: false)
                .joined(separator: "'\"'\"'") : text
    }

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

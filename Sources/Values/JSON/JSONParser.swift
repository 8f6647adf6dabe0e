extension JSON {
    /// Reads one JSON text.
    ///
    /// Strict RFC 8259: duplicate names, invalid UTF-8, lone surrogates and anything after the value
    /// are errors. Time and memory are linear in the bytes; nesting uses no stack.
    ///
    /// - Throws: ``JSONParseError`` with the place.
    public init(parsing bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONParseError) {
        var parser = JSONParser(bytes: bytes, limits: limits)
        self = try parser.parseDocument()
    }

    /// Reads one JSON text.
    ///
    /// - Throws: ``JSONParseError`` with the place.
    public init(parsing text: String, limits: JSONLimits = JSONLimits()) throws(JSONParseError) {
        try self.init(parsing: Array(text.utf8), limits: limits)
    }
}

/// The reader of one text: a loop over the bytes with a stack of the containers that are open.
struct JSONParser {
    private let bytes: [UInt8]
    private let limits: JSONLimits
    private var position = 0
    private var open: [Container] = []

    private struct Container {
        let isObject: Bool
        let start: Int
        var names: [String] = []
        var items: [JSON] = []
    }

    init(bytes: [UInt8], limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    mutating func parseDocument() throws(JSONParseError) -> JSON {
        guard bytes.count <= limits.maximumBytes else {
            throw error(
                "the text has \(bytes.count) bytes, over the \(limits.maximumBytes) allowed")
        }
        while true {
            guard var value = try parseValueOrOpen() else { continue }
            while true {
                guard !open.isEmpty else {
                    skipWhitespace()
                    guard position == bytes.count else {
                        throw error("unexpected \(found) after the value")
                    }
                    return value
                }
                guard let closed = try add(value) else { break }
                value = closed
            }
        }
    }

    /// Reads a scalar or an empty container, or opens a container and returns nil.
    private mutating func parseValueOrOpen() throws(JSONParseError) -> JSON? {
        skipWhitespace()
        guard position < bytes.count else { throw error("unexpected end of the text") }
        switch bytes[position] {
        case UInt8(ascii: "{"):
            try push(isObject: true)
            skipWhitespace()
            if consume(UInt8(ascii: "}")) {
                open.removeLast()
                return .object(JSONObject())
            }
            try parseName()
            return nil
        case UInt8(ascii: "["):
            try push(isObject: false)
            skipWhitespace()
            if consume(UInt8(ascii: "]")) {
                open.removeLast()
                return .array([])
            }
            return nil
        case UInt8(ascii: "\""): return .string(try parseString())
        case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
        case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
        case UInt8(ascii: "n"): return try parseWord("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
        default: throw error("unexpected \(found)")
        }
    }

    private mutating func push(isObject: Bool) throws(JSONParseError) {
        guard open.count < limits.maximumDepth else {
            throw error("nested deeper than \(limits.maximumDepth) levels")
        }
        open.append(Container(isObject: isObject, start: position))
        position += 1
    }

    /// Adds a value to the innermost container; returns the container when that closed it.
    private mutating func add(_ value: JSON) throws(JSONParseError) -> JSON? {
        let top = open.count - 1
        open[top].items.append(value)
        skipWhitespace()
        if consume(UInt8(ascii: ",")) {
            if open[top].isObject {
                skipWhitespace()
                try parseName()
            }
            return nil
        }
        let isObject = open[top].isObject
        guard consume(isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
            throw error("expected ',' or '\(isObject ? "}" : "]")', found \(found)")
        }
        let container = open.removeLast()
        guard isObject else { return .array(container.items) }
        return .object(try object(container))
    }

    private func object(_ container: Container) throws(JSONParseError) -> JSONObject {
        let names = container.names
        var sorted = true
        var index = 1
        while index < names.count {
            if !JSONObject.precedes(names[index - 1], names[index]) {
                sorted = false
                break
            }
            index += 1
        }
        if sorted { return JSONObject(sortedNames: names, items: container.items) }
        let order = names.indices.sorted { JSONObject.precedes(names[$0], names[$1]) }
        for (first, second) in zip(order, order.dropFirst())
        where JSONObject.same(names[first], names[second]) {
            throw JSONParseError(
                "the name \(JSON.string(names[first]).text) stands twice in the object that starts "
                    + "here", at: container.start, in: bytes)
        }
        return JSONObject(
            sortedNames: order.map { names[$0] }, items: order.map { container.items[$0] })
    }

    private mutating func parseName() throws(JSONParseError) {
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
            throw error("expected a name in double quotes, found \(found)")
        }
        let name = try parseString()
        skipWhitespace()
        guard consume(UInt8(ascii: ":")) else { throw error("expected ':', found \(found)") }
        open[open.count - 1].names.append(name)
    }

    private mutating func parseWord(
        _ word: StaticString, _ value: JSON
    ) throws(JSONParseError) -> JSON {
        let text = word.description.utf8
        guard bytes[position...].starts(with: text) else { throw error("unexpected \(found)") }
        position += text.count
        return value
    }

    @inline(__always)
    private mutating func skipWhitespace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    @inline(__always)
    private mutating func consume(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private var found: String {
        guard position < bytes.count else { return "the end of the text" }
        let byte = bytes[position]
        guard byte > 0x20, byte < 0x7F else { return "byte 0x" + String(byte, radix: 16) }
        return "'\(Character(UnicodeScalar(byte)))'"
    }

    private func error(_ message: String) -> JSONParseError {
        JSONParseError(message, at: position, in: bytes)
    }
}

extension JSONParser {
    /// Reads a number: an integer where its text has no fraction or exponent and fits 64 bits.
    private mutating func parseNumber() throws(JSONParseError) -> JSON {
        let start = position
        let negative = consume(UInt8(ascii: "-"))
        let digits = position
        var magnitude: UInt64 = 0
        var overflow = false
        while let digit = digitHere {
            let (product, high) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
            overflow = overflow || high || carry
            magnitude = sum
            position += 1
        }
        guard position > digits else { throw error("expected a digit, found \(found)") }
        guard position == digits + 1 || bytes[digits] != UInt8(ascii: "0") else {
            throw JSONParseError("a number cannot start with 0", at: digits, in: bytes)
        }
        var isInteger = true
        if consume(UInt8(ascii: ".")) {
            isInteger = false
            try skipDigits()
        }
        if consume(UInt8(ascii: "e")) || consume(UInt8(ascii: "E")) {
            isInteger = false
            if !consume(UInt8(ascii: "+")) { _ = consume(UInt8(ascii: "-")) }
            try skipDigits()
        }
        if isInteger, !overflow {
            if !negative, magnitude <= UInt64(Int64.max) { return .integer(Int64(magnitude)) }
            if negative, magnitude <= UInt64(Int64.max) + 1 {
                return .integer(Int64(truncatingIfNeeded: 0 &- magnitude))
            }
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let value = Double(text), value.isFinite else {
            throw JSONParseError("the number \(text) is out of range", at: start, in: bytes)
        }
        return .double(value)
    }

    private var digitHere: UInt8? {
        guard position < bytes.count else { return nil }
        let digit = bytes[position] &- UInt8(ascii: "0")
        return digit < 10 ? digit : nil
    }

    private mutating func skipDigits() throws(JSONParseError) {
        guard digitHere != nil else { throw error("expected a digit, found \(found)") }
        while digitHere != nil { position += 1 }
    }

    /// Reads a string whose opening quote is here.
    private mutating func parseString() throws(JSONParseError) -> String {
        position += 1
        let start = position
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                let text = try string(start..<position)
                position += 1
                return text
            }
            if byte == UInt8(ascii: "\\") { return try parseEscapedString(from: start) }
            guard byte >= 0x20 else {
                throw error("a control character in a string must be written as \\u00XX")
            }
            position += 1
        }
        throw JSONParseError("the string that starts here is not closed", at: start - 1, in: bytes)
    }

    private func string(_ range: Range<Int>) throws(JSONParseError) -> String {
        do {
            return String(copying: try UTF8Span(validating: bytes.span.extracting(range)))
        } catch {
            throw JSONParseError("the string is not valid UTF-8", at: range.lowerBound, in: bytes)
        }
    }

    private mutating func parseEscapedString(from start: Int) throws(JSONParseError) -> String {
        var content = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                do {
                    return String(copying: try UTF8Span(validating: content.span))
                } catch {
                    throw JSONParseError("the string is not valid UTF-8", at: start, in: bytes)
                }
            case UInt8(ascii: "\\"):
                position += 1
                try parseEscape(into: &content)
            case 0..<0x20:
                throw error("a control character in a string must be written as \\u00XX")
            default:
                content.append(byte)
                position += 1
            }
        }
        throw JSONParseError("the string that starts here is not closed", at: start - 1, in: bytes)
    }

    private mutating func parseEscape(into content: inout [UInt8]) throws(JSONParseError) {
        guard position < bytes.count else { throw error("the text ends inside a string") }
        let escape = bytes[position]
        position += 1
        switch escape {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(escape)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "u"):
            let scalar = try parseUnicodeEscape()
            content.append(contentsOf: Array(String(Character(scalar)).utf8))
        default:
            position -= 1
            throw error("unknown escape '\\' followed by \(found)")
        }
    }

    private mutating func parseUnicodeEscape() throws(JSONParseError) -> Unicode.Scalar {
        let first = try parseFourHexDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard UTF16.isLeadSurrogate(UInt16(first)), consume(UInt8(ascii: "\\")),
            consume(UInt8(ascii: "u"))
        else { throw error("a lone surrogate is no character") }
        let second = try parseFourHexDigits()
        guard UTF16.isTrailSurrogate(UInt16(second)),
            let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
        else { throw error("a lone surrogate is no character") }
        return scalar
    }

    private mutating func parseFourHexDigits() throws(JSONParseError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard position < bytes.count,
                let digit = Character(UnicodeScalar(bytes[position])).hexDigitValue
            else { throw error("expected four hexadecimal digits after \\u, found \(found)") }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}

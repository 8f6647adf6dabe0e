extension JSON {
    /// Reads one JSON text.
    ///
    /// Strict RFC 8259: duplicate names, invalid UTF-8, lone surrogates and anything after the value
    /// are errors. Time and memory are linear in the bytes (names out of order are sorted); nesting
    /// uses no stack.
    ///
    /// - Throws: ``JSONParseError`` with the place.
    public init(parsing bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONParseError) {
        guard bytes.count <= limits.maximumBytes else {
            throw JSONParseError(
                "the text has \(bytes.count) bytes, over the \(limits.maximumBytes) allowed",
                at: 0, in: bytes.span)
        }
        var parser = JSONParser(limits: limits, textLength: bytes.count)
        self = try parser.parse(bytes.span)
    }

    /// Reads one JSON text.
    ///
    /// - Throws: ``JSONParseError`` with the place.
    public init(parsing text: String, limits: JSONLimits = JSONLimits()) throws(JSONParseError) {
        try self.init(parsing: Array(text.utf8), limits: limits)
    }
}

/// The reader of one text: a loop over the bytes with a stack of the containers that are open.
///
/// The values of all open containers lie in one stack and leave it, into an array of exactly their
/// number, when their container ends.
struct JSONParser {
    var position = 0
    var names: JSONNames
    private let maximumDepth: Int
    private var open: [Container] = []
    /// The values of open containers; those from `valueCount` on are spent.
    private var values: [JSON] = []
    private var valueCount = 0
    /// The names of the members of open objects, by their index; spent from `nameCount` on.
    private var pendingNames: [Int] = []
    private var nameCount = 0
    /// What the last string with escapes stands for.
    var unescaped: [UInt8] = []

    private struct Container {
        let isObject: Bool
        /// The offset of its opening bracket.
        let start: Int
        let firstValue: Int
        let firstName: Int
    }

    init(limits: JSONLimits, textLength: Int) {
        maximumDepth = limits.maximumDepth
        names = JSONNames(textLength: textLength)
    }

    mutating func parse(_ bytes: Span<UInt8>) throws(JSONParseError) -> JSON {
        while true {
            guard let scalar = try parseScalarOrOpen(bytes) else { continue }
            var value = scalar
            while let top = open.last {
                keep(value)
                guard try parseEnd(of: top.isObject, bytes) else { break }
                open.removeLast()
                value = try close(top, bytes)
            }
            guard open.isEmpty else { continue }
            skipWhitespace(bytes)
            guard position == bytes.count else {
                throw error("unexpected \(found(bytes)) after the value", bytes)
            }
            return value
        }
    }

    /// Reads a scalar or an empty container, or opens a container and returns nil.
    @inline(__always)
    private mutating func parseScalarOrOpen(_ bytes: Span<UInt8>) throws(JSONParseError) -> JSON? {
        skipWhitespace(bytes)
        guard position < bytes.count else { throw error("unexpected end of the text", bytes) }
        switch bytes[position] {
        case UInt8(ascii: "\""): return .string(try parseString(bytes))
        case UInt8(ascii: "{"):
            try push(isObject: true, bytes)
            skipWhitespace(bytes)
            if consume(UInt8(ascii: "}"), bytes) {
                open.removeLast()
                return .object(JSONObject())
            }
            try parseName(bytes)
            return nil
        case UInt8(ascii: "["):
            try push(isObject: false, bytes)
            skipWhitespace(bytes)
            if consume(UInt8(ascii: "]"), bytes) {
                open.removeLast()
                return .array([])
            }
            return nil
        case UInt8(ascii: "t"): return try parseWord("true", .bool(true), bytes)
        case UInt8(ascii: "f"): return try parseWord("false", .bool(false), bytes)
        case UInt8(ascii: "n"): return try parseWord("null", .null, bytes)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return try parseNumber(bytes)
        default: throw error("unexpected \(found(bytes))", bytes)
        }
    }

    private mutating func push(
        isObject: Bool, _ bytes: Span<UInt8>
    ) throws(JSONParseError) {
        guard open.count < maximumDepth else {
            throw error("nested deeper than \(maximumDepth) levels", bytes)
        }
        open.append(
            Container(
                isObject: isObject, start: position, firstValue: valueCount,
                firstName: nameCount))
        position += 1
    }

    /// Puts a value on the stack.
    @inline(__always)
    private mutating func keep(_ value: consuming JSON) {
        if valueCount < values.count {
            values[valueCount] = value
        } else {
            values.append(value)
        }
        valueCount &+= 1
    }

    /// Reads what follows a value inside a container; returns whether that ends the container.
    @inline(__always)
    private mutating func parseEnd(
        of isObject: Bool, _ bytes: Span<UInt8>
    ) throws(JSONParseError) -> Bool {
        skipWhitespace(bytes)
        if consume(UInt8(ascii: ","), bytes) {
            if isObject {
                skipWhitespace(bytes)
                try parseName(bytes)
            }
            return false
        }
        guard consume(isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"), bytes) else {
            throw error("expected ',' or '\(isObject ? "}" : "]")', found \(found(bytes))", bytes)
        }
        return true
    }

    private mutating func close(
        _ container: Container, _ bytes: Span<UInt8>
    ) throws(JSONParseError) -> JSON {
        guard container.isObject else {
            return .array(takeValues(from: container.firstValue, order: []))
        }
        let arrangement = names.arrange(pendingNames[container.firstName..<nameCount])
        if let repeated = arrangement.repeated {
            let index = pendingNames[container.firstName + repeated]
            throw JSONParseError(
                "the name \(JSON.string(names[index]).text) stands twice in the object that starts "
                    + "here", at: container.start, in: bytes)
        }
        nameCount = container.firstName
        let items = takeValues(from: container.firstValue, order: arrangement.order)
        return .object(JSONObject(sortedNames: arrangement.names, items: items))
    }

    /// Moves the values from an index on out of the stack, in the order told.
    private mutating func takeValues(from first: Int, order: [Int]) -> [JSON] {
        let count = valueCount - first
        valueCount = first
        var items: [JSON] = []
        items.reserveCapacity(count)
        for position in 0..<count {
            var value = JSON.null
            swap(&value, &values[first &+ (order.isEmpty ? position : order[position])])
            items.append(value)
        }
        return items
    }
}

extension JSONParser {
    /// Reads a name and the colon after it.
    @inline(__always)
    private mutating func parseName(_ bytes: Span<UInt8>) throws(JSONParseError) {
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
            throw error("expected a name in double quotes, found \(found(bytes))", bytes)
        }
        let name = try parseNameText(bytes)
        if nameCount < pendingNames.count {
            pendingNames[nameCount] = name
        } else {
            pendingNames.append(name)
        }
        nameCount &+= 1
        skipWhitespace(bytes)
        guard consume(UInt8(ascii: ":"), bytes) else {
            throw error("expected ':', found \(found(bytes))", bytes)
        }
    }

    private mutating func parseWord(
        _ word: StaticString, _ value: JSON, _ bytes: Span<UInt8>
    ) throws(JSONParseError) -> JSON {
        var end = position
        for byte in word.description.utf8 {
            guard end < bytes.count, bytes[end] == byte else {
                throw error("unexpected \(found(bytes))", bytes)
            }
            end += 1
        }
        position = end
        return value
    }

    @inline(__always)
    func isWhitespace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    @inline(__always)
    mutating func skipWhitespace(_ bytes: Span<UInt8>) {
        while position < bytes.count, bytes[position] <= 0x20, isWhitespace(bytes[position]) {
            position &+= 1
        }
    }

    @inline(__always)
    mutating func consume(_ byte: UInt8, _ bytes: Span<UInt8>) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position &+= 1
        return true
    }

    func found(_ bytes: Span<UInt8>) -> String {
        guard position < bytes.count else { return "the end of the text" }
        let byte = bytes[position]
        guard byte > 0x20, byte < 0x7F else { return "byte 0x" + String(byte, radix: 16) }
        return "'\(Character(UnicodeScalar(byte)))'"
    }

    func error(_ message: String, _ bytes: Span<UInt8>) -> JSONParseError {
        JSONParseError(message, at: position, in: bytes)
    }
}

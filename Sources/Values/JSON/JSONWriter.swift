extension JSON {
    /// The canonical bytes: names in order, no white space, one form for each number.
    ///
    /// Equal values have equal bytes, so these are what a digest is taken of. A double that is not
    /// finite, which JSON cannot say, is written as `null`.
    public var bytes: [UInt8] { JSONWriter.bytes(of: self, indentation: nil) }

    /// The canonical text: see ``bytes``.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The text with line breaks and two spaces an indentation, as people read it.
    public var prettyText: String {
        String(decoding: JSONWriter.bytes(of: self, indentation: 2), as: UTF8.self)
    }
}

extension JSON: CustomStringConvertible {
    /// The canonical text.
    public var description: String { text }
}

/// The writer of one value: a loop with a stack of the containers that are open.
///
/// It writes into free space of the output that its owner gives it, stops where that may not do for
/// what comes next, and says how much it needs; so bytes are stored without a look at the array.
struct JSONWriter {
    private static let firstCapacity = 256
    /// What a member needs besides its strings: punctuation and the longest number.
    private static let slack = 40

    private let indentation: Int?
    private var indent: Int { indentation ?? 0 }
    private var open: [Container] = []
    private var current: Container
    /// The bytes that the next piece needs.
    private var needed = 0
    private var isDone = false

    private struct Container {
        /// The names of an object's members; nil for an array.
        let names: [String]?
        let items: [JSON]
        var next = 0
    }

    private init(_ root: JSON, indentation: Int?) {
        self.indentation = indentation
        current = Container(names: nil, items: [root])
    }

    /// The bytes of a value, with line breaks where an indentation is given.
    static func bytes(of root: JSON, indentation: Int?) -> [UInt8] {
        var writer = JSONWriter(root, indentation: indentation)
        var output: [UInt8] = []
        while !writer.isDone {
            let capacity = max(writer.needed, output.count, firstCapacity)
            output.append(addingCapacity: capacity) { writer.write(into: &$0) }
        }
        return output
    }

    /// Writes until the value or the space ends.
    ///
    /// The root is the one item of an array that has no brackets.
    private mutating func write(into output: inout OutputSpan<UInt8>) {
        while true {
            if current.next < current.items.count {
                guard hasSpaceForItem(output) else { return }
                writeItem(into: &output)
            } else if let parent = open.last {
                guard hasSpace(JSONWriter.slack + indent * open.count, output) else { return }
                open.removeLast()
                breakLine(&output)
                output.append(current.names == nil ? UInt8(ascii: "]") : UInt8(ascii: "}"))
                current = parent
            } else {
                isDone = true
                return
            }
        }
    }

    /// Whether the next item fits: first by the longest that its strings can get, then exactly.
    @inline(__always)
    private mutating func hasSpaceForItem(_ output: borrowing OutputSpan<UInt8>) -> Bool {
        var strings = 0
        if let names = current.names { strings = names[current.next].utf8.count }
        if case .string(let text) = current.items[current.next] { strings &+= text.utf8.count }
        let rest = JSONWriter.slack + indent * open.count
        if output.freeCapacity >= rest + 6 * strings { return true }
        var exact = rest
        if let names = current.names { exact += JSONWriter.length(of: names[current.next]) }
        if case .string(let text) = current.items[current.next] {
            exact += JSONWriter.length(of: text)
        }
        return hasSpace(exact, output)
    }

    private mutating func hasSpace(_ count: Int, _ output: borrowing OutputSpan<UInt8>) -> Bool {
        guard output.freeCapacity < count else { return true }
        needed = count
        return false
    }

    @inline(__always)
    private mutating func writeItem(into output: inout OutputSpan<UInt8>) {
        let position = current.next
        current.next = position &+ 1
        if !open.isEmpty {
            if position > 0 { output.append(UInt8(ascii: ",")) }
            breakLine(&output)
        }
        if let names = current.names {
            JSONWriter.write(names[position], &output)
            output.append(UInt8(ascii: ":"))
            if indent > 0 { output.append(UInt8(ascii: " ")) }
        }
        switch current.items[position] {
        case .null: JSONWriter.writePlain("null", &output)
        case .bool(let flag): JSONWriter.writePlain(flag ? "true" : "false", &output)
        case .integer(let number): JSONWriter.write(number, &output)
        case .double(let number): JSONWriter.write(number, &output)
        case .string(let text): JSONWriter.write(text, &output)
        case .array(let elements):
            output.append(UInt8(ascii: "["))
            guard !elements.isEmpty else { return output.append(UInt8(ascii: "]")) }
            enter(Container(names: nil, items: elements))
        case .object(let members):
            output.append(UInt8(ascii: "{"))
            guard !members.isEmpty else { return output.append(UInt8(ascii: "}")) }
            enter(Container(names: members.names, items: members.items))
        }
    }

    private mutating func enter(_ container: Container) {
        open.append(current)
        current = container
    }

    private func breakLine(_ output: inout OutputSpan<UInt8>) {
        guard let indentation else { return }
        output.append(UInt8(ascii: "\n"))
        output.append(repeating: UInt8(ascii: " "), count: open.count * indentation)
    }
}

extension JSONWriter {
    /// Writes characters as they are.
    private static func writePlain(_ word: StaticString, _ output: inout OutputSpan<UInt8>) {
        for byte in word.description.utf8 { output.append(byte) }
    }

    private static func write(_ number: Double, _ output: inout OutputSpan<UInt8>) {
        guard number.isFinite else { return writePlain("null", &output) }
        for byte in number.description.utf8 { output.append(byte) }
    }

    private static func write(_ number: Int64, _ output: inout OutputSpan<UInt8>) {
        if number < 0 { output.append(UInt8(ascii: "-")) }
        var rest = number.magnitude
        var divisor: UInt64 = 1
        while rest / divisor >= 10 { divisor &*= 10 }
        while divisor > 0 {
            output.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest / divisor))
            rest %= divisor
            divisor /= 10
        }
    }

    @inline(__always)
    private static func write(_ text: String, _ output: inout OutputSpan<UInt8>) {
        output.append(UInt8(ascii: "\""))
        let bytes = text.utf8.span
        var position = 0
        while position &+ ByteWord.count <= bytes.count {
            let word = ByteWord(bytes, at: position)
            let plain = word.firstSpecial ?? ByteWord.count
            word.append(plain, to: &output)
            position &+= plain
            if plain < ByteWord.count {
                writeEscape(bytes[position], &output)
                position &+= 1
            }
        }
        while position < bytes.count {
            let byte = bytes[position]
            if escapeLength(byte) == 1 { output.append(byte) } else { writeEscape(byte, &output) }
            position &+= 1
        }
        output.append(UInt8(ascii: "\""))
    }

    private static func writeEscape(_ byte: UInt8, _ output: inout OutputSpan<UInt8>) {
        output.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\n"): output.append(UInt8(ascii: "n"))
        case UInt8(ascii: "\r"): output.append(UInt8(ascii: "r"))
        case UInt8(ascii: "\t"): output.append(UInt8(ascii: "t"))
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): output.append(byte)
        default:
            writePlain("u00", &output)
            output.append(Hexadecimal.character(byte >> 4))
            output.append(Hexadecimal.character(byte & 15))
        }
    }

    /// The bytes that stand for one byte of a string.
    private static func escapeLength(_ byte: UInt8) -> Int {
        switch byte {
        case UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"), UInt8(ascii: "\""),
            UInt8(ascii: "\\"):
            2
        case 0..<0x20: 6
        default: 1
        }
    }

    /// The bytes of a string without its quotes.
    private static func length(of text: String) -> Int {
        text.utf8.reduce(0) { $0 + escapeLength($1) }
    }
}

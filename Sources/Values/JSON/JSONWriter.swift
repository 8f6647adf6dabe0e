extension JSON {
    /// The canonical bytes: names in order, no white space, one form for each number.
    ///
    /// Equal values have equal bytes, so these are what a digest is taken of. A double that is not
    /// finite, which JSON cannot say, is written as `null`.
    public var bytes: [UInt8] {
        var writer = JSONWriter(indentation: nil)
        writer.write(self)
        return writer.output
    }

    /// The canonical text: see ``bytes``.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The text with line breaks and two spaces an indentation, as people read it.
    public var prettyText: String {
        var writer = JSONWriter(indentation: 2)
        writer.write(self)
        return String(decoding: writer.output, as: UTF8.self)
    }
}

extension JSON: CustomStringConvertible {
    /// The canonical text.
    public var description: String { text }
}

/// The writer of one value: a loop with a stack of the containers that are open.
struct JSONWriter {
    private(set) var output: [UInt8] = []
    private let indentation: Int?

    private struct Container {
        let value: JSON
        var next = 0
    }

    init(indentation: Int?) {
        self.indentation = indentation
        output.reserveCapacity(256)
    }

    mutating func write(_ root: JSON) {
        var open: [Container] = []
        writeScalarOrOpen(root, &open)
        while let top = open.last {
            switch top.value {
            case .array(let elements):
                guard top.next < elements.count else {
                    close(UInt8(ascii: "]"), &open)
                    continue
                }
                separate(top.next, depth: open.count)
                open[open.count - 1].next += 1
                writeScalarOrOpen(elements[top.next], &open)
            case .object(let members):
                guard top.next < members.count else {
                    close(UInt8(ascii: "}"), &open)
                    continue
                }
                separate(top.next, depth: open.count)
                open[open.count - 1].next += 1
                let member = members[top.next]
                writeString(member.key)
                output.append(UInt8(ascii: ":"))
                if indentation != nil { output.append(UInt8(ascii: " ")) }
                writeScalarOrOpen(member.value, &open)
            default: open.removeLast()
            }
        }
    }

    private mutating func writeScalarOrOpen(_ value: JSON, _ open: inout [Container]) {
        switch value {
        case .null: output.append(contentsOf: "null".utf8)
        case .bool(let flag): output.append(contentsOf: (flag ? "true" : "false").utf8)
        case .integer(let number): output.append(contentsOf: String(number).utf8)
        case .double(let number): writeDouble(number)
        case .string(let text): writeString(text)
        case .array(let elements):
            output.append(UInt8(ascii: "["))
            if elements.isEmpty {
                output.append(UInt8(ascii: "]"))
            } else {
                open.append(Container(value: value))
            }
        case .object(let members):
            output.append(UInt8(ascii: "{"))
            if members.isEmpty {
                output.append(UInt8(ascii: "}"))
            } else {
                open.append(Container(value: value))
            }
        }
    }

    private mutating func separate(_ index: Int, depth: Int) {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        breakLine(depth: depth)
    }

    private mutating func close(_ byte: UInt8, _ open: inout [Container]) {
        open.removeLast()
        breakLine(depth: open.count)
        output.append(byte)
    }

    private mutating func breakLine(depth: Int) {
        guard let indentation else { return }
        output.append(UInt8(ascii: "\n"))
        output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: depth * indentation))
    }

    private mutating func writeDouble(_ number: Double) {
        guard number.isFinite else {
            output.append(contentsOf: "null".utf8)
            return
        }
        output.append(contentsOf: number.description.utf8)
    }

    private mutating func writeString(_ text: String) {
        output.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
                output.append(byte)
            } else {
                writeEscape(byte)
            }
        }
        output.append(UInt8(ascii: "\""))
    }

    private mutating func writeEscape(_ byte: UInt8) {
        output.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\n"): output.append(UInt8(ascii: "n"))
        case UInt8(ascii: "\r"): output.append(UInt8(ascii: "r"))
        case UInt8(ascii: "\t"): output.append(UInt8(ascii: "t"))
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): output.append(byte)
        default:
            let digits = Array("0123456789abcdef".utf8)
            output.append(contentsOf: "u00".utf8)
            output.append(digits[Int(byte >> 4)])
            output.append(digits[Int(byte & 15)])
        }
    }
}

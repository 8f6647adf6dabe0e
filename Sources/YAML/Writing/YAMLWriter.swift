public import Values

/// The writer of YAML in block style, as `kubectl get -o yaml` prints it.
///
/// What it writes reads back as the same value here, and with readers of YAML 1.1 and 1.2: a string
/// that any of them would take for something else is quoted. Doubles that are not finite, which JSON
/// cannot say, are written as `null`.
public enum YAMLWriter {
    /// The text of one document, with a line break at its end and no `---` before it.
    public static func text(of value: JSON) -> String {
        var writer = BlockWriter()
        writer.write(value)
        return String(decoding: writer.output, as: UTF8.self)
    }

    /// The text of several documents with `---` between them.
    public static func text(ofDocuments values: [JSON]) -> String {
        values.map { text(of: $0) }.joined(separator: "---\n")
    }
}

/// The writer of one document: a loop with a stack of the containers that are open.
struct BlockWriter {
    private(set) var output: [UInt8] = []

    private struct Container {
        let value: JSON
        /// The column of its keys or of its dashes.
        let column: Int
        var next = 0
    }

    private var open: [Container] = []
    /// Whether the next key or dash goes on the line that is begun, behind a dash.
    private var isInline = true

    mutating func write(_ root: JSON) {
        writeValue(root, column: 0, parent: nil)
        while let top = open.last {
            switch top.value {
            case .array(let elements) where top.next < elements.count:
                open[open.count - 1].next += 1
                beginLine(top.column)
                output.append(UInt8(ascii: "-"))
                writeValue(elements[top.next], column: top.column + 2, parent: top)
            case .object(let members) where top.next < members.count:
                open[open.count - 1].next += 1
                beginLine(top.column)
                let member = members[top.next]
                writeKey(member.key, column: top.column)
                writeMember(member.value, of: top)
            default: open.removeLast()
            }
        }
    }

    /// Writes a value behind a dash, or at the root.
    private mutating func writeValue(_ value: JSON, column: Int, parent: Container?) {
        if isOpenable(value) {
            if parent != nil { output.append(UInt8(ascii: " ")) }
            isInline = true
            open.append(Container(value: value, column: column))
            return
        }
        if parent != nil { output.append(UInt8(ascii: " ")) }
        writeScalar(value, indentation: parent.map { $0.column + 2 })
    }

    private mutating func writeMember(_ value: JSON, of parent: Container) {
        guard isOpenable(value) else {
            output.append(UInt8(ascii: " "))
            writeScalar(value, indentation: parent.column + 2)
            return
        }
        output.append(UInt8(ascii: "\n"))
        // Lists stand under their key without indentation, as kubectl writes them.
        let column = if case .array = value { parent.column } else { parent.column + 2 }
        open.append(Container(value: value, column: column))
    }

    private mutating func writeKey(_ key: String, column: Int) {
        let text = ScalarText.singleLine(key)
        if text.unicodeScalars.count > YAMLLimits.simpleKeyCharacters {
            output.append(contentsOf: "? ".utf8)
            output.append(contentsOf: text.utf8)
            output.append(UInt8(ascii: "\n"))
            beginLine(column)
        } else {
            output.append(contentsOf: text.utf8)
        }
        output.append(UInt8(ascii: ":"))
    }

    private mutating func writeScalar(_ value: JSON, indentation: Int?) {
        switch value {
        case .string(let text):
            if let indentation, let block = ScalarText.literal(text, indentation: indentation) {
                output.append(contentsOf: block)
                return
            }
            output.append(contentsOf: ScalarText.singleLine(text).utf8)
        case .double(let number): output.append(contentsOf: ScalarText.number(number).utf8)
        case .array: output.append(contentsOf: "[]".utf8)
        case .object: output.append(contentsOf: "{}".utf8)
        default: output.append(contentsOf: value.bytes)
        }
        output.append(UInt8(ascii: "\n"))
    }

    private mutating func beginLine(_ column: Int) {
        if !isInline { output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: column)) }
        isInline = false
    }

    private func isOpenable(_ value: JSON) -> Bool {
        switch value {
        case .array(let elements): !elements.isEmpty
        case .object(let members): !members.isEmpty
        default: false
        }
    }
}

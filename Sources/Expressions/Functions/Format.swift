extension Evaluator {
    /// Puts values into a text with clauses such as `%s` and `%.2f`.
    mutating func format(
        _ template: String, _ list: CELList, at node: NodeIndex
    ) throws(EvaluationError) -> String {
        var formatter = Formatter(template: Array(template.utf8), list: list)
        let text: String
        do throws(Formatter.Failure) {
            text = try formatter.run()
        } catch {
            throw self.error(
                error.isTooLarge ? .tooLarge : .invalidArgument, error.message, at: node)
        }
        try checkString(bytes: text.utf8.count, at: node)
        return text
    }
}

/// The writer of one formatted text.
private struct Formatter {
    struct Failure: Error {
        var message: String
        var isTooLarge = false
    }

    private let template: [UInt8]
    private let list: CELList
    private var output: [UInt8] = []
    private var next = 0

    init(template: [UInt8], list: CELList) {
        self.template = template
        self.list = list
    }

    mutating func run() throws(Failure) -> String {
        var position = 0
        while position < template.count {
            let byte = template[position]
            position += 1
            guard byte == UInt8(ascii: "%") else {
                output.append(byte)
                continue
            }
            guard position < template.count else {
                throw Failure(message: "could not parse formatting clause: unexpected end")
            }
            if template[position] == UInt8(ascii: "%") {
                output.append(byte)
                position += 1
                continue
            }
            try clause(&position)
        }
        return String(decoding: output, as: UTF8.self)
    }

    private mutating func clause(_ position: inout Int) throws(Failure) {
        var precision = 6
        if template[position] == UInt8(ascii: ".") {
            position += 1
            precision = 0
            var count = 0
            while position < template.count, template[position] &- UInt8(ascii: "0") < 10 {
                precision = min(
                    precision * 10 + Int(template[position] - UInt8(ascii: "0")), 1 << 20)
                position += 1
                count += 1
            }
            guard count > 0 else {
                throw Failure(message: "could not parse formatting clause: no precision after '.'")
            }
        }
        guard precision <= Limits.formatPrecision else {
            throw Failure(message: "the precision is over \(Limits.formatPrecision)")
        }
        guard position < template.count else {
            throw Failure(message: "could not parse formatting clause: unexpected end")
        }
        let letter = template[position]
        position += 1
        guard "sdfebxXo".utf8.contains(letter) else {
            throw Failure(
                message: "could not parse formatting clause: unrecognized formatting clause "
                    + "\"\(String(decoding: [letter], as: UTF8.self))\"")
        }
        guard next < list.count else { throw Failure(message: "index \(next) out of range") }
        let value = list[next]
        next += 1
        try write(value, Unicode.Scalar(letter), precision)
        try checkSize()
    }

    private func checkSize() throws(Failure) {
        guard output.count <= Limits.stringBytes else {
            throw Failure(message: "the text is over \(Limits.stringBytes) bytes", isTooLarge: true)
        }
    }

    private mutating func write(
        _ value: CELValue, _ letter: Unicode.Scalar, _ precision: Int
    ) throws(Failure) {
        switch letter {
        case "s": try writeText(value)
        case "d": append(try decimal(value))
        case "f": append(try floating(value, "fixed-point") { $0.fixed(precision) })
        case "e": append(try floating(value, "scientific") { $0.scientific(precision) })
        case "b": append(try binary(value))
        case "o": append(try integer(value, radix: 8, "octal clause can only be used on integers"))
        default:
            let text = try hexadecimal(value)
            append(letter == "X" ? text.uppercased() : text)
        }
    }

    private mutating func append(_ text: String) { output.append(contentsOf: text.utf8) }

    private func failure(_ message: String, _ value: CELValue) -> Failure {
        Failure(message: "error during formatting: \(message), was given \(value.type.name)")
    }

    private func special(_ value: CELValue) -> String? {
        guard case .double(let number) = value, !number.isFinite else { return nil }
        return DoubleText.text(number)
    }

    private func decimal(_ value: CELValue) throws(Failure) -> String {
        if let text = special(value) { return text }
        return try integer(value, radix: 10, "decimal clause can only be used on integers")
    }

    private func integer(
        _ value: CELValue, radix: Int, _ message: String
    ) throws(Failure) -> String {
        switch value {
        case .int(let number): return String(number, radix: radix)
        case .uint(let number): return String(number, radix: radix)
        default: throw failure(message, value)
        }
    }

    private func binary(_ value: CELValue) throws(Failure) -> String {
        if case .bool(let flag) = value { return flag ? "1" : "0" }
        return try integer(
            value, radix: 2, "only integers and bools can be formatted as binary")
    }

    private func hexadecimal(_ value: CELValue) throws(Failure) -> String {
        switch value {
        case .string(let text): return hexadecimal(Array(text.utf8))
        case .bytes(let bytes): return hexadecimal(bytes)
        default:
            return try integer(
                value, radix: 16,
                "only integers, byte buffers, and strings can be formatted as hex")
        }
    }

    private func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    private func floating(
        _ value: CELValue, _ clause: String, _ text: (DecimalText) -> String
    ) throws(Failure) -> String {
        if let text = special(value) { return text }
        switch value {
        case .double(let number): return text(DecimalText(number))
        case .int(let number): return text(DecimalText(Double(number)))
        case .uint(let number): return text(DecimalText(Double(number)))
        default: throw failure("\(clause) clause can only be used on doubles", value)
        }
    }
}

// MARK: - Any value as text

extension Formatter {
    /// Something still to be written, of a value that holds others.
    private enum Pending {
        case text(String)
        case value(CELValue)
    }

    /// Writes any value; a loop with a stack, as values that share parts can be huge.
    private mutating func writeText(_ root: CELValue) throws(Failure) {
        var pending = [Pending.value(root)]
        while let item = pending.popLast() {
            switch item {
            case .text(let text): append(text)
            case .value(.list(let list)):
                pending.append(.text("]"))
                for index in (0..<list.count).reversed() {
                    pending.append(.value(list[index]))
                    if index > 0 { pending.append(.text(", ")) }
                }
                pending.append(.text("["))
            case .value(.map(let map)): try push(map, onto: &pending)
            case .value(.optional(let value)):
                if let value {
                    pending += [.text(")"), .value(value), .text("optional.of(")]
                } else {
                    append("optional.none()")
                }
            case .value(.bytes(let bytes)): append(String(decoding: bytes, as: UTF8.self))
            case .value(let scalar): append(ValueText.full(scalar))
            }
            try checkSize()
        }
    }

    /// Puts the entries of a map in the order of their keys' texts.
    private func push(_ map: CELMap, onto pending: inout [Pending]) throws(Failure) {
        pending.append(.text("}"))
        let entries = map.entries.map { (text: ValueText.full($0.key), value: $0.value) }
            .sorted { $0.text.utf8.lexicographicallyPrecedes($1.text.utf8) }
        for (index, entry) in entries.enumerated().reversed() {
            pending += [.value(entry.value), .text(": "), .text(entry.text)]
            if index > 0 { pending.append(.text(", ")) }
        }
        pending.append(.text("{"))
    }
}

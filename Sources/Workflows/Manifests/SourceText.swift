import Values

/// The text of a manifest file by lines, to place and to show what diagnostics are about.
struct SourceText: Sendable {
    private let lines: [[Unicode.Scalar]]

    init(_ bytes: [UInt8]) {
        // Bytes that are not UTF-8 have been refused before anything is placed in them.
        let text = String(decoding: bytes, as: UTF8.self)
        lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map {
            $0.last == "\r" ? Array($0.dropLast()) : Array($0)
        }
    }

    /// The line of that number, from 1; nil past the end.
    func line(_ number: Int) -> [Unicode.Scalar]? {
        lines.indices.contains(number - 1) ? lines[number - 1] : nil
    }

    /// The part of a line that a place stands for: the word or quoted text that starts there, by
    /// scalars from 0; the whole of nothing past the end of the text.
    func word(at position: SourcePosition) -> (line: [Unicode.Scalar], range: Range<Int>) {
        guard let line = line(position.line) else { return ([], 0..<0) }
        let start = min(position.column - 1, line.count)
        let end = min(line.count, start + SourceText.wordLength(in: line, from: start))
        return (line, start..<end)
    }

    /// How many scalars the word at a place has: up to white space or punctuation of YAML.
    static func wordLength(in line: [Unicode.Scalar], from start: Int) -> Int {
        guard start < line.count else { return 1 }
        let quote = line[start]
        if quote == "\"" || quote == "'" {
            let end = line[(start + 1)...].firstIndex(of: quote)
            return (end ?? line.count - 1) - start + 1
        }
        let stops: Set<Unicode.Scalar> = [" ", "\t", ",", ":", "]", "}", "[", "{", "(", ")", "#"]
        return max(1, line[start...].prefix { !stops.contains($0) }.count)
    }

    /// Where an offset in bytes of a scalar's value is in the text, when the scalar starts at a
    /// place: exact in plain and quoted scalars of one line, the right line in block scalars.
    func position(
        of offset: Int, inValue value: String, startingAt start: SourcePosition
    ) -> SourcePosition {
        guard let line = line(start.line) else { return start }
        var column = start.column - 1
        // An anchor or a tag stands in front of its scalar.
        while column < line.count, line[column] == "&" || line[column] == "!" {
            while column < line.count, line[column] != " " { column += 1 }
            while column < line.count, line[column] == " " { column += 1 }
        }
        guard column < line.count else { return start }
        let before = scalars(of: value, before: offset)
        switch line[column] {
        case "|", ">":
            return blockPosition(before, value, after: start, isLiteral: line[column] == "|")
        case "\"":
            let reached = SourceText.advance(
                in: line, from: column + 1, by: before.count, doubleQuoted: true)
            return reached.map { SourcePosition(line: start.line, column: $0 + 1) } ?? start
        case "'":
            let reached = SourceText.advance(
                in: line, from: column + 1, by: before.count, doubleQuoted: false)
            return reached.map { SourcePosition(line: start.line, column: $0 + 1) } ?? start
        default:
            return plainPosition(
                before, startingAt: SourcePosition(line: start.line, column: column + 1))
        }
    }

    private func scalars(of value: String, before offset: Int) -> [Unicode.Scalar] {
        let end = value.utf8.index(
            value.startIndex, offsetBy: max(0, offset), limitedBy: value.endIndex)
        return Array(value.unicodeScalars[..<(end ?? value.endIndex)])
    }

    /// The index in a line of the scalar so many on in a quoted value; nil past the end of the line.
    private static func advance(
        in line: [Unicode.Scalar], from start: Int, by count: Int, doubleQuoted: Bool
    ) -> Int? {
        let widths: [Unicode.Scalar: Int] = ["x": 4, "u": 6, "U": 10]
        var column = start
        for _ in 0..<count {
            guard column < line.count else { return nil }
            if doubleQuoted, line[column] == "\\" {
                guard column + 1 < line.count else { return nil }
                column += widths[line[column + 1]] ?? 2
            } else if !doubleQuoted, line[column] == "'" {
                column += 2
            } else {
                column += 1
            }
        }
        return column < line.count ? column : nil
    }

    /// A plain scalar of several lines is folded: each break stands for one space.
    private func plainPosition(
        _ before: [Unicode.Scalar], startingAt start: SourcePosition
    ) -> SourcePosition {
        var number = start.line
        var column = start.column - 1
        for _ in before {
            guard let line = line(number) else { break }
            if column < line.count - line.reversed().prefix(while: { $0 == " " }).count {
                column += 1
                continue
            }
            number += 1
            while let next = self.line(number), next.allSatisfy({ $0 == " " }) { number += 1 }
            column = self.line(number).map(SourceText.indentation) ?? 0
        }
        return SourcePosition(line: number, column: column + 1)
    }

    /// In a literal block the value's line breaks are the text's; the lines of a folded one are found
    /// by what stands in them.
    private func blockPosition(
        _ before: [Unicode.Scalar], _ value: String, after start: SourcePosition, isLiteral: Bool
    ) -> SourcePosition {
        var first = start.line + 1
        while let line = line(first), line.allSatisfy({ $0 == " " }) { first += 1 }
        guard let content = line(first) else { return start }
        let indentation = SourceText.indentation(of: content)
        if isLiteral {
            let breaks = before.count { $0 == "\n" }
            let column = before.reversed().prefix { $0 != "\n" }.count
            return SourcePosition(line: start.line + 1 + breaks, column: indentation + column + 1)
        }
        let all = Array(value.unicodeScalars)
        let wanted = Array(all[before.count...].prefix { $0 != "\n" && $0 != " " })
        var number = first
        while let line = line(number),
            SourceText.indentation(of: line) >= indentation || line.isEmpty
        {
            if let column = SourceText.find(wanted, in: line, from: indentation) {
                return SourcePosition(line: number, column: column + 1)
            }
            number += 1
        }
        return SourcePosition(line: first, column: indentation + 1)
    }

    private static func indentation(of line: [Unicode.Scalar]) -> Int {
        line.prefix { $0 == " " }.count
    }

    private static func find(
        _ wanted: [Unicode.Scalar], in line: [Unicode.Scalar], from start: Int
    ) -> Int? {
        guard line.count >= start + wanted.count else { return nil }
        return (start...(line.count - wanted.count)).first {
            line[$0..<($0 + wanted.count)].elementsEqual(wanted)
        }
    }
}

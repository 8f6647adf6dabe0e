import Values

/// What is checked of a file before libyaml sees it.
enum InputCheck {
    static func check(_ bytes: [UInt8], limits: YAMLLimits) throws(YAMLError) {
        let start = SourcePosition(line: 1, column: 1)
        guard bytes.count <= limits.maximumBytes else {
            throw YAMLError(
                .tooLarge,
                "the file has \(bytes.count) bytes and may have \(limits.maximumBytes): "
                    + "split it into several files",
                at: start)
        }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            throw YAMLError(.invalidUTF8, "the file is UTF-16: save it as UTF-8", at: start)
        }
        do {
            _ = try UTF8Span(validating: bytes.span)
        } catch {
            let offset = min(error.byteOffsets.lowerBound, bytes.count)
            throw YAMLError(
                .invalidUTF8, "a byte here is not UTF-8: save the file as UTF-8",
                at: SourcePosition(endOf: bytes[..<offset]))
        }
        try checkDirectives(bytes)
    }

    private static func checkDirectives(_ bytes: [UInt8]) throws(YAMLError) {
        let directive = Array("%TAG".utf8)
        var found = 0
        var lineStart = bytes.startIndex
        while lineStart < bytes.endIndex {
            // A line may end in CR alone; such lines are found by looking behind each '%'.
            guard let sign = bytes[lineStart...].firstIndex(of: UInt8(ascii: "%")) else { return }
            lineStart = sign + 1
            let before = sign == 0 ? UInt8(ascii: "\n") : bytes[sign - 1]
            guard before == UInt8(ascii: "\n") || before == UInt8(ascii: "\r") || before >= 0x80,
                bytes[sign...].starts(with: directive)
            else { continue }
            found += 1
            guard found <= YAMLLimits.maximumTagDirectives else {
                throw YAMLError(
                    .syntax, "there are too many %TAG lines: remove them, tags are not read",
                    at: SourcePosition(endOf: bytes[..<sign]))
            }
        }
    }
}

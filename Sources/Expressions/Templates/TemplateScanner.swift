/// Cuts the text of a template into literal text and tags, and applies what tags say of white space.
struct TemplateScanner {
    /// A part of the text, all places counting in bytes from its start.
    enum Part {
        case text(Range<Int>)
        /// `{{ … }}`, by what is between.
        case output(open: Int, body: Range<Int>)
        /// `{% … %}`, by what is between.
        case tag(open: Int, body: Range<Int>)
    }

    private let bytes: [UInt8]
    private var position = 0
    private var parts: [Part] = []
    /// Where the literal text before the next tag starts.
    private var textStart = 0

    static func parts(of bytes: [UInt8]) throws(ExpressionError) -> [Part] {
        var scanner = TemplateScanner(bytes: bytes)
        try scanner.run()
        return scanner.parts
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func run() throws(ExpressionError) {
        while position + 1 < bytes.count {
            guard bytes[position] == UInt8(ascii: "{") else {
                position += 1
                continue
            }
            switch bytes[position + 1] {
            case UInt8(ascii: "{"), UInt8(ascii: "%"): try tag()
            // `${#list[@]}` is of a shell, and no comment.
            case UInt8(ascii: "#") where position == 0 || bytes[position - 1] != UInt8(ascii: "$"):
                try comment()
            default: position += 1
            }
        }
        position = bytes.count
        flush(before: position, trimming: false)
        guard parts.count <= Limits.templateTags else {
            throw ExpressionError("the template has over \(Limits.templateTags) parts", at: 0)
        }
    }

    /// Ends the literal text at a place.
    private mutating func flush(before end: Int, trimming: Bool) {
        var end = end
        if trimming { while end > textStart, isSpace(bytes[end - 1]) { end -= 1 } }
        if end > textStart { parts.append(.text(textStart..<end)) }
    }

    /// Starts the literal text behind a tag.
    private mutating func resume(at place: Int, trimming: Bool) {
        position = place
        if trimming { while position < bytes.count, isSpace(bytes[position]) { position += 1 } }
        textStart = position
    }

    private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private mutating func comment() throws(ExpressionError) {
        let open = position
        guard let end = Search.first(Array("#}".utf8), in: bytes, from: open + 2) else {
            throw notClosed("{#", "#}", at: open)
        }
        flush(before: open, trimming: bytes[open + 2] == UInt8(ascii: "-"))
        resume(
            at: end + 2, trimming: end > open + 2 && bytes[end - 1] == UInt8(ascii: "-"))
    }

    private mutating func tag() throws(ExpressionError) {
        let open = position
        let isOutput = bytes[open + 1] == UInt8(ascii: "{")
        var start = open + 2
        let trimsBefore = start < bytes.count && bytes[start] == UInt8(ascii: "-")
        if trimsBefore { start += 1 }
        // Where a string is not closed, any end will do: the error of the string is the one to tell.
        guard
            let close = ExpressionEnd.find(in: bytes, from: start, isTag: !isOutput)
                ?? Search.first(Array((isOutput ? "}}" : "%}").utf8), in: bytes, from: start)
        else {
            throw notClosed(isOutput ? "{{" : "{%", isOutput ? "}}" : "%}", at: open)
        }
        let trimsAfter = close > start && bytes[close - 1] == UInt8(ascii: "-")
        let body = start..<(trimsAfter ? close - 1 : close)
        flush(before: open, trimming: trimsBefore)
        if isOutput {
            parts.append(.output(open: open, body: body))
        } else if word(of: body) == "raw" {
            try raw(open, from: close + 2, trimming: trimsAfter)
            return
        } else {
            parts.append(.tag(open: open, body: body))
        }
        resume(at: close + 2, trimming: trimsAfter)
    }

    private func word(of body: Range<Int>) -> String {
        TextNumber.trimmed(String(decoding: bytes[body], as: UTF8.self))
    }

    /// Takes everything up to `{% endraw %}` as it is.
    private mutating func raw(
        _ open: Int, from start: Int, trimming: Bool
    ) throws(ExpressionError) {
        resume(at: start, trimming: trimming)
        var place = position
        while let tag = Search.first(Array("{%".utf8), in: bytes, from: place) {
            place = tag + 2
            guard let close = Search.first(Array("%}".utf8), in: bytes, from: place) else { break }
            var body = place..<close
            let trimsBefore = bytes[place] == UInt8(ascii: "-")
            if trimsBefore, !body.isEmpty { body = (place + 1)..<close }
            let trimsAfter = !body.isEmpty && bytes[close - 1] == UInt8(ascii: "-")
            if trimsAfter { body = body.lowerBound..<(close - 1) }
            guard word(of: body) == "endraw" else { continue }
            flush(before: tag, trimming: trimsBefore)
            resume(at: close + 2, trimming: trimsAfter)
            return
        }
        throw ExpressionError(
            "the '{% raw %}' that stands here is not closed", at: open,
            suggestion: "add '{% endraw %}'")
    }

    private func notClosed(_ opening: String, _ closing: String, at open: Int) -> ExpressionError {
        ExpressionError(
            "the '\(opening)' that stands here is not closed", at: open,
            suggestion: "add '\(closing)', or write {% raw %}…{% endraw %} around literal text")
    }
}

/// Finds where an expression ends that stands in a text.
enum ExpressionEnd {
    /// The place of the `}}` (of a tag the `%}`) that ends what starts at a place.
    ///
    /// What is in strings is skipped. Braces that open a map are counted, so that the `}}` of
    /// `{"a": {"b": 1}}` belongs to it.
    static func find(in bytes: [UInt8], from start: Int, isTag: Bool) -> Int? {
        let closing = isTag ? UInt8(ascii: "%") : UInt8(ascii: "}")
        var position = start
        var braces = 0
        while position + 1 < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "'"), UInt8(ascii: "\""):
                guard let after = skipString(bytes, from: position, start: start) else {
                    return nil
                }
                position = after
                continue
            case UInt8(ascii: "{") where !isTag: braces += 1
            case UInt8(ascii: "}") where braces > 0: braces -= 1
            case closing where bytes[position + 1] == UInt8(ascii: "}"): return position
            default: break
            }
            position += 1
        }
        return nil
    }

    /// The place after the string literal whose quote stands at a place.
    private static func skipString(_ bytes: [UInt8], from quotePlace: Int, start: Int) -> Int? {
        let quote = bytes[quotePlace]
        var isRaw = false
        var before = quotePlace - 1
        while before >= start, quotePlace - before <= 2 {
            let letter = bytes[before] | 0x20
            guard letter == UInt8(ascii: "r") || letter == UInt8(ascii: "b") else { break }
            isRaw = isRaw || letter == UInt8(ascii: "r")
            before -= 1
        }
        let triple =
            quotePlace + 2 < bytes.count && bytes[quotePlace + 1] == quote
            && bytes[quotePlace + 2] == quote
        let quotes = triple ? 3 : 1
        var position = quotePlace + quotes
        while position + quotes <= bytes.count {
            if bytes[position..<position + quotes].allSatisfy({ $0 == quote }) {
                return position + quotes
            }
            position += bytes[position] == UInt8(ascii: "\\") && !isRaw ? 2 : 1
        }
        return nil
    }
}

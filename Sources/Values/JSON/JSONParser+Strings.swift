extension JSONParser {
    /// Reads a name whose opening quote is here; returns its index.
    @inline(__always)
    mutating func parseNameText(_ bytes: Span<UInt8>) throws(JSONParseError) -> Int {
        let start = position &+ 1
        var end = start
        var hash: UInt64 = 0
        while end &+ ByteWord.count <= bytes.count {
            let word = ByteWord(bytes, at: end)
            guard let special = word.firstSpecial else {
                hash = JSONNames.mix(hash, word.bits)
                end &+= ByteWord.count
                continue
            }
            hash = JSONNames.mix(hash, word.prefix(special))
            end &+= special
            guard bytes[end] == UInt8(ascii: "\"") else { break }
            let range = start..<end
            if let index = names.find(range, hash: hash, in: bytes) {
                position = end &+ 1
                return index
            }
            let name = try text(range, bytes)
            position = end &+ 1
            return names.add(name, at: range, hash: hash)
        }
        return names.add(try parseString(bytes))
    }

    /// Reads a string whose opening quote is here.
    @inline(__always)
    mutating func parseString(_ bytes: Span<UInt8>) throws(JSONParseError) -> String {
        let start = position &+ 1
        let end = bytes.endOfPlainText(from: start)
        guard end < bytes.count, bytes[end] == UInt8(ascii: "\"") else {
            return try parseEscapedString(from: start, plainTo: end, bytes)
        }
        let string = try text(start..<end, bytes)
        position = end &+ 1
        return string
    }

    func text(
        _ range: Range<Int>, _ bytes: Span<UInt8>
    ) throws(JSONParseError) -> String {
        do {
            return String(copying: try UTF8Span(validating: bytes.extracting(range)))
        } catch {
            throw JSONParseError("the string is not valid UTF-8", at: range.lowerBound, in: bytes)
        }
    }

    /// Reads on where plain text ended at a byte that is no quote.
    private mutating func parseEscapedString(
        from start: Int, plainTo end: Int, _ bytes: Span<UInt8>
    ) throws(JSONParseError) -> String {
        unescaped.removeAll(keepingCapacity: true)
        var plainStart = start
        position = end
        while position < bytes.count {
            let plain = bytes.extracting(plainStart..<position)
            unescaped.append(addingCapacity: plain.count) { output in
                for offset in plain.indices { output.append(plain[offset]) }
            }
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                do {
                    return String(copying: try UTF8Span(validating: unescaped.span))
                } catch {
                    throw JSONParseError("the string is not valid UTF-8", at: start, in: bytes)
                }
            case UInt8(ascii: "\\"):
                position += 1
                try parseEscape(bytes)
            default:
                throw error("a control character in a string must be written as \\u00XX", bytes)
            }
            plainStart = position
            position = bytes.endOfPlainText(from: position)
        }
        throw JSONParseError("the string that starts here is not closed", at: start - 1, in: bytes)
    }

    private mutating func parseEscape(_ bytes: Span<UInt8>) throws(JSONParseError) {
        guard position < bytes.count else { throw error("the text ends inside a string", bytes) }
        let escape = bytes[position]
        position += 1
        switch escape {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): unescaped.append(escape)
        case UInt8(ascii: "b"): unescaped.append(0x08)
        case UInt8(ascii: "f"): unescaped.append(0x0C)
        case UInt8(ascii: "n"): unescaped.append(0x0A)
        case UInt8(ascii: "r"): unescaped.append(0x0D)
        case UInt8(ascii: "t"): unescaped.append(0x09)
        case UInt8(ascii: "u"):
            unescaped.append(contentsOf: UTF8.encode(try parseUnicodeEscape(bytes)) ?? .init())
        default:
            position -= 1
            throw error("unknown escape '\\' followed by \(found(bytes))", bytes)
        }
    }

    private mutating func parseUnicodeEscape(
        _ bytes: Span<UInt8>
    ) throws(JSONParseError) -> Unicode.Scalar {
        let first = try parseFourHexDigits(bytes)
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard UTF16.isLeadSurrogate(UInt16(first)), consume(UInt8(ascii: "\\"), bytes),
            consume(UInt8(ascii: "u"), bytes)
        else { throw error("a lone surrogate is no character", bytes) }
        let second = try parseFourHexDigits(bytes)
        guard UTF16.isTrailSurrogate(UInt16(second)),
            let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
        else { throw error("a lone surrogate is no character", bytes) }
        return scalar
    }

    private mutating func parseFourHexDigits(
        _ bytes: Span<UInt8>
    ) throws(JSONParseError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard position < bytes.count, let digit = Hexadecimal.digit(bytes[position]) else {
                throw error(
                    "expected four hexadecimal digits after \\u, found \(found(bytes))", bytes)
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}

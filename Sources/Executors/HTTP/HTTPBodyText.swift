/// A response's body as the text that outputs and messages hold.
struct HTTPBodyText {
    /// The first bytes, ending with a whole character; what is no UTF-8 is repaired.
    let text: String
    /// Whether the text lacks the end of the body.
    let isTruncated: Bool

    init(_ body: [UInt8], maximumBytes: Int = ExecutorLimits.textBytes) {
        isTruncated = body.count > maximumBytes
        var first = body.prefix(maximumBytes)
        if isTruncated, body[maximumBytes] & 0xC0 == 0x80 {
            // The cut may be inside a character, which has up to three bytes before it.
            let character = first.suffix(3)
            if let start = character.lastIndex(where: { $0 >= 0xC0 }),
                character[character.index(after: start)...].allSatisfy({ $0 & 0xC0 == 0x80 })
            {
                first = first[..<start]
            }
        }
        text = String(decoding: first, as: UTF8.self)
    }

    /// The beginning of a body on one line, for an error's message.
    static func quotation(of body: [UInt8]) -> String {
        HTTPBodyText(body, maximumBytes: ExecutorLimits.quotedBytes).text
            .split { $0.isWhitespace }.joined(separator: " ")
    }
}

/// Credentials that are known by their form, whoever wrote them: `scheme://user:password@` and
/// `Bearer token`.
///
/// Found by bytes and in one pass: a combining mark behind a `/` makes another character of it, and
/// texts are as long as whoever writes them wishes.
enum CredentialForms {
    /// The text with a mask in the place of each credential; nil where none is in it.
    ///
    /// Cost: O(text). What is looked at behind a mark ends where the next one can begin: the authority
    /// of a URL at a `/`, and a token at white space.
    static func masking(_ text: [UInt8], with mask: [UInt8]) -> [UInt8]? {
        var result: [UInt8] = []
        var isChanged = false
        var kept = 0
        var place = 0
        while place < text.count {
            let found =
                switch text[place] {
                case UInt8(ascii: ":"): user(in: text, at: place)
                case UInt8(ascii: "B"), UInt8(ascii: "b"): token(in: text, at: place)
                default: nil as Range<Int>?
                }
            guard let found else {
                place += 1
                continue
            }
            if !found.isEmpty {
                result += text[kept..<found.lowerBound]
                result += mask
                isChanged = true
                kept = found.upperBound
            }
            place = found.upperBound
        }
        guard isChanged else { return nil }
        return result + text[kept...]
    }

    /// Who logs in with which password, where a `://` stands at a place and an `@` behind; empty where
    /// there is none.
    private static func user(in text: [UInt8], at place: Int) -> Range<Int>? {
        let start = place + 3
        guard text[place...].starts(with: "://".utf8) else { return nil }
        var end = start
        var at: Int?
        while end < text.count, !endsAuthority(text[end]) {
            if text[end] == UInt8(ascii: "@") { at = end }
            end += 1
        }
        return start..<(at ?? start)
    }

    /// RFC 3986, 3.2: a password may hold `,`, `;` and `'`.
    ///
    /// Databases take a backslash too. In a text that is escaped, `\"` ends it by its quote; what an
    /// escaped line break would end is masked as far as it is one word.
    private static func endsAuthority(_ byte: UInt8) -> Bool {
        isSpace(byte) || "/?#\"<>".utf8.contains(byte)
    }

    /// The token behind the word at a place; nil where it is another word, or no token follows.
    private static func token(in text: [UInt8], at place: Int) -> Range<Int>? {
        guard place == 0 || text[place - 1] >= 0x80 || !isLetter(text[place - 1]) else {
            return nil
        }
        let word = text[place...].dropFirst().prefix(5)
        guard word.elementsEqual("earer".utf8) || word.elementsEqual("EARER".utf8) else {
            return nil
        }
        var start = place + 6
        while start < text.count, text[start] == 0x20 || text[start] == 0x09 { start += 1 }
        guard start > place + 6 else { return nil }
        var end = start
        var lastOther: Int?
        while end < text.count, !isSpace(text[end]), !"\"'<>,;".utf8.contains(text[end]) {
            if !isLetter(text[end]), !".!?:)".utf8.contains(text[end]) { lastOther = end }
            end += 1
        }
        // The next word of a sentence has letters alone, but for what ends it.
        guard lastOther != nil || hasInnerMark(text[start..<end]) else { return start..<start }
        return start..<end
    }

    /// Whether a mark of punctuation stands in a word, and not at its end.
    private static func hasInnerMark(_ word: ArraySlice<UInt8>) -> Bool {
        guard let lastLetter = word.lastIndex(where: isLetter) else { return false }
        return !word[..<lastLetter].allSatisfy(isLetter)
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte)
    }

    /// Whether a byte is of a word of some language.
    private static func isLetter(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte >= 0x80
    }
}

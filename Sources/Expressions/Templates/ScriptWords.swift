/// What the word of a shell script may be that goes on at a place: more than one thing where more than
/// one way leads there.
///
/// A word is known as far as a shell reads what follows by it: whether there is one at all, which a
/// `#` goes by, whether it is a name, which a `[` goes by, and the keywords `case`, `[[` and `]]`.
struct ScriptWords: OptionSet, Sendable, Hashable {
    let rawValue: UInt16

    /// None: the next byte begins one.
    static let none = ScriptWords(rawValue: 1)
    static let c = ScriptWords(rawValue: 1 << 1)
    static let ca = ScriptWords(rawValue: 1 << 2)
    static let cas = ScriptWords(rawValue: 1 << 3)
    static let `case` = ScriptWords(rawValue: 1 << 4)
    static let bracket = ScriptWords(rawValue: 1 << 5)
    static let brackets = ScriptWords(rawValue: 1 << 6)
    static let closing = ScriptWords(rawValue: 1 << 7)
    static let closings = ScriptWords(rawValue: 1 << 8)
    /// A name that is not the beginning of `case`.
    static let name = ScriptWords(rawValue: 1 << 9)
    /// Any other word, and one with quotes in it.
    static let other = ScriptWords(rawValue: 1 << 10)

    /// Those that a variable may have for a name.
    static let names: ScriptWords = [.c, .ca, .cas, .case, .name]

    private static let all: [ScriptWords] = [
        .none, .c, .ca, .cas, .case, .bracket, .brackets, .closing, .closings, .name, .other,
    ]

    private static let steps: [(from: ScriptWords, byte: UInt8, to: ScriptWords)] = [
        (.none, UInt8(ascii: "c"), .c), (.c, UInt8(ascii: "a"), .ca),
        (.ca, UInt8(ascii: "s"), .cas), (.cas, UInt8(ascii: "e"), .case),
        (.none, UInt8(ascii: "["), .bracket), (.bracket, UInt8(ascii: "["), .brackets),
        (.none, UInt8(ascii: "]"), .closing), (.closing, UInt8(ascii: "]"), .closings),
    ]

    /// What the words are with one byte more, which is of a word.
    func followed(by byte: UInt8) -> ScriptWords {
        guard self != .other else { return self }
        var next: ScriptWords = []
        for word in ScriptWords.all where contains(word) {
            let step = ScriptWords.steps.first { $0.from == word && $0.byte == byte }
            next.formUnion(step?.to ?? word.beyondKeywords(byte))
        }
        return next
    }

    private func beyondKeywords(_ byte: UInt8) -> ScriptWords {
        guard ScriptWords.isOfName(byte) else { return .other }
        let isDigit = byte &- UInt8(ascii: "0") < 10
        let isName = self == .none ? !isDigit : !intersection(.names).isEmpty
        return isName ? .name : .other
    }

    /// Whether the name of a variable may hold a byte.
    static func isOfName(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || byte &- UInt8(ascii: "0") < 10
            || (byte | 0x20) &- UInt8(ascii: "a") < 26
    }
}

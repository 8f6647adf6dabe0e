/// Follows the text of a POSIX shell script to know how a value would be read there.
///
/// What shells read in different ways, and what takes more than these few states to follow, is
/// ``Opened/unknown``: no value may stand behind it.
///
/// Source: POSIX.1-2024, Shell Command Language, 2.2 Quoting, 2.3 Token Recognition and 2.6 Word
/// Expansions; where it leaves a thing open, what dash and bash do.
struct ScriptTracker {
    /// What is open.
    private enum Opened: Equatable {
        case single, double, substitution(parentheses: Int), backtick, ansi, comment
        case parameter(braces: Int)
        /// Here-documents, arithmetic, `case` in a substitution, and all that is not sure.
        case unknown
    }

    /// Words matter for `case` and comments, both short.
    private static let wordBytes = 8
    private static let letter = UInt8(ascii: "x")
    private static let dollar = UInt8(ascii: "$")

    private var isEscaped = false
    private var open: [Opened] = []
    /// The last bytes, to see where words start and what `$` and `<` stand before.
    private var word: [UInt8] = []
    /// Whether a word goes on here on all ways to this place, or on none.
    private var isWordSure = true
    private var last: UInt8 = 0x0A
    /// Whether the name of a parameter goes on here, as behind `$x`.
    private var isInName = false

    /// How a value is written here; nil where none may stand.
    ///
    /// In backticks a shell removes backslashes before it reads what is quoted, so no encoding holds.
    var encoding: ValueEncoding? {
        guard !isEscaped, !open.contains(.unknown), !open.contains(.backtick) else { return nil }
        let isBehindDollar = last == ScriptTracker.dollar
        switch open.last {
        case nil, .substitution: return isBehindDollar ? nil : .shellWord
        case .single: return .shellSingle
        // What goes on with a name makes it another name.
        case .double: return isBehindDollar || isInName ? nil : .shellDouble
        default: return nil
        }
    }

    // MARK: Ways through the text

    /// Whether the same things are open.
    func isAlike(_ other: ScriptTracker) -> Bool {
        isEscaped == other.isEscaped && open == other.open
    }

    mutating func join(_ other: ScriptTracker) {
        isInName = isInName || other.isInName
        if word.isEmpty != other.word.isEmpty { isWordSure = false }
        // What stands behind a `$` is another thing than what stands behind none.
        if (last == ScriptTracker.dollar) != (other.last == ScriptTracker.dollar) {
            open.append(.unknown)
        }
    }

    func canRepeat(from start: ScriptTracker) -> Bool {
        guard isAlike(start) else { return false }
        if open.last == .double, isInName, !start.isInName { return false }
        return open.last == .single || last != ScriptTracker.dollar
            || start.last == ScriptTracker.dollar
    }

    // MARK: Text

    mutating func passValue() {
        last = ScriptTracker.letter
        word = [last]
        isWordSure = true
        isInName = false
    }

    mutating func pass(_ byte: UInt8) {
        guard !isEscaped else {
            passEscaped(byte)
            return
        }
        let depth = open.count
        switch open.last {
        case .single: passLiteral(byte)
        case .ansi:
            passLiteral(byte)
            isEscaped = byte == UInt8(ascii: "\\")
        case .comment: passComment(byte)
        case .double: passQuoted(byte)
        case .parameter(let braces): passParameter(byte, braces)
        case .unknown: break
        default: passPlain(byte)
        }
        // A backslash is nothing until the next byte says what it is.
        if !isEscaped { note(byte, endsSubstitution: open.count < depth) }
    }

    /// Keeps what the next byte is read by.
    private mutating func note(_ byte: UInt8, endsSubstitution: Bool) {
        isInName = isNameByte(byte) && (isInName || last == ScriptTracker.dollar)
        // `$$` is a parameter, and what stands behind it stands behind no `$`.
        let isPair = byte == ScriptTracker.dollar && last == byte
        last = isPair ? ScriptTracker.letter : byte
        if endsSubstitution, byte == UInt8(ascii: ")") || byte == UInt8(ascii: "`") {
            // The word around goes on.
            word = [ScriptTracker.letter]
        } else if isBlank(byte) || ";&|()<>`".utf8.contains(byte) {
            word = []
            isWordSure = true
        } else if word.count < ScriptTracker.wordBytes {
            word.append(byte)
        }
    }

    private mutating func passEscaped(_ byte: UInt8) {
        isEscaped = false
        // Where a shell knows no `$'…'`, the quote ends here.
        if open.last == .ansi, byte == UInt8(ascii: "'") { open.append(.unknown) }
        // A line that goes on is one with the next, so a word and a `$` go on too.
        guard byte != UInt8(ascii: "\n") else { return }
        last = ScriptTracker.letter
        isInName = false
        if word.count < ScriptTracker.wordBytes { word.append(last) }
    }

    /// What a shell takes for the end of a word; a carriage return is a part of one.
    private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A }

    private func isNameByte(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || byte &- UInt8(ascii: "0") < 10
            || (byte | 0x20) &- UInt8(ascii: "a") < 26
    }

    /// Goes on where only the closing quote means anything.
    private mutating func passLiteral(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "'"): open.removeLast()
        case UInt8(ascii: "`") where open.contains(.backtick): passBacktick()
        default: break
        }
    }

    private mutating func passComment(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\n"): open.removeLast()
        case UInt8(ascii: "`") where open.contains(.backtick):
            open.removeLast()
            passBacktick()
        case UInt8(ascii: "\\"): isEscaped = open.contains(.backtick)
        default: break
        }
    }

    private mutating func passQuoted(_ byte: UInt8) {
        let isBehindDollar = last == ScriptTracker.dollar
        switch byte {
        case UInt8(ascii: "\""): open.removeLast()
        case UInt8(ascii: "\\"): isEscaped = true
        case UInt8(ascii: "`"): passBacktick()
        case UInt8(ascii: "(") where isBehindDollar: open.append(.substitution(parentheses: 0))
        case UInt8(ascii: "{") where isBehindDollar: open.append(.parameter(braces: 0))
        case UInt8(ascii: "[") where isBehindDollar: open.append(.unknown)
        default: break
        }
    }

    /// Opens or closes backticks; what a shell does where something else is still open in them is
    /// undefined (2.6.3).
    private mutating func passBacktick() {
        if !open.contains(.backtick) {
            open.append(.backtick)
        } else if open.last == .backtick {
            open.removeLast()
        } else {
            open.append(.unknown)
        }
    }

    private mutating func passParameter(_ byte: UInt8, _ braces: Int) {
        switch byte {
        case UInt8(ascii: "\\"): isEscaped = true
        case UInt8(ascii: "{") where last == ScriptTracker.dollar:
            open[open.count - 1] = .parameter(braces: braces + 1)
        case UInt8(ascii: "}") where braces == 0: open.removeLast()
        case UInt8(ascii: "}"): open[open.count - 1] = .parameter(braces: braces - 1)
        // Quotes and substitutions nested here follow rules of their own, and a brace may nest.
        case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"), UInt8(ascii: "("),
            UInt8(ascii: "{"):
            open.append(.unknown)
        // `${ command; }` and `${| command; }` run a command in newer shells.
        case _ where last == UInt8(ascii: "{") && (isBlank(byte) || byte == UInt8(ascii: "|")):
            open.append(.unknown)
        default: break
        }
    }

    private mutating func passPlain(_ byte: UInt8) {
        let isBehindDollar = last == ScriptTracker.dollar
        switch byte {
        case UInt8(ascii: "\\"): isEscaped = true
        case UInt8(ascii: "'"): open.append(isBehindDollar ? .ansi : .single)
        case UInt8(ascii: "\""): open.append(.double)
        case UInt8(ascii: "`"): passBacktick()
        case UInt8(ascii: "{") where isBehindDollar: open.append(.parameter(braces: 0))
        case UInt8(ascii: "[") where isBehindDollar: open.append(.unknown)
        case UInt8(ascii: "#") where !isWordSure: open.append(.unknown)
        case UInt8(ascii: "#") where word.isEmpty: open.append(.comment)
        // A here-document, or a shift: nothing behind is known for sure.
        case UInt8(ascii: "<") where last == byte: open.append(.unknown)
        case UInt8(ascii: "("): passParenthesis(isBehindDollar)
        case UInt8(ascii: ")"): closeParenthesis()
        default:
            guard isBlank(byte), word == Array("case".utf8), open.last != nil else { return }
            open.append(.unknown)
        }
    }

    private mutating func passParenthesis(_ isBehindDollar: Bool) {
        if isBehindDollar {
            open.append(.substitution(parentheses: 0))
        } else if last == UInt8(ascii: "(") {
            open.append(.unknown)
        } else if case .substitution(let count)? = open.last {
            open[open.count - 1] = .substitution(parentheses: count + 1)
        }
    }

    private mutating func closeParenthesis() {
        guard case .substitution(let count)? = open.last else { return }
        if count == 0 {
            open.removeLast()
        } else {
            open[open.count - 1] = .substitution(parentheses: count - 1)
        }
    }
}

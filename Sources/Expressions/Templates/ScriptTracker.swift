/// Follows the text of a POSIX shell script to know how a value would be read there.
///
/// What shells read in different ways, and what takes more than these few states to follow, is
/// ``Opened/unknown``: no value may stand behind it.
///
/// Source: POSIX.1-2024, Shell Command Language, 2.2 Quoting, 2.3 Token Recognition and 2.6 Word
/// Expansions; where it leaves a thing open, what dash and bash do. What bash alone knows is held to
/// the worse of the two.
struct ScriptTracker {
    /// What is open.
    private enum Opened: Equatable {
        case single, double, substitution(parentheses: Int), backtick, ansi, comment
        case parameter(braces: Int)
        /// `[[ … ]]`, where bash takes the operands of `-eq` for arithmetic.
        case test(parentheses: Int)
        /// What bash takes for the index of an array, which is arithmetic.
        case index(brackets: Int)
        /// Here-documents, arithmetic, `case` in a substitution, and all that is not sure.
        case unknown
    }

    /// What a byte is that is in no quotes.
    private enum Reading: Equatable { case itself, comment, test, index, unknown }

    private static let letter = UInt8(ascii: "x")
    private static let dollar = UInt8(ascii: "$")

    private var isEscaped = false
    private var open: [Opened] = []
    /// What the word may be that goes on here.
    private var words = ScriptWords.none
    /// The last byte, to see what stands behind a `$` or a `<`.
    private var last: UInt8 = 0x0A
    /// Whether the name of a parameter goes on here, as behind `$x`.
    private var isInName = false
    /// Whether nothing stands between here and the beginning of a loop's turn, on some way.
    private var isAtTurn = false
    /// The bytes that the turn begins with, in no quotes.
    private var firstBytes: Set<UInt8> = []

    /// How a value is written here; nil where none may stand.
    ///
    /// In backticks a shell removes backslashes before it reads what is quoted, so no encoding holds.
    var encoding: ValueEncoding? {
        guard !isEscaped, !isArithmetic, !open.contains(.unknown), !open.contains(.backtick)
        else { return nil }
        let isBehindDollar = last == ScriptTracker.dollar
        switch open.last {
        case nil, .substitution: return isBehindDollar ? nil : .shellWord
        case .single: return .shellSingle
        // What goes on with a name makes it another name.
        case .double: return isBehindDollar || isInName ? nil : .shellDouble
        default: return nil
        }
    }

    /// Whether bash may take a value for arithmetic here, and so for the commands in it.
    var isArithmetic: Bool {
        open.contains { opened in
            switch opened {
            case .test, .index: true
            default: false
            }
        }
    }

    /// Whether words and operators are read here.
    private var isPlain: Bool {
        switch open.last {
        case nil, .substitution, .backtick, .test, .index: true
        default: false
        }
    }

    // MARK: Ways through the text

    /// Whether the same things are open.
    func isAlike(_ other: ScriptTracker) -> Bool {
        isEscaped == other.isEscaped && open == other.open
    }

    mutating func join(_ other: ScriptTracker) {
        isInName = isInName || other.isInName
        words.formUnion(other.words)
        isAtTurn = isAtTurn || other.isAtTurn
        firstBytes.formUnion(other.firstBytes)
        guard last != other.last, open.last != .single, open.last != .comment else { return }
        // What stands behind a `$` is another thing than what stands behind none.
        if last == ScriptTracker.dollar || other.last == ScriptTracker.dollar {
            open.append(.unknown)
        } else if weight(of: other.last) > weight(of: last) {
            last = other.last
        }
    }

    /// How much a byte makes of the next one: behind a `<`, a `<` or a `(` is another thing.
    private func weight(of byte: UInt8) -> Int {
        guard isPlain else { return byte == UInt8(ascii: "{") ? 1 : 0 }
        if byte == UInt8(ascii: "<") { return 2 }
        return ScriptTracker.joinsParenthesis(byte) ? 1 : 0
    }

    /// Goes on as the first turn of a loop.
    mutating func beginTurn() {
        isAtTurn = true
        firstBytes = []
    }

    /// Whether a turn that ends here can be followed by one that is read as the first, which began at
    /// a place.
    func canRepeat(from start: ScriptTracker) -> Bool {
        guard isAlike(start) else { return false }
        if open.last == .double, isInName, !start.isInName { return false }
        if open.last != .single, last == ScriptTracker.dollar, start.last != last { return false }
        guard isPlain else { return true }
        return firstBytes.allSatisfy { isRead($0, asBehind: start) }
    }

    private func isRead(_ byte: UInt8, asBehind start: ScriptTracker) -> Bool {
        guard reading(of: byte) == start.reading(of: byte) else { return false }
        let isBehindDollar = last == ScriptTracker.dollar
        if "'({".utf8.contains(byte), isBehindDollar != (start.last == ScriptTracker.dollar) {
            return false
        }
        if isBlank(byte) || isOperator(byte) {
            return words.contains(.closings) == start.words.contains(.closings)
        }
        // Less is read into a word that is none of the others.
        let rest = words.followed(by: byte).subtracting(start.words.followed(by: byte))
        return rest.isEmpty || rest == .other && byte != UInt8(ascii: "]")
    }

    // MARK: Text

    mutating func passValue() {
        last = ScriptTracker.letter
        words = .other
        isInName = false
        isAtTurn = false
    }

    mutating func pass(_ byte: UInt8) {
        guard !isEscaped else {
            passEscaped(byte)
            return
        }
        if isAtTurn, isPlain { firstBytes.insert(byte) }
        if case .test? = open.last, words.contains(.closings), isBlank(byte) || isOperator(byte) {
            endTest()
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
        case .index(let brackets): passIndex(byte, brackets)
        case .unknown: break
        default: passPlain(byte)
        }
        // A backslash is nothing until the next byte says what it is.
        if !isEscaped { note(byte, endsSubstitution: open.count < depth) }
    }

    /// Keeps what the next byte is read by.
    private mutating func note(_ byte: UInt8, endsSubstitution: Bool) {
        isAtTurn = false
        isInName = ScriptWords.isOfName(byte) && (isInName || last == ScriptTracker.dollar)
        // `$$` is a parameter, and what stands behind it stands behind no `$`.
        let isPair = byte == ScriptTracker.dollar && last == byte
        last = isPair ? ScriptTracker.letter : byte
        if endsSubstitution, byte == UInt8(ascii: ")") || byte == UInt8(ascii: "`") {
            // The word around goes on.
            words = .other
        } else if isBlank(byte) || isOperator(byte) || byte == UInt8(ascii: "`") {
            words = .none
        } else {
            words = words.followed(by: byte)
        }
    }

    private mutating func passEscaped(_ byte: UInt8) {
        isEscaped = false
        // Where a shell knows no `$'…'`, the quote ends here.
        if open.last == .ansi, byte == UInt8(ascii: "'") { open.append(.unknown) }
        // A line that goes on is one with the next, so a word and a `$` go on too.
        guard byte != UInt8(ascii: "\n") else { return }
        last = ScriptTracker.letter
        words = .other
        isInName = false
        isAtTurn = false
    }

    /// What a shell takes for the end of a word; a carriage return is a part of one.
    private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A }

    private func isOperator(_ byte: UInt8) -> Bool { ";&|()<>".utf8.contains(byte) }

    /// Whether a `(` directly behind a byte belongs to it, in bash.
    ///
    /// It begins the list of an array, a pattern, a command for a file or arithmetic, behind whose end
    /// the word goes on.
    private static func joinsParenthesis(_ byte: UInt8) -> Bool {
        "<>=@?*+!(".utf8.contains(byte)
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

    private func reading(of byte: UInt8) -> Reading {
        let isBehindDollar = last == ScriptTracker.dollar
        switch byte {
        case UInt8(ascii: "#") where words.contains(.none):
            return words == .none ? .comment : .unknown
        // A here-document, or a shift: nothing behind is known for sure.
        case UInt8(ascii: "<") where last == byte: return .unknown
        case UInt8(ascii: "(") where ScriptTracker.joinsParenthesis(last): return .unknown
        case UInt8(ascii: "[") where isBehindDollar: return .unknown
        case UInt8(ascii: "[") where !words.isDisjoint(with: .names): return .index
        case _ where isBlank(byte):
            if words.contains(.case), open.last != nil { return .unknown }
            guard words.contains(.brackets) else { return .itself }
            return words == .brackets ? .test : .unknown
        case _ where isOperator(byte): return words.contains(.brackets) ? .unknown : .itself
        default: return .itself
        }
    }

    private mutating func passPlain(_ byte: UInt8) {
        switch reading(of: byte) {
        case .itself: passItself(byte)
        case .comment: open.append(.comment)
        case .test: open.append(.test(parentheses: 0))
        case .index: open.append(.index(brackets: 0))
        case .unknown: open.append(.unknown)
        }
    }

    private mutating func passItself(_ byte: UInt8) {
        let isBehindDollar = last == ScriptTracker.dollar
        switch byte {
        case UInt8(ascii: "\\"): isEscaped = true
        case UInt8(ascii: "'"): open.append(isBehindDollar ? .ansi : .single)
        case UInt8(ascii: "\""): open.append(.double)
        case UInt8(ascii: "`"): passBacktick()
        case UInt8(ascii: "{") where isBehindDollar: open.append(.parameter(braces: 0))
        case UInt8(ascii: "(") where isBehindDollar: open.append(.substitution(parentheses: 0))
        case UInt8(ascii: "("): openParenthesis()
        case UInt8(ascii: ")"): closeParenthesis()
        default: break
        }
    }

    private mutating func openParenthesis() {
        switch open.last {
        case .substitution(let count): open[open.count - 1] = .substitution(parentheses: count + 1)
        case .test(let count): open[open.count - 1] = .test(parentheses: count + 1)
        default: break
        }
    }

    private mutating func closeParenthesis() {
        switch open.last {
        case .substitution(parentheses: 0): open.removeLast()
        case .substitution(let count): open[open.count - 1] = .substitution(parentheses: count - 1)
        // Where a shell knows no `[[`, it may end what is around.
        case .test(parentheses: 0): open.append(.unknown)
        case .test(let count): open[open.count - 1] = .test(parentheses: count - 1)
        default: break
        }
    }

    /// Ends a `[[` at the end of its `]]`.
    private mutating func endTest() {
        if words == .closings, open.last == .test(parentheses: 0) {
            open.removeLast()
        } else {
            open.append(.unknown)
        }
    }

    /// Goes on in what is an index, or a pattern of file names, up to its bracket.
    private mutating func passIndex(_ byte: UInt8, _ brackets: Int) {
        let isBehindDollar = last == ScriptTracker.dollar
        switch byte {
        case UInt8(ascii: "]") where brackets == 0: open.removeLast()
        case UInt8(ascii: "]"): open[open.count - 1] = .index(brackets: brackets - 1)
        case UInt8(ascii: "[") where !isBehindDollar:
            open[open.count - 1] = .index(brackets: brackets + 1)
        case UInt8(ascii: "("), UInt8(ascii: "#"):
            if isBehindDollar { passItself(byte) } else { open.append(.unknown) }
        // An index may hold what ends a pattern.
        case _ where isBlank(byte) || isOperator(byte): open.append(.unknown)
        default: passPlain(byte)
        }
    }
}

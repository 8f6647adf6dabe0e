/// What a rendered text is part of, and so how the values put into it are written.
public enum TemplateContext: Sendable, Hashable, CaseIterable {
    /// Text for people and models: values are put in as they are.
    case text
    /// A JSON document: inside of a string a value is escaped, elsewhere it is put in as JSON.
    case json
    /// A POSIX shell script: a value is one word, whatever it holds, in quotes and out of them.
    case shell
    /// A URL: all but unreserved characters are percent-encoded.
    case url
}

/// How one value is written where it stands.
enum ValueEncoding: Sendable, Equatable {
    case text, jsonValue, jsonString, shellWord, shellSingle, shellDouble, url
}

/// Follows literal text to know what a value would stand in.
///
/// Tracking is conservative: where what the shell makes of a text is not sure, no value may stand.
struct ContextTracker: Equatable {
    /// What is open in a shell script.
    private enum Opened: Equatable {
        case single, double, substitution(parentheses: Int), backtick, ansi, comment
        case parameter(braces: Int)
        /// Here-documents, arithmetic and `case` in a substitution: no value may stand behind.
        case unknown
    }

    let context: TemplateContext
    private var isInString = false
    private var isEscaped = false
    private var open: [Opened] = []
    /// Words matter for `case` and comments, both short.
    private static let wordBytes = 8
    /// The last bytes, to see where words start and what `$` and `<` stand before.
    private var word: [UInt8] = []
    private var last: UInt8 = 0x0A

    init(_ context: TemplateContext) { self.context = context }

    /// Two places are alike when a value would be written alike.
    static func == (first: ContextTracker, second: ContextTracker) -> Bool {
        first.isInString == second.isInString && first.isEscaped == second.isEscaped
            && first.open == second.open
    }

    /// How a value is written here; nil where none may stand.
    var encoding: ValueEncoding? {
        switch context {
        case .text: return .text
        case .url: return .url
        case .json: return isEscaped ? nil : isInString ? .jsonString : .jsonValue
        case .shell:
            guard !isEscaped, !open.contains(.unknown) else { return nil }
            switch open.last {
            case nil, .substitution: return last == UInt8(ascii: "$") ? nil : .shellWord
            case .single: return .shellSingle
            case .double: return last == UInt8(ascii: "$") ? nil : .shellDouble
            default: return nil
            }
        }
    }

    /// Goes on behind a value.
    mutating func passValue() {
        last = UInt8(ascii: "x")
        word = [last]
    }

    /// Goes through literal text.
    mutating func pass(_ text: some Sequence<UInt8>) {
        switch context {
        case .text, .url: return
        case .json: for byte in text { passJSON(byte) }
        case .shell: for byte in text { passShell(byte) }
        }
    }

    private mutating func passJSON(_ byte: UInt8) {
        if isEscaped {
            isEscaped = false
        } else if byte == UInt8(ascii: "\"") {
            isInString.toggle()
        } else if isInString, byte == UInt8(ascii: "\\") {
            isEscaped = true
        }
    }

    private mutating func passShell(_ byte: UInt8) {
        if isEscaped {
            isEscaped = false
            // A line that goes on is one with the next, so a word may go on too.
            guard byte != UInt8(ascii: "\n") else { return }
            last = UInt8(ascii: "x")
            if word.count < ContextTracker.wordBytes { word.append(last) }
            return
        }
        defer {
            last = byte
            if isBlank(byte) || ";&|()<>`".utf8.contains(byte) {
                word = []
            } else if byte != UInt8(ascii: "\\"), word.count < ContextTracker.wordBytes {
                word.append(byte)
            }
        }
        switch open.last {
        case .single:
            if byte == UInt8(ascii: "'") { open.removeLast() }
        case .comment:
            if byte == UInt8(ascii: "\n") { open.removeLast() }
        case .ansi:
            if byte == UInt8(ascii: "'") { open.removeLast() }
            isEscaped = byte == UInt8(ascii: "\\")
        case .double: passQuoted(byte)
        case .parameter(let braces): passParameter(byte, braces)
        case .unknown: break
        default: passPlain(byte)
        }
    }

    private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private mutating func passQuoted(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): open.removeLast()
        case UInt8(ascii: "\\"): isEscaped = true
        case UInt8(ascii: "`"): passBacktick()
        case UInt8(ascii: "(") where last == UInt8(ascii: "$"):
            open.append(.substitution(parentheses: 0))
        case UInt8(ascii: "{") where last == UInt8(ascii: "$"):
            open.append(.parameter(braces: 0))
        case UInt8(ascii: "[") where last == UInt8(ascii: "$"): open.append(.unknown)
        default: break
        }
    }

    private mutating func passBacktick() {
        if let place = open.lastIndex(of: .backtick) {
            open.removeSubrange(place...)
        } else {
            open.append(.backtick)
        }
    }

    private mutating func passParameter(_ byte: UInt8, _ braces: Int) {
        switch byte {
        case UInt8(ascii: "\\"): isEscaped = true
        case UInt8(ascii: "{"): open[open.count - 1] = .parameter(braces: braces + 1)
        case UInt8(ascii: "}") where braces == 0: open.removeLast()
        case UInt8(ascii: "}"): open[open.count - 1] = .parameter(braces: braces - 1)
        // Quotes and substitutions nested here follow rules of their own.
        case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"), UInt8(ascii: "("):
            open.append(.unknown)
        default: break
        }
    }

    private mutating func passPlain(_ byte: UInt8) {
        let isAfterDollar = last == UInt8(ascii: "$")
        switch byte {
        case UInt8(ascii: "\\"): isEscaped = true
        case UInt8(ascii: "'"): open.append(isAfterDollar ? .ansi : .single)
        case UInt8(ascii: "\""): open.append(.double)
        case UInt8(ascii: "`"): passBacktick()
        case UInt8(ascii: "{") where isAfterDollar: open.append(.parameter(braces: 0))
        case UInt8(ascii: "[") where isAfterDollar: open.append(.unknown)
        case UInt8(ascii: "#") where word.isEmpty: open.append(.comment)
        // A here-document, or a shift: nothing behind is known for sure.
        case UInt8(ascii: "<") where last == byte: open.append(.unknown)
        case UInt8(ascii: "("): passParenthesis(isAfterDollar)
        case UInt8(ascii: ")"): closeParenthesis()
        default:
            guard isBlank(byte), word == Array("case".utf8), open.last != nil else { return }
            open.append(.unknown)
        }
    }

    private mutating func passParenthesis(_ isAfterDollar: Bool) {
        if isAfterDollar {
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

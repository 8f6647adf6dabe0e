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
    let context: TemplateContext
    private var isInString = false
    private var isEscaped = false
    private var script = ScriptTracker()

    init(_ context: TemplateContext) { self.context = context }

    /// Two places are alike when a value would be written alike.
    static func == (first: ContextTracker, second: ContextTracker) -> Bool {
        first.isInString == second.isInString && first.isEscaped == second.isEscaped
            && first.script.isAlike(second.script)
    }

    /// How a value is written here; nil where none may stand.
    var encoding: ValueEncoding? {
        switch context {
        case .text: .text
        case .url: .url
        case .json: isEscaped ? nil : isInString ? .jsonString : .jsonValue
        case .shell: script.encoding
        }
    }

    /// Whether a value could be taken for arithmetic here.
    var isArithmetic: Bool { context == .shell && script.isArithmetic }

    /// Goes on behind a value.
    mutating func passValue() { script.passValue() }

    /// Goes through literal text.
    mutating func pass(_ text: some Sequence<UInt8>) {
        switch context {
        case .text, .url: return
        case .json: for byte in text { passJSON(byte) }
        case .shell: for byte in text { script.pass(byte) }
        }
    }

    /// Goes on where another way through the text leads to as well, which is alike.
    mutating func join(_ other: ContextTracker) {
        if context == .shell { script.join(other.script) }
    }

    /// Goes on as the first turn of a loop.
    mutating func beginTurn() { script.beginTurn() }

    /// Whether the turn of a loop that ends here can be followed by one that began at a place.
    func canRepeat(from start: ContextTracker) -> Bool {
        context != .shell || script.canRepeat(from: start.script)
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
}

/// Which objects a list or a watch is about, by their labels.
///
/// The syntax is `a=b`, `a==b`, `a!=b`, `a`, `!a`, `a in (b,c)`, `a notin (b)`, `a>1`, `a<1`, joined by
/// commas. Source: Kubernetes, "Labels and Selectors".
struct LabelSelector: Sendable, Hashable {
    enum Condition: Sendable, Hashable {
        case isOneOf(Set<String>)
        case isNoneOf(Set<String>)
        case exists
        case isAbsent
        case isGreater(Int64)
        case isLess(Int64)
    }

    struct Requirement: Sendable, Hashable {
        let key: String
        let condition: Condition
    }

    let requirements: [Requirement]

    static let everything = LabelSelector(requirements: [])

    private init(requirements: [Requirement]) { self.requirements = requirements }

    init(parsing text: String) throws(APIFailure) {
        var parser = SelectorParser(text)
        requirements = try parser.requirements()
    }

    /// Whether an object with these labels is meant.
    ///
    /// An absent label is none of any values.
    func matches(_ labels: [String: String]) -> Bool {
        for requirement in requirements {
            let value = labels[requirement.key]
            let holds: Bool =
                switch requirement.condition {
                case .isOneOf(let values): value.map(values.contains) ?? false
                case .isNoneOf(let values): value.map { !values.contains($0) } ?? true
                case .exists: value != nil
                case .isAbsent: value == nil
                case .isGreater(let bound): value.flatMap { Int64($0) }.map { $0 > bound } ?? false
                case .isLess(let bound): value.flatMap { Int64($0) }.map { $0 < bound } ?? false
                }
            if !holds { return false }
        }
        return true
    }
}

/// The reader of one selector, whose messages are those of apimachinery's `labels.Parse`.
private struct SelectorParser {
    private enum Token: Hashable {
        case word(String)
        case symbol(String)
        case end

        var text: String {
            switch self {
            case .word(let text), .symbol(let text): text
            case .end: ""
            }
        }
    }

    private var tokens: [Token] = []
    private var position = 0

    init(_ text: String) {
        let symbols: Set<Character> = ["=", "!", "(", ")", ",", ">", "<"]
        var rest = Substring(text)
        while let first = rest.first {
            if first.isWhitespace {
                rest = rest.dropFirst()
            } else if symbols.contains(first) {
                let length = ["==", "!="].contains(String(rest.prefix(2))) ? 2 : 1
                tokens.append(.symbol(String(rest.prefix(length))))
                rest = rest.dropFirst(length)
            } else {
                let word = rest.prefix { !$0.isWhitespace && !symbols.contains($0) }
                tokens.append(.word(String(word)))
                rest = rest.dropFirst(word.count)
            }
        }
    }

    private var current: Token { position < tokens.count ? tokens[position] : .end }

    private mutating func take() -> Token {
        let token = current
        position += 1
        return token
    }

    private func unexpected(_ token: Token, _ expected: String) -> APIFailure {
        .badRequest("unable to parse requirement: found '\(token.text)', expected: \(expected)")
    }

    mutating func requirements() throws(APIFailure) -> [LabelSelector.Requirement] {
        var found: [LabelSelector.Requirement] = []
        guard current != .end else { return found }
        while true {
            found.append(try requirement())
            switch take() {
            case .end: return found.sorted { $0.key < $1.key }
            case .symbol(","): continue
            case let token: throw unexpected(token, "',' or 'end of string'")
            }
        }
    }

    private mutating func requirement() throws(APIFailure) -> LabelSelector.Requirement {
        if current == .symbol("!") {
            position += 1
            return .init(key: try key(), condition: .isAbsent)
        }
        let key = try key()
        switch current {
        case .end, .symbol(","): return .init(key: key, condition: .exists)
        case .symbol("="), .symbol("=="):
            position += 1
            return .init(key: key, condition: .isOneOf([try value()]))
        case .symbol("!="):
            position += 1
            return .init(key: key, condition: .isNoneOf([try value()]))
        case .word("in"):
            position += 1
            return .init(key: key, condition: .isOneOf(try values()))
        case .word("notin"):
            position += 1
            return .init(key: key, condition: .isNoneOf(try values()))
        case .symbol(">"):
            position += 1
            return .init(key: key, condition: .isGreater(try number()))
        case .symbol("<"):
            position += 1
            return .init(key: key, condition: .isLess(try number()))
        case let token: throw unexpected(token, "in, notin, =, ==, !=, gt, lt")
        }
    }

    private mutating func key() throws(APIFailure) -> String {
        let token = take()
        guard case .word(let key) = token else {
            throw unexpected(
                token, position == 1 ? "!, identifier, or 'end of string'" : "identifier")
        }
        if let fault = MetadataValidation.labelNameFault(key) {
            throw .badRequest(
                "unable to parse requirement: key: Invalid value: \"\(key)\": \(fault)")
        }
        return key
    }

    private mutating func value() throws(APIFailure) -> String {
        switch current {
        case .word(let value):
            position += 1
            if let fault = MetadataValidation.labelValueFault(value) {
                throw .badRequest(
                    "unable to parse requirement: values[0]: Invalid value: \"\(value)\": \(fault)")
            }
            return value
        case .end, .symbol(","): return ""
        case let token: throw unexpected(token, "identifier")
        }
    }

    private mutating func values() throws(APIFailure) -> Set<String> {
        let open = take()
        guard open == .symbol("(") else { throw unexpected(open, "'('") }
        var values: Set<String> = []
        while true {
            switch take() {
            case .word(let value):
                values.insert(value)
                switch take() {
                case .symbol(","): if current == .symbol(")") { values.insert("") }
                case .symbol(")"): return values
                case let token: throw unexpected(token, "',' or ')'")
                }
            case .symbol(","): values.insert("")
            case .symbol(")"):
                values.insert("")
                return values
            case let token: throw unexpected(token, "',', ')' or identifier")
            }
        }
    }

    private mutating func number() throws(APIFailure) -> Int64 {
        let token = take()
        guard case .word(let text) = token, let number = Int64(text) else {
            throw unexpected(token, "an integer")
        }
        return number
    }
}

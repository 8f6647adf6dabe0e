/// Reads RE2's syntax; the recursion on groups is counted against `PatternLimits.nesting`.
///
/// Source: https://github.com/google/re2/wiki/Syntax
struct PatternParser {
    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var nesting = 0
    private var flags = Flags()

    private struct Flags {
        var ignoresCase = false
        var isMultiline = false
        var dotMatchesNewline = false
    }

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    mutating func parse() throws(PatternError) -> PatternNode {
        let node = try parseAlternatives()
        guard position == scalars.count else { throw PatternError("unexpected ')'") }
        return node
    }

    private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        position += 1
        return true
    }

    private mutating func take(_ text: String) -> Bool {
        guard scalars[position...].starts(with: text.unicodeScalars) else { return false }
        position += text.unicodeScalars.count
        return true
    }

    private mutating func parseAlternatives() throws(PatternError) -> PatternNode {
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= PatternLimits.nesting else {
            throw PatternError("groups are nested deeper than \(PatternLimits.nesting)")
        }
        var alternatives = [try parseSequence()]
        while take("|") { alternatives.append(try parseSequence()) }
        return alternatives.count == 1 ? alternatives[0] : .alternatives(alternatives)
    }

    private mutating func parseSequence() throws(PatternError) -> PatternNode {
        var nodes: [PatternNode] = []
        while let scalar = next, scalar != "|", scalar != ")" {
            if take("\\Q") {
                nodes += try parseQuotation()
                continue
            }
            nodes.append(try parseRepetition())
        }
        return nodes.count == 1 ? nodes[0] : nodes.isEmpty ? .empty : .sequence(nodes)
    }

    /// Reads what stands between `\Q` and `\E`, where nothing has a meaning; a count behind it repeats
    /// its last character.
    private mutating func parseQuotation() throws(PatternError) -> [PatternNode] {
        var nodes: [PatternNode] = []
        while position < scalars.count, !take("\\E") {
            nodes.append(literal(scalars[position]))
            position += 1
        }
        if let last = nodes.popLast() { nodes.append(try parseCounts(of: last)) }
        return nodes
    }

    // MARK: Repetition

    private mutating func parseRepetition() throws(PatternError) -> PatternNode {
        if let scalar = next, "*+?".unicodeScalars.contains(scalar) {
            throw PatternError("nothing to repeat before '\(scalar)'")
        }
        return try parseCounts(of: try parseAtom())
    }

    private mutating func parseCounts(
        of atom: PatternNode
    ) throws(PatternError) -> PatternNode {
        guard let (minimum, maximum) = try parseCount() else { return atom }
        // Lazy or not is no difference to whether there is a match.
        _ = take("?")
        if let (_, _) = try parseCount() {
            throw PatternError("a repetition cannot be repeated without a group")
        }
        return .repetition(atom, minimum: minimum, maximum: maximum)
    }

    private mutating func parseCount() throws(PatternError) -> (Int, Int?)? {
        if take("*") { return (0, nil) }
        if take("+") { return (1, nil) }
        if take("?") { return (0, 1) }
        let start = position
        guard take("{"), let minimum = parseNumber() else {
            position = start
            return nil
        }
        var maximum: Int? = minimum
        if take(",") { maximum = parseNumber() }
        guard take("}") else {
            position = start
            return nil
        }
        guard minimum <= PatternLimits.repetitions, maximum ?? 0 <= PatternLimits.repetitions else {
            throw PatternError("a count is over \(PatternLimits.repetitions)")
        }
        if let maximum, maximum < minimum {
            throw PatternError("the count {\(minimum),\(maximum)} is backwards")
        }
        return (minimum, maximum)
    }

    private mutating func parseNumber() -> Int? {
        var value: Int?
        while let digit = next, digit.value &- 0x30 < 10 {
            value = min((value ?? 0) * 10 + Int(digit.value - 0x30), PatternLimits.repetitions + 1)
            position += 1
        }
        return value
    }

    // MARK: Atoms

    private func literal(_ scalar: Unicode.Scalar) -> PatternNode {
        guard flags.ignoresCase, !MatchedScalar.otherCases(of: scalar.value).isEmpty else {
            return .scalar(scalar.value)
        }
        return .set(
            ScalarClass(ScalarSet(ranges: [scalar.value...scalar.value], ignoresCase: true)))
    }

    private mutating func parseAtom() throws(PatternError) -> PatternNode {
        let scalar = scalars[position]
        position += 1
        switch scalar {
        case "(": return try parseGroup()
        case "[": return .set(ScalarClass(try parseClass()))
        case ".":
            return .set(
                ScalarClass(
                    ScalarSet(
                        ranges: flags.dotMatchesNewline ? [] : [0x0A...0x0A], isNegated: true)))
        case "^": return .assertion(flags.isMultiline ? .lineStart : .textStart)
        case "$": return .assertion(flags.isMultiline ? .lineEnd : .textEnd)
        case "\\": return try parseEscape()
        default: return literal(scalar)
        }
    }

    private mutating func parseGroup() throws(PatternError) -> PatternNode {
        let outer = flags
        if take("?") {
            if next == "=" || next == "!"
                || next == "<" && (lookahead(1) == "=" || lookahead(1) == "!")
            {
                throw PatternError("looking ahead or behind is not supported")
            }
            if take("P<") || take("<") {
                try parseGroupName()
            } else if try parseFlags() {
                // Flags alone hold to the end of the group around them.
                return .empty
            }
        }
        let node = try parseAlternatives()
        guard take(")") else { throw PatternError("a '(' is not closed") }
        flags = outer
        return node
    }

    private func lookahead(_ count: Int) -> Unicode.Scalar? {
        position + count < scalars.count ? scalars[position + count] : nil
    }

    private mutating func parseGroupName() throws(PatternError) {
        let start = position
        while let scalar = next, ScalarSet.words.holds(scalar.value) { position += 1 }
        guard position > start, take(">") else { throw PatternError("a group has a bad name") }
    }

    /// Reads flags; whether they stand alone, as in `(?i)`, and not before `:`.
    private mutating func parseFlags() throws(PatternError) -> Bool {
        var isOn = true
        while let scalar = next {
            position += 1
            switch scalar {
            case "i": flags.ignoresCase = isOn
            case "m": flags.isMultiline = isOn
            case "s": flags.dotMatchesNewline = isOn
            case "U": break
            case "-" where isOn: isOn = false
            case ":": return false
            case ")": return true
            default: throw PatternError("unknown flag '\(scalar)' in '(?'")
            }
        }
        throw PatternError("a '(' is not closed")
    }

    private mutating func parseEscape() throws(PatternError) -> PatternNode {
        guard let letter = next else { throw PatternError("the pattern ends with a backslash") }
        switch letter {
        case "A":
            position += 1
            return .assertion(.textStart)
        case "z":
            position += 1
            return .assertion(.textEnd)
        case "b":
            position += 1
            return .assertion(.wordBoundary)
        case "B":
            position += 1
            return .assertion(.noWordBoundary)
        default: break
        }
        var set = ScalarSet(ignoresCase: flags.ignoresCase)
        if try parseClassEscape(into: &set) { return .set(ScalarClass(set)) }
        return literal(try parseScalarEscape())
    }

    /// Reads `\d`, `\PL` and the like behind their backslash; false where it is another escape.
    private mutating func parseClassEscape(into set: inout ScalarSet) throws(PatternError) -> Bool {
        guard let letter = next else { return false }
        switch letter {
        case "d": set.ranges += ScalarSet.digits.ranges
        case "D": set.ranges += ScalarSet.complement(ScalarSet.digits.ranges)
        case "w": set.ranges += ScalarSet.words.ranges
        case "W": set.ranges += ScalarSet.complement(ScalarSet.words.ranges)
        case "s": set.ranges += ScalarSet.blanks.ranges
        case "S": set.ranges += ScalarSet.complement(ScalarSet.blanks.ranges)
        case "p", "P":
            position += 1
            try parseCategory(isNegated: letter == "P", into: &set)
            return true
        default: return false
        }
        position += 1
        return true
    }

    private mutating func parseCategory(
        isNegated: Bool, into set: inout ScalarSet
    ) throws(PatternError) {
        var name = String.UnicodeScalarView()
        var isNegated = isNegated
        if take("{") {
            if take("^") { isNegated.toggle() }
            while let scalar = next, scalar != "}" {
                name.append(scalar)
                position += 1
            }
            guard take("}") else { throw PatternError("a '\\p{' is not closed") }
        } else if let scalar = next {
            name.append(scalar)
            position += 1
        }
        guard let category = UnicodeCategory(String(name)) else {
            throw PatternError("'\(String(name))' is no general category of Unicode")
        }
        set.categories.append((category, isNegated))
    }

    private mutating func parseScalarEscape() throws(PatternError) -> Unicode.Scalar {
        guard let letter = next else { throw PatternError("the pattern ends with a backslash") }
        position += 1
        switch letter {
        case "a": return "\u{07}"
        case "f": return "\u{0C}"
        case "t": return "\t"
        case "n": return "\n"
        case "r": return "\r"
        case "v": return "\u{0B}"
        case "x": return try parseHexadecimal()
        case "0"..."7": return try parseOctal(letter)
        case "8", "9": throw PatternError("references to groups are not supported")
        default:
            guard letter.isASCII, !ScalarSet.words.holds(letter.value) else {
                throw PatternError("unknown escape '\\\(letter)'")
            }
            return letter
        }
    }

    private mutating func parseOctal(_ first: Unicode.Scalar) throws(PatternError) -> Unicode.Scalar
    {
        var value = first.value - 0x30
        var digits = 1
        while digits < 3, let digit = next, digit.value &- 0x30 < 8 {
            value = value * 8 + digit.value - 0x30
            digits += 1
            position += 1
        }
        guard first == "0" || digits == 3, let scalar = Unicode.Scalar(value) else {
            throw PatternError("references to groups are not supported")
        }
        return scalar
    }

    private mutating func parseHexadecimal() throws(PatternError) -> Unicode.Scalar {
        let isBraced = take("{")
        var value: UInt32 = 0
        var digits = 0
        while let scalar = next, let digit = Character(scalar).hexDigitValue,
            digits < (isBraced ? 8 : 2)
        {
            value = value << 4 | UInt32(digit)
            digits += 1
            position += 1
        }
        guard isBraced ? digits > 0 && take("}") : digits == 2, let scalar = Unicode.Scalar(value)
        else { throw PatternError("a '\\x' has no character's number behind it") }
        return scalar
    }
}

// MARK: - Classes

extension PatternParser {
    private mutating func parseClass() throws(PatternError) -> ScalarSet {
        var set = ScalarSet(ignoresCase: flags.ignoresCase)
        set.isNegated = take("^")
        var isFirst = true
        while true {
            guard let scalar = next else { throw PatternError("a '[' is not closed") }
            if scalar == "]", !isFirst { break }
            isFirst = false
            if try parseNamedClass(into: &set) { continue }
            if scalar == "\\" {
                position += 1
                if try parseClassEscape(into: &set) { continue }
                position -= 1
            }
            let low = try parseClassScalar()
            var high = low
            if next == "-", let after = lookahead(1), after != "]" {
                position += 1
                high = try parseClassScalar()
            }
            guard low <= high else { throw PatternError("the range \(low)-\(high) is backwards") }
            set.ranges.append(low.value...high.value)
        }
        position += 1
        return set
    }

    private mutating func parseClassScalar() throws(PatternError) -> Unicode.Scalar {
        guard let scalar = next else { throw PatternError("a '[' is not closed") }
        position += 1
        return scalar == "\\" ? try parseScalarEscape() : scalar
    }

    /// Reads `[:alpha:]` inside a class.
    private mutating func parseNamedClass(into set: inout ScalarSet) throws(PatternError) -> Bool {
        guard next == "[", lookahead(1) == ":" else { return false }
        let start = position
        position += 2
        let isNegated = take("^")
        var name = String.UnicodeScalarView()
        while let scalar = next, scalar != ":", scalar != "]" {
            name.append(scalar)
            position += 1
        }
        guard take(":]") else {
            position = start
            return false
        }
        guard let ranges = ScalarSet.named[String(name)] else {
            throw PatternError("there is no class [:\(String(name)):]")
        }
        set.ranges += isNegated ? ScalarSet.complement(ranges) : ranges
        return true
    }
}

/// Turns the text of a pattern into a program: one pass, with a stack of the groups that are open.
struct PatternCompiler {
    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var groups: [Group] = [Group()]

    /// A group that is open: the alternatives it has, the atoms of the last one, and the atom that a
    /// repetition would repeat.
    private struct Group {
        var alternatives: [[Instruction]] = []
        var sequence: [Instruction] = []
        var lastAtom: [Instruction]?

        mutating func push(_ atom: [Instruction]) {
            sequence += lastAtom ?? []
            lastAtom = atom
        }

        mutating func endAlternative() {
            sequence += lastAtom ?? []
            lastAtom = nil
            alternatives.append(sequence)
            sequence = []
        }
    }

    init(_ source: String) { scalars = Array(source.unicodeScalars) }

    mutating func compile() throws(PatternError) -> [Instruction] {
        while position < scalars.count {
            let scalar = scalars[position]
            position += 1
            switch scalar {
            case "(": try openGroup()
            case ")": try closeGroup()
            case "|": groups[groups.count - 1].endAlternative()
            case "*", "+", "?": try repeatLast(scalar)
            case "{":
                if let (least, most) = try counts() {
                    try repeatLast(from: least, to: most)
                } else {
                    push([.scalar("{")])
                }
            case "[": push([.set(try characterClass())])
            case ".": push([.any])
            case "^": push([.start])
            case "$": push([.end])
            case "\\": push([try escape()])
            default: push([.scalar(scalar)])
            }
        }
        guard groups.count == 1, var outermost = groups.popLast() else {
            throw error("a group is not closed")
        }
        outermost.endAlternative()
        let program = PatternCompiler.join(outermost.alternatives) + [.match]
        try check(program)
        return program
    }

    private mutating func push(_ atom: [Instruction]) { groups[groups.count - 1].push(atom) }

    private mutating func openGroup() throws(PatternError) {
        guard groups.count < SchemaLimits.maximumPatternDepth else {
            throw error("groups are nested too deep")
        }
        if take("?") {
            if take("P"), take("<") || take("=") {
                while position < scalars.count, !take(">") { position += 1 }
            } else if !take(":") {
                throw error("only (?:…) and (?P<name>…) are known")
            }
        }
        groups.append(Group())
    }

    private mutating func closeGroup() throws(PatternError) {
        guard groups.count > 1, var group = groups.popLast() else {
            throw error("a group is closed that was not opened")
        }
        group.endAlternative()
        let code = PatternCompiler.join(group.alternatives)
        try check(code)
        push(code)
    }

    private mutating func repeatLast(_ sign: Unicode.Scalar) throws(PatternError) {
        try repeatLast(from: sign == "+" ? 1 : 0, to: sign == "?" ? 1 : nil)
    }

    private mutating func repeatLast(from least: Int, to most: Int?) throws(PatternError) {
        guard let atom = groups[groups.count - 1].lastAtom else {
            throw error("there is nothing to repeat")
        }
        // A lazy repetition matches the same texts.
        _ = take("?")
        let copies = max(least, most ?? least + 1)
        guard copies * (atom.count + 2) <= SchemaLimits.maximumPatternInstructions else {
            throw error("the repetition is too large")
        }
        var code: [Instruction] = []
        for _ in 0..<least { code += atom }
        if let most {
            // Each further copy may be left out together with all behind it.
            let optional = most - least
            for copy in 0..<optional {
                let rest = (optional - copy) * (atom.count + 1)
                code.append(.split(1, rest))
                code += atom
            }
        } else {
            code.append(.split(1, atom.count + 2))
            code += atom
            code.append(.jump(-atom.count - 1))
        }
        groups[groups.count - 1].lastAtom = code
    }

    /// The counts of `{2}`, `{2,}` or `{2,5}`; nil where the brace is meant as itself.
    private mutating func counts() throws(PatternError) -> (least: Int, most: Int?)? {
        let start = position
        let first = number()
        var most = first
        if take(",") { most = number() }
        let isOpen = position > start && scalars[position - 1] == ","
        guard take("}"), let least = first else {
            position = start
            return nil
        }
        if let most, most < least, !isOpen { throw error("the repetition ends before it begins") }
        return (least, isOpen ? nil : most)
    }

    private mutating func number() -> Int? {
        var value: Int?
        while position < scalars.count, ScalarSet.digits.contains(scalars[position]) {
            value = min((value ?? 0) * 10 + Int(scalars[position].value - 48), 1_000_000)
            position += 1
        }
        return value
    }

    private mutating func characterClass() throws(PatternError) -> ScalarSet {
        var set = ScalarSet()
        set.isNegated = take("^")
        var isFirst = true
        while true {
            guard position < scalars.count else { throw error("a class is not closed") }
            if !isFirst, take("]") { return set }
            isFirst = false
            let lower: Unicode.Scalar
            if take("\\") {
                switch try escape() {
                case .set(let named) where !named.isNegated:
                    set.ranges += named.ranges
                    continue
                case .scalar(let literal): lower = literal
                default: throw error("that escape has no meaning inside a class")
                }
            } else {
                lower = scalars[position]
                position += 1
            }
            set.ranges.append(lower...(try upperBound(of: lower)))
        }
    }

    /// The end of a range that begins with a scalar of a class, or that scalar itself.
    private mutating func upperBound(
        of lower: Unicode.Scalar
    ) throws(PatternError) -> Unicode.Scalar {
        guard position + 1 < scalars.count, scalars[position] == "-", scalars[position + 1] != "]"
        else { return lower }
        position += 1
        var upper = scalars[position]
        position += 1
        if upper == "\\" {
            guard case .scalar(let literal) = try escape() else {
                throw error("a range must end with a character")
            }
            upper = literal
        }
        guard lower <= upper else { throw error("a range ends before it begins") }
        return upper
    }

    private mutating func escape() throws(PatternError) -> Instruction {
        guard position < scalars.count else { throw error("nothing follows the backslash") }
        let scalar = scalars[position]
        position += 1
        switch scalar {
        case "d": return .set(.digits)
        case "w": return .set(.words)
        case "s": return .set(.spaces)
        case "D": return .set(ScalarSet(ranges: ScalarSet.digits.ranges, isNegated: true))
        case "W": return .set(ScalarSet(ranges: ScalarSet.words.ranges, isNegated: true))
        case "S": return .set(ScalarSet(ranges: ScalarSet.spaces.ranges, isNegated: true))
        case "b": return .wordBoundary(true)
        case "B": return .wordBoundary(false)
        case "A": return .start
        case "z": return .end
        case "n": return .scalar("\n")
        case "r": return .scalar("\r")
        case "t": return .scalar("\t")
        default:
            guard !ScalarSet.words.contains(scalar) else {
                throw error("the escape \\\(scalar) is not known")
            }
            return .scalar(scalar)
        }
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard position < scalars.count, scalars[position] == scalar else { return false }
        position += 1
        return true
    }

    private func check(_ code: [Instruction]) throws(PatternError) {
        guard code.count <= SchemaLimits.maximumPatternInstructions else {
            throw error("the pattern is too large")
        }
    }

    private func error(_ message: String) -> PatternError {
        PatternError(message: "not a regular expression: \(message) (at \(position))")
    }

    /// Code that matches any of the alternatives.
    private static func join(_ alternatives: [[Instruction]]) -> [Instruction] {
        guard var code = alternatives.last else { return [] }
        for alternative in alternatives.dropLast().reversed() {
            code =
                [.split(1, alternative.count + 2)] + alternative + [.jump(code.count + 1)] + code
        }
        return code
    }
}

/// A compiled regular expression of RE2's syntax, matched in time linear in the text.
///
/// Patterns come with custom resource definitions and workflow inputs, which are not trusted, so no
/// backtracking matcher will do: here all alternatives advance together over the text, and the cost is
/// at most the instructions times the scalars. Not offered: back-references and look-around (as in
/// RE2), named classes such as `[:alpha:]` and `\p{…}`.
public struct Pattern: Sendable, Hashable {
    /// The text it was compiled from.
    public let source: String
    let program: [Instruction]

    /// Compiles a pattern.
    ///
    /// - Throws: ``PatternError`` where it is no pattern, or one that compiles to more instructions
    ///   than ``SchemaLimits/maximumPatternInstructions``.
    public init(_ source: String) throws(PatternError) {
        self.source = source
        var compiler = PatternCompiler(source)
        program = try compiler.compile()
    }

    /// Whether the text holds a match anywhere; `^` and `$` tie it to the ends.
    ///
    /// A text longer than ``SchemaLimits/maximumPatternInput`` scalars does not match.
    public func matches(_ text: String) -> Bool {
        var matcher = PatternMatcher(program: program)
        return matcher.matches(Array(text.unicodeScalars))
    }
}

/// Why a text is no pattern.
public struct PatternError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, with the offset in scalars.
    public var message: String

    /// The message.
    public var description: String { message }
}

/// One instruction; jumps are relative, so that code can be joined and repeated as it is.
enum Instruction: Sendable, Hashable {
    case scalar(Unicode.Scalar)
    case set(ScalarSet)
    case any
    case start
    case end
    case wordBoundary(Bool)
    case jump(Int)
    case split(Int, Int)
    case match
}

/// A set of Unicode scalars as ranges.
struct ScalarSet: Sendable, Hashable {
    var ranges: [ClosedRange<Unicode.Scalar>] = []
    var isNegated = false

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        ranges.contains { $0.contains(scalar) } != isNegated
    }

    static let digits = ScalarSet(ranges: ["0"..."9"])
    static let words = ScalarSet(ranges: ["0"..."9", "A"..."Z", "_"..."_", "a"..."z"])
    static let spaces = ScalarSet(ranges: ["\t"..."\n", "\u{0C}"..."\r", " "..." "])
}

/// Runs a program over a text, all threads in step.
struct PatternMatcher {
    let program: [Instruction]
    private var marks: [Int]
    private var generation = 0

    init(program: [Instruction]) {
        self.program = program
        marks = [Int](repeating: 0, count: program.count)
    }

    mutating func matches(_ text: [Unicode.Scalar]) -> Bool {
        guard text.count <= SchemaLimits.maximumPatternInput else { return false }
        var current: [Int] = []
        for position in 0...text.count {
            // A thread is also started at every position: the match may begin anywhere.
            if position == 0 { generation += 1 }
            if follow(0, text, position, into: &current) { return true }
            guard position < text.count else { return false }
            let scalar = text[position]
            var next: [Int] = []
            generation += 1
            for counter in current where consumes(program[counter], scalar) {
                if follow(counter + 1, text, position + 1, into: &next) { return true }
            }
            current = next
        }
        return false
    }

    private func consumes(_ instruction: Instruction, _ scalar: Unicode.Scalar) -> Bool {
        switch instruction {
        case .scalar(let wanted): scalar == wanted
        case .set(let set): set.contains(scalar)
        case .any: scalar != "\n"
        default: false
        }
    }

    /// Follows jumps from an instruction to those that consume; true when one of them is the match.
    private mutating func follow(
        _ start: Int, _ text: [Unicode.Scalar], _ position: Int, into threads: inout [Int]
    ) -> Bool {
        var waiting = [start]
        while let counter = waiting.popLast() {
            guard marks[counter] != generation else { continue }
            marks[counter] = generation
            switch program[counter] {
            case .match: return true
            case .jump(let offset): waiting.append(counter + offset)
            case .split(let first, let second):
                waiting.append(counter + second)
                waiting.append(counter + first)
            case .start: if position == 0 { waiting.append(counter + 1) }
            case .end: if position == text.count { waiting.append(counter + 1) }
            case .wordBoundary(let wanted):
                let before = position > 0 && ScalarSet.words.contains(text[position - 1])
                let after = position < text.count && ScalarSet.words.contains(text[position])
                if (before != after) == wanted { waiting.append(counter + 1) }
            case .scalar, .set, .any: threads.append(counter)
            }
        }
        return false
    }
}

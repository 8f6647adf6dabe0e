/// A compiled regular expression of RE2's syntax, which decides whether a text holds a match.
///
/// All alternatives are followed at once (Thompson's construction), so time is linear in the text
/// times the size of the program, whatever the pattern: there is no backtracking to blow up.
struct Pattern: Sendable {
    private let program: PatternProgram

    /// Compiles a pattern.
    init(_ text: String) throws(PatternError) {
        guard text.utf8.count <= Limits.patternBytes else {
            throw PatternError("the pattern is over \(Limits.patternBytes) bytes")
        }
        var parser = PatternParser(text)
        var compiler = PatternCompiler()
        program = try compiler.compile(try parser.parse())
    }

    /// Whether any part of a text matches; nil where that takes more steps than the budget.
    func matches(_ text: String, budget: inout Int) -> Bool? {
        var matcher = PatternMatcher(program, Array(text.unicodeScalars.lazy.map(\.value)))
        return matcher.run(budget: &budget)
    }
}

/// Why a text is no regular expression.
struct PatternError: Error {
    var message: String

    init(_ message: String) { self.message = message }
}

extension Evaluator {
    mutating func matches(
        _ arguments: [CELValue], compiled: Int, at node: NodeIndex
    ) throws(EvaluationError) -> CELValue {
        guard case .string(let text) = arguments[0], case .string(let source) = arguments[1] else {
            throw noOverload("matches", arguments, at: node)
        }
        let pattern: Pattern
        if compiled >= 0 {
            pattern = tree.patterns[compiled]
        } else {
            // A pattern can grow by its counts; each instruction is a step.
            try charge(source.utf8.count + Limits.patternRepeat, at: node)
            do {
                pattern = try Pattern(source)
            } catch {
                throw self.error(
                    .invalidArgument, "the pattern is no regular expression: \(error.message)",
                    at: node)
            }
        }
        guard let answer = pattern.matches(text, budget: &budget) else {
            throw costExceeded(at: node)
        }
        return .bool(answer)
    }
}

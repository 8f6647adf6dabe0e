/// A compiled regular expression of RE2's syntax, which decides whether a text holds a match.
///
/// All alternatives are followed at once (Thompson's construction), so time is linear in the text
/// times the size of the program, whatever the pattern: there is no backtracking to blow up. Not
/// offered: back-references and looking around, as in RE2, and the names of scripts in `\p{…}`.
///
/// Source: https://github.com/google/re2/wiki/Syntax
public struct Pattern: Sendable {
    /// The text it was compiled from.
    public let source: String
    private let program: PatternProgram

    /// Compiles a pattern.
    ///
    /// - Throws: ``PatternError`` where the text is no pattern, or one that is larger than
    ///   ``PatternLimits`` allow.
    public init(_ source: String) throws(PatternError) {
        guard source.utf8.count <= PatternLimits.bytes else {
            throw PatternError("the pattern is over \(PatternLimits.bytes) bytes")
        }
        self.source = source
        var parser = PatternParser(source)
        var compiler = PatternCompiler()
        program = try compiler.compile(try parser.parse())
    }

    /// Whether any part of a text matches; `^` and `$` tie the match to the ends.
    ///
    /// This is the search that `pattern` of JSON Schema means. A text that takes more than
    /// ``PatternLimits/steps`` does not match: what cannot be checked is not let through.
    public func matches(_ text: String) -> Bool {
        var budget = PatternLimits.steps
        return matches(text, budget: &budget) ?? false
    }

    /// Whether any part of a text matches, paid for from a budget of steps.
    ///
    /// This is the search that `matches` of CEL means. The answer is nil where the budget is used
    /// up, which it then stays. A step pays for ``PatternLimits/movesPerStep`` moves; each character
    /// costs one, and one more for each place in the pattern that is followed over it, or as many as
    /// the class of characters there takes to look into.
    public func matches(_ text: String, budget: inout Int) -> Bool? {
        // The text is copied before the first move.
        budget -= text.utf8.count / PatternLimits.bytesPerStep
        guard budget >= 0 else { return nil }
        var matcher = PatternMatcher(program, Array(text.unicodeScalars.lazy.map(\.value)))
        return matcher.run(budget: &budget)
    }
}

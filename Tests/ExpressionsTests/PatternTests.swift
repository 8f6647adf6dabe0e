import Expressions
import Testing
import Values

/// `matches` with a pattern that is known when the expression is read, and with one that is not.
@Suite struct PatternTests {
    @Test(arguments: [
        ("abc", "b", true), ("abc", "^b", false), ("abc", "^abc$", true), ("É", "(?i)é", true),
        ("é", "^[[:alpha:]]$", false), ("x1_", "^[a-z0-9_]+$", true),
    ])
    func `any part of a text may match`(text: String, pattern: String, expected: Bool) throws {
        let bindings = Bindings(["s": .string(text), "p": .string(pattern)])
        #expect(try Expression(parsing: "s.matches(p)").evaluateCondition(bindings) == expected)
        let constant = try Expression(parsing: "s.matches('\(pattern)')")
        #expect(try constant.evaluateCondition(bindings) == expected)
    }

    @Test func `a pattern that cannot be read says why when it is used`() throws {
        let expression = try Expression(parsing: "s.matches(p)")
        let error = #expect(throws: EvaluationError.self) {
            try expression.evaluate(Bindings(["s": "", "p": "["]))
        }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message == "the pattern is no regular expression: a '[' is not closed")
    }
}

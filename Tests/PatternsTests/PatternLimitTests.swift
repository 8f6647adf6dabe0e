import Patterns
import Testing

/// What a hostile pattern or text may cost.
@Suite struct PatternLimitTests {
    @Test(arguments: [
        "(a+)+$", "(a|a)*c", "(a*)*c", "(.*)(.*)(.*)(.*)c", "(a?){50}a{50}c",
        "^(a|a|aa)*(a*)*$",
    ])
    func `patterns made to backtrack take linear time`(source: String) throws {
        let pattern = try Pattern(source)
        func cost(of length: Int) -> Int {
            var budget = PatternLimits.steps
            #expect(
                pattern.matches(String(repeating: "a", count: length) + "b", budget: &budget)
                    == false)
            return PatternLimits.steps - budget
        }
        #expect(cost(of: 20_000) < cost(of: 10_000) * 21 / 10)
    }

    @Test(arguments: [
        "((a{1000}){1000}){1000}", "((((){1000}){1000}){1000}){1000}", "a{1001}", "a**",
        String(repeating: "(", count: 1000) + String(repeating: ")", count: 1000),
        String(repeating: "a", count: PatternLimits.bytes + 1),
    ])
    func `patterns that grow are refused`(source: String) {
        #expect(throws: PatternError.self) { try Pattern(source) }
    }

    @Test func `a match is charged and ends with its budget`() throws {
        let pattern = try Pattern("(a?){900}[^a]")
        let text = String(repeating: "a", count: 1000)
        var budget = 1_000_000
        #expect(pattern.matches(text, budget: &budget) == false)
        let cost = 1_000_000 - budget
        #expect(cost > 1000 * 900 / PatternLimits.movesPerStep)
        budget = cost
        #expect(pattern.matches(text, budget: &budget) == false)
        #expect(budget == 0)
        budget = cost - 1
        #expect(pattern.matches(text, budget: &budget) == nil)
        #expect(pattern.matches("b", budget: &budget) == nil)
    }

    @Test func `a text that takes too many steps does not match`() throws {
        let pattern = try Pattern("(a?){900}b")
        let text = String(repeating: "a", count: 1000)
        #expect(pattern.matches(text + "b"))
        #expect(!pattern.matches(String(repeating: text, count: 50) + "b"))
    }

    @Test func `a text is paid for before it is copied`() throws {
        let pattern = try Pattern("a")
        let text = String(repeating: "a", count: 1 << 20)
        var budget = 1000
        #expect(pattern.matches(text, budget: &budget) == nil)
        budget = text.utf8.count / PatternLimits.bytesPerStep
        #expect(pattern.matches(text, budget: &budget) == true)
    }

    @Test func `a class costs by its size, and far less than a look at each range`() throws {
        func cost(_ source: String) throws -> Int {
            var budget = PatternLimits.steps
            let text = String(repeating: "\u{FFFF}", count: 10_000)
            #expect(try Pattern(source).matches(text, budget: &budget) == false)
            return PatternLimits.steps - budget
        }
        let many = (0..<600).map { String(Unicode.Scalar(0x4E00 + $0 * 2) ?? "a") }.joined()
        let (one, large) = (try cost("[a]"), try cost("[\(many)]"))
        #expect(large > one * 3 / 2)
        #expect(large < one * 10)
        #expect(try cost("(?i)[\(many)]") > large)
        #expect(try cost("\\pL") > one)
    }
}

import Expressions
import Testing
import Values

/// Regular expressions of RE2's syntax.
@Suite struct PatternTests {
    private let expression: Expression

    init() throws { expression = try Expression(parsing: "s.matches(p)") }

    private func matches(_ text: String, _ pattern: String) throws -> Bool {
        try expression.evaluateCondition(Bindings(["s": .string(text), "p": .string(pattern)]))
    }

    @Test(arguments: [
        ("abc", "b", true), ("abc", "^b", false), ("abc", "^abc$", true), ("abc", "abcd", false),
        ("", "", true), ("abc", "", true), ("", "^$", true), ("\n", "^$", false),
        ("a\nb", "^b", false), ("a\nb", "(?m)^b$", true), ("a\nb", "a.b", false),
        ("a\nb", "(?s)a.b", true), ("ABC", "abc", false), ("ABC", "(?i)abc", true),
        ("aBC", "a(?i:bc)", true), ("ABC", "a(?i:bc)", false), ("xAb", "x(?i)a(?-i)b", true),
        ("xAB", "x(?i)a(?-i)b", false), ("É", "(?i)é", true), ("Q", "(?i)[a-z]", true),
        ("colour", "colou?r", true), ("color", "colou?r", true), ("aab", "^a{2}b$", true),
        ("ab", "^a{2}b$", false), ("aaaab", "^a{2,3}b$", false), ("aaab", "^a{2,}b$", true),
        ("a{", "^a{$", true), ("a{,2}", "^a{,2}$", true), ("aaa", "^a+?$", true),
        ("b", "^(a|b|)$", true), ("", "^(a|b|)$", true), ("c", "^(a|b|)$", false),
        ("x1_", "^\\w+$", true), ("x-", "^\\w+$", false), ("12", "^\\d+$", true),
        (" \t", "^\\s+$", true), ("ab", "^\\S\\D$", true), ("-", "^\\W$", true),
        ("foo bar", "\\bbar\\b", true), ("foobar", "\\bbar", false), ("foobar", "\\Bbar", true),
        ("]", "^[]]$", true), ("a", "^[^]]$", true), ("-", "^[a-]$", true), ("b", "^[a-]$", false),
        ("x", "^[^a-c]$", true), ("b", "^[^a-c]$", false), ("é", "^[à-ü]$", true),
        ("z9", "^[[:alpha:]][[:digit:]]$", true), ("9", "^[[:^digit:]]$", false),
        ("é", "^\\pL$", true), ("é", "^\\p{Ll}$", true), ("é", "^\\p{Lu}$", false),
        ("5", "^\\PL$", true), ("😀", "^.$", true), ("😀", "^\\x{1F600}$", true),
        ("A", "^\\x41$", true), ("a.b", "^a\\.b$", true), ("a+b", "^\\Qa+b\\E$", true),
        ("aab", "^\\Qa\\E+b$", true), ("\u{01}", "^\\001$", true),
        ("ab", "^(?P<n>a)(?<m>b)$", true),
        ("aaaa", "^(?:aa)*$", true), ("aaa", "^(?:aa)*$", false), ("abab", "^(ab){2}$", true),
        ("e\u{301}", "^..$", true), ("run-tests-2", "^[a-z]+(-[a-z0-9]+)*$", true),
        ("a", "\\Aa\\z", true), ("", "(a*)*", true), ("b", "^(a*)+b$", true),
    ])
    func `a pattern matches as RE2 says`(text: String, pattern: String, expected: Bool) throws {
        #expect(try matches(text, pattern) == expected)
    }

    @Test(arguments: [
        ("(", "a '(' is not closed"), (")", "unexpected ')'"), ("[a", "a '[' is not closed"),
        ("*a", "nothing to repeat before '*'"),
        ("a**", "a repetition cannot be repeated without a group"),
        ("a{2,1}", "the count {2,1} is backwards"), ("[b-a]", "the range b-a is backwards"),
        ("\\1", "references to groups are not supported"),
        ("(?=a)", "looking ahead or behind is not supported"),
        ("(?<!a)", "looking ahead or behind is not supported"),
        ("\\", "the pattern ends with a backslash"),
        ("\\y", "unknown escape '\\y'"),
        ("\\p{Greek}", "'Greek' is no general category of Unicode"),
        ("(?x)", "unknown flag 'x' in '(?'"), ("[[:word2:]]", "there is no class [:word2:]"),
    ])
    func `a pattern that cannot be read says why`(pattern: String, message: String) {
        let error = #expect(throws: EvaluationError.self) { try matches("", pattern) }
        #expect(error?.message == "the pattern is no regular expression: \(message)")
    }

    @Test func `a pattern is searched for in all of a text`() throws {
        let text = String(repeating: "x", count: 100_000) + "needle"
        #expect(try matches(text, "ne+dle$"))
        #expect(try !matches(text, "needles"))
    }
}

import Schemas
import Testing

@Suite struct PatternTests {
    @Test(arguments: [
        ("^[a-z]+$", "abc", true), ("^[a-z]+$", "ab1", false), ("b", "abc", true),
        ("^(a|bc)*d$", "abcbcad", true), ("^(a|bc)*d$", "abcbad", false),
        ("^a{2,3}$", "a", false), ("^a{2,3}$", "aa", true), ("^a{2,3}$", "aaa", true),
        ("^a{2,3}$", "aaaa", false), ("^a{2,}$", "aaaaa", true), ("^a{3}$", "aaa", true),
        ("^a{,3}$", "a{,3}", true), ("^x?y$", "y", true), ("^\\d+\\.\\d$", "12.5", true),
        ("^\\d+\\.\\d$", "12x5", false), ("^[^/]+$", "a/b", false), ("^[]a]+$", "]a", true),
        ("^[a-]+$", "-a", true), ("^(?:ab)+?$", "abab", true), ("\\bword\\b", "a word here", true),
        ("\\bword\\b", "swords", false), ("^.$", "é", true), ("^.$", "\n", false), ("", "x", true),
        ("^$", "", true), ("^(a|)$", "", true), ("^[\\w.-]+@\\S+$", "a.b@c", true),
        ("^(https?|ssh)://.+$", "http://x", true), ("a||b", "zzz", true),
    ])
    func `a pattern matches what RE2 would`(pattern: String, text: String, expected: Bool) throws {
        #expect(try Pattern(pattern).matches(text) == expected)
    }

    @Test(arguments: [
        "(", ")", "[a", "*a", "a{3,1}", "\\q", "a\\", "(?=x)", "[z-a]", "(a{900}){9}",
    ])
    func `what is no pattern is refused`(source: String) {
        #expect(throws: PatternError.self) { try Pattern(source) }
    }

    @Test func `a pattern made to backtrack takes linear time`() throws {
        let pattern = try Pattern("^(a|a|aa)*(a*)*$")
        #expect(!pattern.matches(String(repeating: "a", count: 20_000) + "b"))
    }
}

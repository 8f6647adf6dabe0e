import Patterns
import TestSupport
import Testing

/// Regular expressions of RE2's syntax.
@Suite struct PatternTests {
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
        ("ab1", "^[a-z]+$", false), ("abcbcad", "^(a|bc)*d$", true),
        ("abcbad", "^(a|bc)*d$", false), ("a", "^a{2,3}$", false), ("aa", "^a{2,3}$", true),
        ("aaa", "^a{2,3}$", true), ("aaa", "^a{3}$", true), ("y", "^x?y$", true),
        ("12.5", "^\\d+\\.\\d$", true), ("12x5", "^\\d+\\.\\d$", false), ("a/b", "^[^/]+$", false),
        ("]a", "^[]a]+$", true), ("abab", "^(?:ab)+?$", true), ("a word here", "\\bword\\b", true),
        ("swords", "\\bword\\b", false), ("é", "^.$", true), ("\n", "^.$", false),
        ("a.b@c", "^[\\w.-]+@\\S+$", true), ("http://x", "^(https?|ssh)://.+$", true),
        ("zzz", "a||b", true), ("é", "^[\\pN\\p{Ll}]$", true), ("é", "^[\\PL\\p{Lu}]$", false),
        ("É", "(?i)^\\p{Ll}$", true), ("5", "^[^\\pL]$", true), ("K", "(?i)^[a-z]$", true),
        ("@", "(?i)^[`]$", false), ("{", "(?i)^\\[$", false),
    ])
    func `a pattern matches as RE2 says`(text: String, pattern: String, expected: Bool) throws {
        #expect(try Pattern(pattern).matches(text) == expected)
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
        ("\\q", "unknown escape '\\q'"), ("a{1001}", "a count is over 1000"),
        ("(a{900}){12}", "the pattern is too large once its counts are written out"),
    ])
    func `a pattern that cannot be read says why`(pattern: String, message: String) {
        let error = #expect(throws: PatternError.self) { try Pattern(pattern) }
        #expect(error?.message == message)
        #expect(error?.description == "the pattern is no regular expression: \(message)")
    }

    @Test func `a class holds what is in one of its ranges, in whatever order`() throws {
        var random = SeededRandom(seed: 7)
        for _ in 0..<200 {
            var ranges: [ClosedRange<Int>] = []
            for _ in 0...random.below(12) {
                let low = 0x100 + random.below(0x80)
                ranges.append(low...low + random.below(6))
            }
            let parts = ranges.map {
                "\\x{\(String($0.lowerBound, radix: 16))}-\\x{\(String($0.upperBound, radix: 16))}"
            }
            let pattern = try Pattern("^[\(parts.joined())]$")
            let others = try Pattern("^[^\(parts.joined())]$")
            let either = try Pattern("(?i)^[\(parts.joined())]$")
            for value in 0xF0..<0x190 {
                guard let scalar = Unicode.Scalar(value) else { continue }
                let isMember = ranges.contains { $0.contains(value) }
                let cases = [
                    scalar.properties.lowercaseMapping, scalar.properties.uppercaseMapping,
                ].filter { $0.unicodeScalars.count == 1 }
                let isEither = ranges.contains { range in
                    cases.contains { range.contains(Int($0.unicodeScalars.first?.value ?? 0)) }
                }
                #expect(pattern.matches(String(scalar)) == isMember)
                #expect(others.matches(String(scalar)) == !isMember)
                #expect(either.matches(String(scalar)) == (isMember || isEither))
            }
        }
    }

    @Test func `a pattern is searched for in all of a text`() throws {
        let text = String(repeating: "x", count: 100_000) + "needle"
        #expect(try Pattern("ne+dle$").matches(text))
        #expect(try !Pattern("needles").matches(text))
    }

    @Test func `damaged patterns are refused or matched`() {
        var random = SeededRandom(seed: 99)
        let sources = [
            "^[a-z]+(-[a-z0-9]+)*$", "(?i)a|b{2,3}?", "\\pL+\\d[[:alpha:]\\S]",
            "a{3}(?:b|c)*\\Q.\\E",
            "(?P<n>x)\\x{1F600}\\b\\B", "[^\\n-\\x7f]", "(?ms)^.$", "[]a]|[^]a]",
        ]
        var read = 0
        for _ in 0..<5000 {
            var bytes = Array(sources[random.below(sources.count)].utf8)
            for _ in 0...random.below(4) {
                let place = random.below(bytes.count + 1)
                let end = min(bytes.count, place + random.below(20))
                switch random.below(4) {
                case 0: bytes.removeSubrange(place..<end)
                case 1: bytes.insert(contentsOf: bytes[place..<end], at: place)
                case 2: bytes.insert(UInt8(random.below(256)), at: place)
                default: bytes.insert(contentsOf: sources[random.below(8)].utf8, at: place)
                }
            }
            guard let pattern = try? Pattern(String(decoding: bytes, as: UTF8.self)) else {
                continue
            }
            read += 1
            var budget = 1000
            #expect(pattern.matches("Hello, b-2 wörld😀", budget: &budget) != nil)
        }
        #expect((1000..<5000).contains(read))
    }
}

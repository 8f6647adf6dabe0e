import Testing
import Values

/// What RFC 8259 lets in and keeps out, section by section.
@Suite struct JSONConformanceTests {
    @Test(arguments: [
        // 2: white space is allowed around every token.
        (" \t\r\n1 \t\r\n", "1"), ("{ \"a\" : [ 1 , 2 ] }", #"{"a":[1,2]}"#), ("[\n]", "[]"),
        ("{\t}", "{}"),
        // 3: literals.
        ("true", "true"), ("false", "false"), ("null", "null"), ("[null,true]", "[null,true]"),
        // 4 and 5: nesting.
        ("{}", "{}"), ("[]", "[]"), ("[[],{},[{}]]", "[[],{},[{}]]"), (#"{"":0}"#, #"{"":0}"#),
        (#"{"b":1,"a":{"d":1,"c":2}}"#, #"{"a":{"c":2,"d":1},"b":1}"#),
        (#"{"a":1,"A":2,"\u0061b":3}"#, #"{"A":2,"a":1,"ab":3}"#),
        // 6: numbers.
        ("0", "0"), ("-0", "0"), ("-0.0", "-0.0"), ("0.0", "0.0"), ("1", "1"), ("-1", "-1"),
        ("1.0", "1.0"), ("1e2", "100.0"), ("1E+2", "100.0"), ("1e-2", "0.01"), ("1.5e0", "1.5"),
        ("0e0", "0.0"), ("-1.25E-3", "-0.00125"), ("9223372036854775807", "9223372036854775807"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("9223372036854775808", "9.223372036854776e+18"),
        ("18446744073709551616", "1.8446744073709552e+19"), ("1e308", "1e+308"),
        ("5e-324", "5e-324"), ("1e-400", "0.0"), ("0.1", "0.1"),
        ("0.30000000000000004", "0.30000000000000004"),
        ("9007199254740993.0", "9007199254740992.0"),
        ("123456789012345678901234567890.5", "1.2345678901234568e+29"),
        ("0.000000000000000000000000000001", "1e-30"),
        // 7: strings.
        (#""""#, #""""#), (#""\"\\\/\b\f\n\r\t""#, #""\"\\/\u0008\u000c\n\r\t""#),
        (#""\u0041\u00e9\u20AC""#, #""Aé€""#), (#""\ud83d\ude00""#, #""😀""#),
        (#""\uD834\uDD1E""#, #""𝄞""#), ("\"\u{7F}\"", "\"\u{7F}\""), (#""\u0000""#, #""\u0000""#),
        ("\"é€😀\"", "\"é€😀\""), ("\"12345678\\n12345678\"", "\"12345678\\n12345678\""),
    ])
    func `a valid text is read as its canonical form`(text: String, canonical: String) throws {
        let value = try JSON(parsing: text)
        #expect(value.text == canonical)
        #expect(try JSON(parsing: value.prettyText) == value)
    }

    @Test(arguments: [
        // 2: exactly one value, and no other white space.
        "", " ", "1 1", "[] []", "{}x", "\u{0B}1", "\u{A0}1", "\u{FEFF}1", "// c\n1", "/**/1", ",",
        // 3: literals are written just so.
        "True", "NULL", "tru", "truee", "nul", "undefined", "NaN", "Infinity", "-Infinity",
        // 4: objects.
        "{", "}", "{,}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{"a":1 "b":2}"#, "{a:1}", "{'a':1}",
        "{1:1}", #"{"a":1,"a":1}"#, #"{"a":1,"\u0061":2}"#, #"{"a":1]"#, #"{"a" 1}"#, #"{"a"::1}"#,
        #"{"b":1,"a":1,"b":2}"#, #"{"a":1,,"b":2}"#, #"{:1}"#,
        // 5: arrays.
        "[", "]", "[,]", "[1,]", "[1 2]", "[1,,2]", "[1}", "[1", "[\"a\"", "[1:2]",
        // 6: numbers.
        "-", "+1", "01", "-01", "00", "1.", ".5", "-.5", "1.e1", "1e", "1e+", "1E-", "0x10",
        "1_000",
        "1e309", "-1e309", "1.2.3", "1e1.5", "--1", "1a",
        // 7: strings.
        "\"", "\"a", "'a'", "\"\n\"", "\"\t\"", "\"\u{0}\"", "\"\u{1F}\"", #""\a""#, #""\x41""#,
        #""\u12""#, #""\u12g4""#, #""\u""#, #""\""#, #""\ud800""#, #""\udc00""#, #""\ud800\u0041""#,
        #""\ud800\ud800""#, #""\ud800x""#, #""\U0041""#, "\"12345678\n12345678\"",
    ])
    func `what is not JSON is refused`(text: String) {
        #expect(throws: JSONParseError.self) { try JSON(parsing: text) }
        #expect(throws: JSONParseError.self) { try JSON(parsing: "{\"a\":\(text)") }
    }

    @Test(
        arguments: [
            [0x80], [0xC0, 0xAF], [0xC3], [0xE0, 0x80, 0x80], [0xE2, 0x82], [0xED, 0xA0, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xFE],
        ] as [[UInt8]])
    func `strings and names that are not UTF-8 are refused`(bytes: [UInt8]) {
        for padding in ["", "12345678", "escaped \\n "] {
            let text = Array("\"\(padding)".utf8) + bytes + Array("\"".utf8)
            #expect(throws: JSONParseError.self) { try JSON(parsing: text) }
            #expect(throws: JSONParseError.self) {
                try JSON(parsing: Array("{".utf8) + text + Array(":1}".utf8))
            }
        }
    }

    @Test(arguments: 0..<24)
    func `a string may end at any distance from the end of the text`(length: Int) throws {
        let body = String(repeating: "x", count: length)
        for text in [
            "\"\(body)\"", "{\"\(body)\":1}", "[\"\(body)\\n\"]", "{\"\(body)\\t\":\"\(body)\"}",
        ] {
            #expect(try JSON(parsing: text).text == text)
            #expect(throws: JSONParseError.self) { try JSON(parsing: String(text.dropLast())) }
            #expect(throws: JSONParseError.self) { try JSON(parsing: String(text.dropLast(2))) }
        }
    }

    @Test func `the size of a text is bounded`() throws {
        let limits = JSONLimits(maximumBytes: 4, maximumDepth: 2)
        #expect(try JSON(parsing: "[[]]", limits: limits).text == "[[]]")
        #expect(throws: JSONParseError.self) { try JSON(parsing: "[[] ]", limits: limits) }
        #expect(throws: JSONParseError.self) {
            try JSON(parsing: "[[[]]]", limits: JSONLimits(maximumDepth: 2))
        }
    }
}

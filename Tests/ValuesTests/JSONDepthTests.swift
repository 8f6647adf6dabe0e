import Testing
import Values

@Suite struct JSONDepthTests {
    /// Arrays and objects in turn, one inside the other.
    private static func nested(_ depth: Int) -> JSON {
        var value: JSON = 1
        for level in 0..<depth { value = level % 2 == 0 ? [value] : ["a": value] }
        return value
    }

    @Test func `the deepest nesting that is read can be compared, hashed, written and let go`()
        throws
    {
        let limit = JSONLimits().maximumDepth
        let text = JSONDepthTests.nested(limit).text
        let value = try JSON(parsing: text)
        #expect(value == JSONDepthTests.nested(limit))
        #expect(value.hashValue == JSONDepthTests.nested(limit).hashValue)
        #expect(value.text == text)
        #expect(throws: JSONParseError.self) {
            try JSON(parsing: JSONDepthTests.nested(limit + 1).text)
        }
    }

    @Test func `the writer takes a value of any depth`() throws {
        // Deeper than its stack would take were it recursive, and no deeper than letting go takes.
        let value = JSONDepthTests.nested(2000)
        let limits = JSONLimits(maximumDepth: 2000)
        #expect(try JSON(parsing: value.bytes, limits: limits) == value)
        #expect(try JSON(parsing: value.prettyText, limits: limits) == value)
    }

    @Test func `a flat array of a million elements is read and written`() throws {
        let text = "[" + repeatElement("0", count: 1_000_000).joined(separator: ",") + "]"
        #expect(try JSON(parsing: text).text == text)
    }

    @Test func `the pretty text is as people write it`() {
        let value: JSON = ["a": [1, [], ["b": 2.5]], "c": [:], "d": "x\ny"]
        #expect(
            value.prettyText == """
                {
                  "a": [
                    1,
                    [],
                    {
                      "b": 2.5
                    }
                  ],
                  "c": {},
                  "d": "x\\ny"
                }
                """)
        #expect(JSON.array([]).prettyText == "[]")
        #expect(JSON.null.prettyText == "null")
    }

    @Test func `what JSON cannot say is null`() {
        #expect(JSON.array([.double(.nan), .double(.infinity)]).text == "[null,null]")
    }

    @Test func `a long string with escapes everywhere is written whole`() throws {
        let texts = ["\u{1}", "\"", "x", "é"].map { String(repeating: $0, count: 100_000) }
        let value = JSON.array(texts.map { .string($0) })
        #expect(try JSON(parsing: value.text) == value)
    }

    @Test(arguments: [
        Int64.min, .min + 1, -1_000_000_000_000_000_000, -10, -9, -1, 0, 1, 9, 10, 99, 100,
        999_999_999_999_999_999, 1_000_000_000_000_000_000, .max - 1, .max,
    ])
    func `integers are written as the standard library writes them`(number: Int64) {
        #expect(JSON.integer(number).text == String(number))
    }
}

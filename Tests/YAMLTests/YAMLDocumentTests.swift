import Testing
import Values
import YAML

@Suite struct YAMLDocumentTests {
    private func json(_ text: String) throws -> JSON {
        try #require(try YAMLStream.parse(text).first).json
    }

    @Test(arguments: [
        ("no", "\"no\""), ("on", "\"on\""), ("Yes", "\"Yes\""), ("off", "\"off\""), ("y", "\"y\""),
        ("0o7", "\"0o7\""), ("1:20", "\"1:20\""), ("2024-01-31", "\"2024-01-31\""),
        ("1_000", "\"1_000\""), ("0b1", "\"0b1\""), ("1.2.3", "\"1.2.3\""), ("nan", "\"nan\""),
        ("~", "null"), ("null", "null"), ("Null", "null"), ("NULL", "null"), ("", "null"),
        ("nULL", "\"nULL\""), ("true", "true"), ("False", "false"), ("TRUE", "true"),
        ("tRUE", "\"tRUE\""), ("0", "0"), ("-12", "-12"), ("+7", "7"), ("07", "7"), ("089", "89"),
        ("0xfF", "255"), ("0x", "\"0x\""), ("-0x1", "\"-0x1\""), ("1.5", "1.5"), (".5", "0.5"),
        ("5.", "5.0"), ("1e3", "1000.0"), ("-1.5E-2", "-0.015"), ("1e", "\"1e\""), (".", "\".\""),
        ("+", "\"+\""), ("9223372036854775807", "9223372036854775807"),
        ("'1'", "\"1\""), ("\"true\"", "\"true\""), ("!!str 1", "\"1\""), ("! 1", "\"1\""),
        ("!!int 1", "1"), ("!!float 1", "1.0"), ("!!null ''", "null"), ("|\n  1", "\"1\\n\""),
    ])
    func `a scalar is typed by the core schema`(text: String, expected: String) throws {
        #expect(try json("a: \(text)\n")["a"]?.text == expected)
    }

    @Test(arguments: [
        ".inf", "-.Inf", ".nan", "1e999", "9223372036854775808", "0755", "0x8000000000000000",
        "!!int 9999999999999999999999",
    ])
    func `a number that JSON or another reader takes otherwise is refused`(text: String) throws {
        let error = #expect(throws: YAMLError.self) { try json("a: \(text)") }
        #expect(error?.code == .unsupportedNumber)
        #expect(error?.position == SourcePosition(line: 1, column: 4))
        #expect(error?.message.contains("quotes") == true)
    }

    @Test func `a key is the text of its scalar`() throws {
        let value = try json("on: 1\n1: 2\nnull: 3\n'x y': 4\n0755: 5\n? z\n: 6")
        #expect(value.text == #"{"0755":5,"1":2,"null":3,"on":1,"x y":4,"z":6}"#)
    }

    @Test func `every value and key has its line and column in characters`() throws {
        let text = "# é\nmetadata:\n  näme: \"ü\"\n  list:\n  - a\n  - {k: [1, 2]}\n"
        let document = try #require(try YAMLStream.parse("---\nfirst: 1\n---\n" + text).last)
        let place = { (path: JSONPath) in document.position(of: path)?.description }
        #expect(place(["metadata", "näme"]) == "6:9")
        #expect(document.keyPosition(of: ["metadata", "näme"])?.description == "6:3")
        #expect(place(["metadata", "list", 1]) == "9:5")
        #expect(place(["metadata", "list", 1, "k", 1]) == "9:13")
        #expect(place(["metadata", "list", 2]) == nil)
        #expect(place(["other"]) == nil)
        #expect(document.nearestPosition(of: ["metadata", "list", 7]).description == "7:3")
        #expect(place([]) == "5:1")
    }

    @Test func `documents come in order, an empty one as null`() throws {
        #expect(try YAMLStream.parse("").isEmpty)
        #expect(try YAMLStream.parse("# only a comment\n").isEmpty)
        let values = try YAMLStream.parse("\u{FEFF}a: 1\n---\n---\n- x\n...\n").map(\.json.text)
        #expect(values == [#"{"a":1}"#, "null", #"["x"]"#])
    }

    @Test func `JSON is read as the YAML it is`() throws {
        let text = #"{"a": [1, -2.5e+3, "x\ty\/\u00e9", null, true], "b": {"c": {}}}"#
        #expect(try json(text) == JSON(parsing: text))
    }

    @Test func `aliases stand for their values and merge keys for their members`() throws {
        let value = try json(
            """
            base: &base {image: a, env: [1]}
            more: &more {image: b, extra: true}
            &k name: *base
            one: {<<: *base, image: c}
            two: {<<: [*base, *more], "<<": literal}
            three: {*k : 5}
            """)
        #expect(value["name"] == value["base"])
        #expect(value["three"] == ["name": 5])
        #expect(value["one"]?.text == #"{"env":[1],"image":"c"}"#)
        #expect(value["two"]?.text == #"{"<<":"literal","env":[1],"extra":true,"image":"a"}"#)
    }
}

import Testing
import Values

@Suite struct JSONTests {
    @Test(arguments: [
        "null", "true", "[1,2.5,-3,\"a\\nb\",[],{}]", "{\"a\":{\"b\":[1]},\"c\":\"é😀\"}",
        "-9223372036854775808", "9223372036854775807", "1e+300",
    ])
    func `canonical text survives a round trip`(text: String) throws {
        #expect(try JSON(parsing: text).text == text)
    }

    @Test func `member order does not matter to equality or text`() throws {
        let first = try JSON(parsing: #"{"b":1,"a":2}"#)
        let second = try JSON(parsing: #"{"a":2,"b":1}"#)
        #expect(first == second)
        #expect(first.text == #"{"a":2,"b":1}"#)
    }

    @Test(arguments: [
        ("{\"a\":1,\"a\":2}", 1, 1), ("[1,]", 1, 4), ("{\n \"a\" 1}", 2, 6), ("01", 1, 1),
        ("\"\\ud800\"", 1, 8), ("1 2", 1, 3), ("", 1, 1), ("[", 1, 2), ("nul", 1, 1),
    ])
    func `what is not JSON is refused with its place`(text: String, line: Int, column: Int) throws {
        let error = #expect(throws: JSONParseError.self) { try JSON(parsing: text) }
        #expect(error?.line == line)
        #expect(error?.column == column)
    }

    @Test func `nesting to any depth is an error and not a crash`() throws {
        let deep = String(repeating: "[", count: 1_000_000)
        #expect(throws: JSONParseError.self) { try JSON(parsing: deep) }
    }

    @Test func `an absent member is nil and not null`() {
        let object: JSONObject = ["a": nil]
        #expect(object["a"] == .some(.null))
        #expect(object["b"] == .none)
        #expect(JSON.object(object)["b"] == .none)
        #expect(JSON.object(object)[["b", "c"]] == .none)
    }

    @Test func `a path reads and writes in place`() throws {
        var value: JSON = ["a": [["b": 1], ["b": 2]]]
        let path: JSONPath = ["a", 1, "b"]
        #expect(value[path] == 2)
        value[path] = 3
        #expect(value.text == #"{"a":[{"b":1},{"b":3}]}"#)
        #expect(path.description == "a[1].b")
        value[["x", "y"]] = true
        #expect(value[["x", "y"]] == true)
    }
}

@Suite struct JSONStringsTests {
    @Test func `every string is changed and nothing else`() throws {
        let value = try JSON(parsing: #"{"a":["x",{"b":"y","c":[]},1],"d":{},"e":"z","f":null}"#)
        #expect(
            value.mappingStrings { $0.uppercased() }.text
                == #"{"a":["X",{"b":"Y","c":[]},1],"d":{},"e":"Z","f":null}"#)
        #expect(JSON.string("q").mappingStrings { $0 + "!" } == "q!")
    }

    @Test func `the strings of members of a name are changed, and none in lists or of others`()
        throws
    {
        let value = try JSON(
            parsing: #"{"a":"x","b":["a",{"a":"y","c":"z"}],"c":{"a":["w"]},"d":{"a":1}}"#)
        #expect(
            value.mappingStrings(named: ["a"]) { $0.uppercased() }.text
                == #"{"a":"X","b":["a",{"a":"Y","c":"z"}],"c":{"a":["w"]},"d":{"a":1}}"#)
    }
}

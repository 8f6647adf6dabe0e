import Testing
import Values

@Suite struct JSONOutlineTests {
    @Test(arguments: [
        #"{"a":1,"b":[{"c":"x,]}\\\""},[]],"d\u0065":{}}"#,
        " { \"a\" : [ 1 , 2 ] ,\n\"de\":{\"x\":null}} ",
        "{}", "[1]",
    ])
    func `the parts that an outline finds are those of the value`(text: String) throws {
        let value = try JSON(parsing: text)
        let outline = JSONOutline(Array(text.utf8))
        guard case .object(let members) = value else {
            #expect(outline.members(of: outline.whole) == nil)
            #expect(outline.elements(of: outline.whole)?.count == value.arrayValue?.count)
            return
        }
        let places = try #require(outline.members(of: outline.whole))
        #expect(places.keys.sorted() == members.keys.sorted())
        for (name, place) in places {
            #expect(try outline.value(at: place) == members[name])
            let elements = try outline.elements(of: place)?.map { try outline.value(at: $0) }
            #expect(elements == members[name]?.arrayValue)
        }
    }

    @Test(arguments: [
        "", "{", "}", "[1,]", "[,1]", "{1:2}", "{\"a\"}", "[[1]", "[1]]", "[\"a", "{\"a\":\"\\",
    ])
    func `what has no parts gives none`(text: String) {
        let outline = JSONOutline(Array(text.utf8))
        #expect(outline.members(of: outline.whole) == nil)
        #expect(outline.elements(of: outline.whole) == nil)
    }

    @Test func `a part beside one that is too deep to read is read`() throws {
        let deep = String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000)
        let outline = JSONOutline(Array("[\(deep),{\"a\":1}]".utf8))
        let places = try #require(outline.elements(of: outline.whole))
        #expect(throws: JSONParseError.self) { try outline.value(at: places[0]) }
        #expect(try outline.value(at: places[1]) == ["a": 1])
    }

    @Test func `nesting is counted in levels of arrays and objects`() {
        #expect(!JSON.integer(1).nests(deeperThan: 0))
        #expect(JSON.array([]).nests(deeperThan: 0))
        let value: JSON = [1, ["a": [], "b": "x"], ["c": ["d": [1]]]]
        #expect(value.nests(deeperThan: 3))
        #expect(!value.nests(deeperThan: 4))
    }
}

import TestSupport
import Testing
import Values

@Suite struct JSONObjectTests {
    @Test func `ten thousand members in any order are found, changed and removed`() {
        var generator = SeededRandom(seed: 7)
        let names = (0..<10_000).map { "member-\($0)" }
        var object = JSONObject(names.shuffled(using: &generator).map { ($0, .string($0)) })
        #expect(object.count == 10_000)
        #expect(object.keys == names.sorted())
        for name in names { #expect(object[name] == .string(name)) }
        for name in names where name.hasSuffix("7") { object[name] = nil }
        #expect(object.count == 9000)
        #expect(object["member-17"] == nil)
        #expect(object["member-18"] == "member-18")
        #expect(!object.contains("member-7"))
        object["member-17"] = 17
        #expect(object["member-17"] == 17)
        #expect(object.map(\.key) == object.keys)
    }

    @Test func `of two members with one name the later stands`() {
        let object = JSONObject([("b", 1), ("a", 2), ("b", 3)])
        #expect(JSON.object(object).text == #"{"a":2,"b":3}"#)
    }

    @Test func `merging lets the other win`() {
        var object: JSONObject = ["a": 1, "b": 2]
        object.merge(["b": 3, "c": 4])
        #expect(JSON.object(object).text == #"{"a":1,"b":3,"c":4}"#)
    }

    @Test func `a member is changed in place and added where it is absent`() {
        var object: JSONObject = ["list": [1]]
        object.update("list") { list in
            guard case .array(var elements) = list else { return }
            elements.append(2)
            list = .array(elements)
        }
        object.update("new") { $0 = "x" }
        #expect(JSON.object(object).text == #"{"list":[1,2],"new":"x"}"#)
    }

    @Test func `names are ordered and told apart by their bytes`() throws {
        // One and the same to Unicode, two different names to JSON.
        let composed = "\u{E9}"
        let decomposed = "e\u{301}"
        var object: JSONObject = [:]
        object[composed] = 1
        object[decomposed] = 2
        #expect(object.count == 2)
        #expect(object[composed] == 1)
        #expect(object[decomposed] == 2)
        #expect(object.keys.first?.unicodeScalars.count == 2)
        #expect(try JSON(parsing: JSON.object(object).text) == .object(object))
        let long = "an-equal-beginning-"
        let names = [
            "", "\(long)z", "\(long)é", long, "\(long)zz", "b", "a\u{0}", "a", "\u{10FFFF}",
            "\u{FFFD}",
        ]
        let sorted = JSONObject(names.map { ($0, .null) }).keys
        #expect(sorted == names.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) })
    }

    @Test func `values are equal exactly when their texts are`() {
        #expect(JSON.string("\u{E9}") != .string("e\u{301}"))
        #expect(JSON.double(0) != .double(-0.0))
        #expect(JSON.integer(1) != .double(1))
        #expect(JSON.object(["\u{E9}": 1]) != .object(["e\u{301}": 1]))
        let value: JSON = ["a": [1, 2.5, nil, true, "x"], "b": [:]]
        var copy = value
        copy["c"] = 1
        #expect(copy != value)
        copy["c"] = nil
        #expect(copy == value)
        #expect(Set([value, copy, .null, .null]).count == 2)
    }
}

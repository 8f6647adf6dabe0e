import Testing
import Values

@Suite struct PatchTests {
    @Test(arguments: [
        (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
        (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
        (#"{"a":"b"}"#, #"{"a":null}"#, #"{}"#),
        (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
        (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
        (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#),
        (#"{"a":"foo"}"#, #"null"#, #"null"#),
        (#"{"e":null}"#, #"{"a":1}"#, #"{"a":1,"e":null}"#),
        (#"[1,2]"#, #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
        (#"{}"#, #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
    ])
    func `the merge patches of RFC 7386 give its results`(
        document: String, patch: String, result: String
    ) throws {
        #expect(try JSON(parsing: document).merging(patch: JSON(parsing: patch)).text == result)
    }

    @Test func `a merge patch between two objects turns one into the other`() throws {
        let old: JSON = ["a": 1, "b": ["c": 2, "d": 3], "e": [1]]
        let new: JSON = ["b": ["c": 2, "f": true], "e": [2], "g": "h"]
        let patch = old.mergePatch(to: new)
        #expect(patch == ["a": nil, "b": ["d": nil, "f": true], "e": [2], "g": "h"])
        #expect(old.merging(patch: patch) == new)
    }

    @Test(arguments: [
        (
            #"{"foo":"bar"}"#, #"[{"op":"add","path":"/baz","value":"q"}]"#,
            #"{"baz":"q","foo":"bar"}"#
        ),
        (
            #"{"foo":["a","c"]}"#, #"[{"op":"add","path":"/foo/1","value":"b"}]"#,
            #"{"foo":["a","b","c"]}"#
        ),
        (
            #"{"foo":["a"]}"#, #"[{"op":"add","path":"/foo/-","value":["b"]}]"#,
            #"{"foo":["a",["b"]]}"#
        ),
        (
            #"{"a":{"b":1},"c":{}}"#, #"[{"op":"move","from":"/a/b","path":"/c/d"}]"#,
            #"{"a":{},"c":{"d":1}}"#
        ),
        (#"{"a":[1,2,3]}"#, #"[{"op":"move","from":"/a/0","path":"/a/2"}]"#, #"{"a":[2,3,1]}"#),
        (#"{"a~b/c":1}"#, #"[{"op":"replace","path":"/a~0b~1c","value":2}]"#, #"{"a~b/c":2}"#),
        (
            #"{"a":1}"#, #"[{"op":"test","path":"/a","value":1.0},{"op":"remove","path":"/a"}]"#,
            #"{}"#
        ),
        (#"{"a":1}"#, #"[{"op":"copy","from":"/a","path":"/b"}]"#, #"{"a":1,"b":1}"#),
        (#"{"a":1}"#, #"[{"op":"replace","path":"","value":[]}]"#, #"[]"#),
    ])
    func `JSON patches are applied in order`(
        document: String, patch: String, result: String
    ) throws {
        let patch = try JSONPatch(json: JSON(parsing: patch))
        #expect(try JSON(parsing: document).applying(patch).text == result)
    }

    @Test(arguments: [
        #"[{"op":"remove","path":"/nothing"}]"#,
        #"[{"op":"add","path":"/a/b/c","value":1}]"#,
        #"[{"op":"add","path":"/list/3","value":1}]"#,
        #"[{"op":"replace","path":"/list/01","value":1}]"#,
        #"[{"op":"move","from":"/a","path":"/a/x"}]"#,
        #"[{"op":"test","path":"/a","value":{}}]"#,
    ])
    func `a JSON patch that does not fit the document fails as a whole`(patch: String) throws {
        let patch = try JSONPatch(json: JSON(parsing: patch))
        let document: JSON = ["a": ["x": 1], "list": [1, 2]]
        #expect(throws: JSONPatchError.self) { try document.applying(patch) }
    }

    @Test func `copies of a document into itself end before they fill the memory`() throws {
        let copies = (0..<35).map { index in
            JSONPatch.Operation.copy(
                from: JSONPointer(steps: []), to: JSONPointer(steps: ["copy\(index)"]))
        }
        let document: JSON = ["text": "x"]
        // Each copy doubles the document.
        let whole = try document.applying(JSONPatch(Array(copies[..<16])))
        #expect(whole.bytes.count > 1 << 19)
        let error = #expect(throws: JSONPatchError.self) {
            _ = try document.applying(JSONPatch(copies))
        }
        #expect((16..<20).contains(error?.operation ?? 0))
    }

    @Test(arguments: [
        #"{}"#, #"[{"op":"frob","path":"/a"}]"#, #"[{"op":"add","path":"/a"}]"#,
        #"[{"op":"remove","path":"a"}]"#, #"[{"op":"remove","path":"/a~2"}]"#,
    ])
    func `a malformed JSON patch is refused`(patch: String) throws {
        let json = try JSON(parsing: patch)
        #expect(throws: JSONPatchError.self) { try JSONPatch(json: json) }
    }
}

import Testing

@testable import ControlPlane

@Suite struct SelectorTests {
    @Test(arguments: [
        ("", true), ("a=1", true), ("a==1", true), ("a!=1", false), ("b!=1", true), ("a", true),
        ("!a", false), ("!b", true), ("a in (1,2)", true), ("a notin (1, 2)", false),
        ("b notin (1)", true), ("b in (1)", false), ("n>4", true), ("n<5", false),
        ("a=1,n=5", true), ("a=1,n=6", false), ("x/y.z=w", false), ("e=", true), ("e in ()", true),
    ])
    func `a label selector chooses as Kubernetes does`(text: String, chosen: Bool) throws {
        let selector = try LabelSelector(parsing: text)
        #expect(selector.matches(["a": "1", "n": "5", "e": ""]) == chosen)
    }

    @Test(arguments: [
        ("a===b", "unable to parse requirement: found '=', expected: identifier"),
        ("a in b", "unable to parse requirement: found 'b', expected: '('"),
        ("a ! b", "unable to parse requirement: found '!', expected: in, notin, =, ==, !=, gt, lt"),
        ("a=b c", "unable to parse requirement: found 'c', expected: ',' or 'end of string'"),
    ])
    func `a malformed label selector is told as Kubernetes tells it`(text: String, message: String)
    {
        let failure = #expect(throws: APIFailure.self) { try LabelSelector(parsing: text) }
        #expect(failure?.message == message)
        #expect(failure?.code == 400)
    }

    @Test func `a field selector knows the fields of its kind alone`() throws {
        let events = try #require(BuiltinResources.all.first { $0.kind == "Event" })
        let maps = try #require(BuiltinResources.all.first { $0.kind == "ConfigMap" })
        let selector = try FieldSelector(
            parsing: "involvedObject.name=run,type!=Warning", for: events)
        #expect(selector.requirements.count == 2)
        #expect(try FieldSelector(parsing: "metadata.name==x", for: maps).name == "x")
        let failure = #expect(throws: APIFailure.self) {
            try FieldSelector(parsing: "type=x", for: maps)
        }
        #expect(
            failure?.message == "\"type\" is not a known field selector: only \"metadata.name\", "
                + "\"metadata.namespace\"")
    }
}

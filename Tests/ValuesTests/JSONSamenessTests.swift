import Testing
import Values

@Suite struct JSONSamenessTests {
    @Test(
        arguments: [
            (1, 1.0), ([1, 2.0], [1.0, 2]), (["a": ["b": 0]], ["a": ["b": 0.0]]), (0.0, -0.0),
            ("1", "1"), (.null, .null),
        ] as [(JSON, JSON)])
    func `numbers are compared by value, however deep they are`(one: JSON, other: JSON) {
        #expect(one.isSame(as: other))
        #expect(other.isSame(as: one))
    }

    @Test(
        arguments: [
            (1, 1.5), (1, "1"), ([1], [1, 1]), (["a": 1], ["b": 1]), (["a": 1], ["a": 1, "b": 1]),
            (.null, [:]), (9_007_199_254_740_993, 9_007_199_254_740_992.0), (true, 1),
        ] as [(JSON, JSON)])
    func `what differs otherwise is not the same`(one: JSON, other: JSON) {
        #expect(!one.isSame(as: other))
        #expect(!other.isSame(as: one))
    }

    @Test(
        arguments: [
            ([:], ["a": 1], false), (["a": 1], ["a": 2], false), (["a": 1], [:], true),
            (["a": ["b": ["c": 1]]], ["a": ["b": [:]]], true),
            (["a": ["b": 1]], ["a": 1], false), (["a": [["b": 1]]], ["a": [[:]]], false),
        ] as [(JSON, JSON, Bool)])
    func `what has members beyond another is told from what differs`(
        one: JSON, other: JSON, has: Bool
    ) {
        #expect(one.hasMembers(beyond: other) == has)
    }
}

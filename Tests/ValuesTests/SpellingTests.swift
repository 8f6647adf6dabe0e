import Testing
import Values

@Suite struct SpellingTests {
    static let names = ["timeout", "inputs", "outputs", "dependsOn", "condition", "id"]

    @Test(arguments: [
        ("timout", "timeout"), ("Timeout", "timeout"), ("input", "inputs"),
        ("depends_on", "dependsOn"),
        ("dependson", "dependsOn"), ("conditoin", "condition"), ("ids", "id"),
    ])
    func `a slip finds the name that was meant`(word: String, meant: String) {
        #expect(Spelling.nearest(to: word, among: SpellingTests.names) == meant)
    }

    @Test(arguments: ["", "x", "retries", "somethingElse"])
    func `what resembles nothing gets no suggestion`(word: String) {
        #expect(Spelling.nearest(to: word, among: SpellingTests.names) == nil)
    }

    @Test func `a beginning, or a name with more behind it, finds the only one it fits`() {
        let names = SpellingTests.names + ["retryPolicy", "maxAttempts", "maxParallel"]
        #expect(Spelling.nearest(to: "retry", among: names) == "retryPolicy")
        #expect(Spelling.nearest(to: "timeoutSeconds", among: names) == "timeout")
        #expect(Spelling.nearest(to: "max", among: names) == nil)
        #expect(Spelling.nearest(to: "condit", among: ["conditionA", "conditionB"]) == nil)
    }

    @Test func `equals are decided by their order in bytes`() {
        #expect(Spelling.nearest(to: "tesk", among: ["tusk", "task", "tosk"]) == "task")
    }

    @Test func `a word too long to compare gets no suggestion`() {
        let long = String(repeating: "a", count: 65)
        #expect(Spelling.nearest(to: long, among: [long + "b"]) == nil)
    }
}

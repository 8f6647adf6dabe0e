import Expressions
import TestSupport
import Testing
import Values

/// Templates whose values Jinja2 computed: the fixture tells how.
@Suite struct JinjaConformanceTests {
    @Test func `templates give what Jinja2 gives where both mean the same`() throws {
        let text = try Checkout.text("Tests/ExpressionsTests/Fixtures/jinja.jsonl")
        var lines = text.split(separator: "\n").map(String.init)
        let bindings = Bindings(
            Dictionary(
                uniqueKeysWithValues: try #require(
                    JSON(parsing: lines.removeFirst())["bindings"]?.objectValue
                ).map { ($0.key, $0.value) }))
        var failures: [String] = []
        for line in lines {
            let testCase = try JSON(parsing: line)
            let source = try #require(testCase["template"]?.stringValue)
            let expected = testCase["value"]?.stringValue
            let place = source.debugDescription
            do {
                let value = try TextTemplate(parsing: source).render(bindings)
                guard let expected else {
                    failures.append("\(place) gave \(value.debugDescription), not an error")
                    continue
                }
                guard !value.utf8.elementsEqual(expected.utf8) else { continue }
                failures.append(
                    "\(place) gave \(value.debugDescription), not \(expected.debugDescription)")
            } catch {
                if expected != nil { failures.append("\(place) failed: \(error)") }
            }
        }
        #expect(lines.count > 500)
        #expect(failures.isEmpty, "\(failures.count):\n\(failures.joined(separator: "\n"))")
    }
}

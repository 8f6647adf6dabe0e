import Expressions
import TestSupport
import Testing
import Values

/// Texts damaged at random, by a generator with a seed: whatever they are, nothing traps.
@Suite struct MutationTests {
    private static let fragments = [
        "(", ")", "[", "]", "{", "}", "?", ":", ".", ",", "-", "!", "&&", "||", "==", "'", "\"",
        "\\", "'''", "tasks.", "a-b", ".?", "[?", "has(", ".map(x, ", ".all(i, v, ", "1u", "1e308",
        "-9223372036854775808", "18446744073709551615u", "9.9e99", "\u{0}", "é", "🐱", "`",
        "null", "in", "duration('1h')", "timestamp('0001-01-01T00:00:00Z')", ".size()", "%",
        ".format([", ".substring(", ".matches('(a|b)*", "math.bitShiftLeft(1, ", "0x", "1.", "{?",
    ]

    private static let templateFragments = [
        "{{", "}}", "{%", "%}", "{#", "#}", "-", "{{-", "-%}", "{% if n %}", "{% else %}",
        "{% elif n %}", "{% endif %}", "{% for x in nums %}", "{% for a, b in pairs %}",
        "{% endfor %}", "{% set x = n %}", "{% raw %}", "{% endraw %}", " | ", "| join(", "|map('",
        "|default(", "|batch(0)|", "|round(-99)", "|indent(100,", "|truncate(0,", "loop.index",
        "\\", "'", "\"", "$(", "`", "<<", "${", "((", "case ", ")", "}", "=", " if ", ",",
    ]

    private func mutate(
        _ source: String, _ fragments: [String], _ generator: inout SeededRandom
    ) -> [UInt8] {
        var bytes = Array(source.utf8)
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let place = Int.random(in: 0...bytes.count, using: &generator)
            switch Int.random(in: 0..<5, using: &generator) {
            case 0 where place < bytes.count: bytes.remove(at: place)
            case 1 where place < bytes.count:
                bytes[place] = UInt8.random(in: 0...255, using: &generator)
            case 2 where place < bytes.count:
                let end = Int.random(in: place...bytes.count, using: &generator)
                bytes.insert(contentsOf: bytes[place..<min(end, place + 20)], at: place)
            case 3 where place < bytes.count:
                bytes.removeSubrange(place..<min(bytes.count, place + 10))
            default:
                let fragment = fragments.randomElement(using: &generator) ?? ""
                bytes.insert(contentsOf: Array(fragment.utf8), at: place)
            }
        }
        return bytes
    }

    private let bindings = Bindings([
        "a": ["b": 0.5, "c": [1, "x", nil]], "b": "text", "x": 1, "i": [1, 2, 3],
        "tasks": ["a-b": ["outputs": ["v": 1]]],
    ])

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `damaged expressions are refused or evaluated`(seed: UInt64) throws {
        var generator = SeededRandom(seed: seed)
        let text = try Checkout.text("Tests/ExpressionsTests/Fixtures/cel.jsonl")
        let sources = try text.split(separator: "\n").compactMap { line in
            try JSON(parsing: String(line))["expr"]?.stringValue
        }
        var read = 0
        for _ in 0..<5000 {
            let source = sources.randomElement(using: &generator) ?? ""
            let damaged = String(
                decoding: mutate(source, MutationTests.fragments, &generator), as: UTF8.self)
            do {
                let dialect: Dialect = read % 2 == 0 ? .workflow : .specification
                let expression = try Expression(parsing: damaged, dialect: dialect)
                read += 1
                _ = try expression.evaluate(bindings)
            } catch let error as ExpressionError {
                #expect((0...damaged.utf8.count).contains(error.offset), "\(damaged)")
            } catch let error as EvaluationError {
                #expect((0...damaged.utf8.count).contains(error.offset), "\(damaged)")
            }
        }
        #expect(read > 500)
    }

    @Test func `damaged templates are refused or evaluated`() throws {
        var generator = SeededRandom(seed: 77)
        let sources = [
            "x ${{ a.b }} y", "${{ 'a}}' }}", "$${{ ${{ 1 }}", "${{ {'a': {'b': x}} }}",
            "${{ r\"\\\" + tasks.a-b.outputs.v }}", "${{ '''}}''' }}${{ b }}",
        ]
        for _ in 0..<5000 {
            let source = sources.randomElement(using: &generator) ?? ""
            let damaged = String(
                decoding: mutate(source, MutationTests.fragments, &generator), as: UTF8.self)
            do {
                _ = try ValueTemplate(parsing: .string(damaged)).evaluate(bindings)
            } catch let error as ValueTemplateError {
                #expect((0...damaged.utf8.count).contains(error.offset), "\(damaged)")
            } catch let error as EvaluationError {
                #expect((0...damaged.utf8.count).contains(error.offset), "\(damaged)")
            }
        }
    }

    @Test(arguments: [1, 2] as [UInt64])
    func `damaged texts with tags are refused or rendered`(seed: UInt64) throws {
        var generator = SeededRandom(seed: seed)
        let lines = try Checkout.text("Tests/ExpressionsTests/Fixtures/jinja.jsonl")
            .split(separator: "\n").map { try JSON(parsing: String($0)) }
        let bindings = Bindings(
            Dictionary(
                uniqueKeysWithValues: (lines[0]["bindings"]?.objectValue ?? [:])
                    .map { ($0.key, $0.value) }))
        let sources = lines.compactMap { $0["template"]?.stringValue }
        var rendered = 0
        for turn in 0..<3000 {
            let source = sources.randomElement(using: &generator) ?? ""
            let damaged = String(
                decoding: mutate(source, MutationTests.templateFragments, &generator),
                as: UTF8.self)
            let context = TemplateContext.allCases[turn % TemplateContext.allCases.count]
            do {
                let template = try TextTemplate(parsing: damaged, for: context)
                let text = try template.render(bindings)
                rendered += 1
                // The same text again, and only ever the same.
                #expect(try template.render(bindings) == text)
            } catch let error as ExpressionError {
                #expect((0...damaged.utf8.count).contains(error.offset), "\(damaged)")
            } catch let error as EvaluationError {
                #expect((0...damaged.utf8.count).contains(error.offset), "\(damaged)")
            }
        }
        #expect(rendered > 300)
    }
}

import Expressions
import TestSupport
import Testing
import Values

/// What docs/expressions.md and docs/templates.md say is so.
@Suite struct DocumentationTests {
    /// The blocks of a page that are marked with a language.
    private func blocks(_ language: String, of page: String) throws -> [String] {
        var found: [String] = []
        var block: [Substring]?
        for line in try Checkout.text(page).split(separator: "\n", omittingEmptySubsequences: false)
        {
            if let lines = block {
                guard line == "```" else {
                    block?.append(line)
                    continue
                }
                found.append(lines.joined(separator: "\n"))
                block = nil
            } else if line.hasPrefix("```") {
                if line == "```\(language)" {
                    block = []
                } else {
                    // Of another language: its end must not be taken for the start of a block.
                    block = line.dropFirst(3).isEmpty ? nil : block
                }
            }
        }
        return found
    }

    private func variables() throws -> JSONObject {
        let text = try #require(blocks("json", of: "docs/expressions.md").first)
        return try #require(JSON(parsing: text).objectValue)
    }

    @Test func `each example of an expression gives the value beside it`() throws {
        let bindings = Bindings(
            Dictionary(uniqueKeysWithValues: try variables().map { ($0.key, $0.value) }))
        let lines = try blocks("cel", of: "docs/expressions.md")
            .flatMap { $0.split(separator: "\n") }
        for line in lines {
            let comment = try #require(line.range(of: " // "), "\(line)")
            let expected = try JSON(parsing: String(line[comment.upperBound...]))
            let value = try Expression(parsing: String(line)).evaluate(bindings)
            #expect(value == expected, "\(line)")
        }
        #expect(lines.count > 50)
    }

    @Test func `each type error is told as it is written`() throws {
        let environment = TypeEnvironment(
            Dictionary(
                uniqueKeysWithValues: try variables().map {
                    ($0.key, ExpressionType(of: CELValue($0.value)))
                }))
        let rows = try Checkout.text("docs/expressions.md").split(separator: "\n").filter {
            $0.hasPrefix("| `")
        }
        for row in rows {
            let parts = row.split(separator: "`", maxSplits: 2)
            let problem = try #require(
                Expression(parsing: String(parts[1])).check(against: environment).problems.first)
            let told = problem.suggestion.map { "\(problem.message); \($0)" } ?? problem.message
            #expect(parts[2] == " | \(told) |")
            #expect(problem.severity == .error)
        }
        #expect(rows.count == 5)
    }

    @Test func `the example of a template gives the text below it`() throws {
        let texts = try blocks("text", of: "docs/templates.md")
        let bindings = Bindings([
            "workflow": ["inputs": ["company": "Acme", "language": "de"]],
            "tasks": [
                "search": [
                    "outputs": [
                        "sources": [
                            ["title": " Weather ", "text": "It rains in Paris."],
                            ["title": "News", "text": "Nothing happened."],
                        ]
                    ]
                ]
            ],
        ])
        #expect(texts.count == 2)
        #expect(try TextTemplate(parsing: texts[0]).render(bindings) == texts[1])
    }

    @Test func `every filter and test of a template is in its page`() throws {
        let page = try Checkout.text("docs/templates.md")
        // A filter that is not there suggests the nearest; those of the page must all be known.
        let rows = page.split(separator: "\n").drop { !$0.hasPrefix("| filters |") }
            .prefix { $0.hasPrefix("|") }.dropFirst(2)
        var names: Set<String> = []
        for row in rows {
            let cell = row.split(separator: "|")[1]
            for (index, part) in cell.split(separator: "`", omittingEmptySubsequences: false)
                .enumerated() where index % 2 == 1
            {
                names.insert(String(part.prefix { $0.isLetter || $0.isNumber }))
            }
        }
        #expect(names.count >= 48, "\(names.count)")
        for name in names {
            do {
                _ = try TextTemplate(parsing: "{{ x | \(name) }}")
            } catch {
                #expect(!error.message.hasPrefix("there is no filter"), "\(error)")
            }
        }
    }
}

extension Substring {
    /// The first place of a part, without Foundation.
    fileprivate func range(of part: String) -> Range<Index>? {
        var place = startIndex
        while place < endIndex {
            if self[place...].hasPrefix(part) {
                return place..<index(place, offsetBy: part.count)
            }
            place = index(after: place)
        }
        return nil
    }
}

import TestSupport
import Testing
import Workflows
import YAML

/// The page on dialects shows what works.
@Suite struct DialectDocumentTests {
    @Test func `every example is valid, without a warning, and exports to a fixed point`() throws {
        let examples = try DialectDocumentTests.examples()
        #expect(examples.count == 6)
        for example in examples {
            let file = ManifestFile(example, path: "docs/dialects.md")
            #expect(file.rendered() == "", "\(example)")
            #expect(!file.resources.isEmpty)
            let text = YAMLWriter.text(ofDocuments: file.resources.map(\.exported))
            let again = ManifestFile(text, path: "again.yaml")
            #expect(again.rendered() == "", "\(text)")
            #expect(YAMLWriter.text(ofDocuments: again.resources.map(\.exported)) == text)
        }
    }

    @Test func `each dialect has its example`() throws {
        let dialects = try DialectDocumentTests.examples().flatMap {
            ManifestFile($0, path: "docs/dialects.md").resources.map(\.dialect)
        }
        #expect(Set(dialects) == Set(ManifestDialect.allCases))
    }

    @Test func `every field that a form takes is told, in one case or the other`() throws {
        func name(_ text: Substring) -> String { String(text.filter { $0 != "_" }).lowercased() }
        let page = try Checkout.text("docs/dialects.md")
        let words = page.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
        let told = Set(words.map(name))
        var count = 0
        for file in try Checkout.files(below: "Sources/Workflows/Dialects", suffix: ".swift") {
            // What a form takes is named where it is taken: `fields.take("items", "over")`.
            for call in try Checkout.text(file).split(separator: ".take(").dropFirst() {
                let names = call.prefix { $0 != ")" }.split(separator: ",").compactMap {
                    $0.split(separator: "\"").last { !$0.allSatisfy(\.isWhitespace) }
                }
                for field in names where call.first == "\"" || call.first?.isWhitespace == true {
                    count += 1
                    #expect(told.contains(name(field)), "\(field) of \(file) is not told")
                }
            }
        }
        #expect(count > 100)
    }

    static func examples() throws -> [String] {
        let page = try Checkout.text("docs/dialects.md")
        return page.split(separator: "```yaml\n").dropFirst().compactMap {
            $0.split(separator: "```").first.map(String.init)
        }
    }
}

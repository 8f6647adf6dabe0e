import TestSupport
import Testing
import Workflows
import YAML

/// The page on dialects shows what works.
@Suite struct DialectDocumentTests {
    @Test func `every example is valid, without a warning, and exports to a fixed point`() throws {
        let examples = try DialectDocumentTests.examples()
        #expect(examples.count == 5)
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

    private static func examples() throws -> [String] {
        let page = try Checkout.text("docs/dialects.md")
        return page.split(separator: "```yaml\n").dropFirst().compactMap {
            $0.split(separator: "```").first.map(String.init)
        }
    }
}

import TestSupport
import Testing
import Values
import Workflows
import YAML

/// The workflows that the documents show, in the dialects they show them in.
@Suite struct ExampleDocumentTests {
    static let names = [
        "content-moderation-router", "deploy-with-approval", "llm-inference-pipeline",
        "parallel-rag-search", "sentiment-analysis-pipeline",
    ]

    @Test(arguments: names)
    func `a document's example has the canonical form that is kept beside it`(name: String) throws {
        let file = try example(name)
        let text = YAMLWriter.text(ofDocuments: file.resources.map(\.exported))
        #expect(file.resources.map(\.name) == [name])
        #expect(
            try GeneratedFile.matches(
                "Tests/WorkflowsTests/Fixtures/Canonical/\(name).yaml", text,
                writtenWhen: "LLM_ORCHESTRATOR_WRITE_CANONICAL"))
    }

    @Test(arguments: names)
    func `what is exported is exported as the same bytes again`(name: String) throws {
        let text = try Checkout.text("Tests/WorkflowsTests/Fixtures/Canonical/\(name).yaml")
        let file = ManifestFile(text, path: name)
        #expect(YAMLWriter.text(ofDocuments: file.resources.map(\.exported)) == text)
        #expect(file.resources.map(\.dialect) == [.kubernetes])
    }

    private func example(_ name: String) throws -> ManifestFile {
        let path = "Tests/WorkflowsTests/Fixtures/Examples/\(name).yaml"
        return ManifestFile(try Checkout.text(path), path: path)
    }
}

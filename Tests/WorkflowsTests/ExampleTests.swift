import TestSupport
import Testing
import Workflows

/// What the pages and `manifests/examples` show can be used as it stands.
@Suite struct ExampleTests {
    @Test func `every example manifest is valid, without a warning`() throws {
        let paths = try Checkout.files(below: "manifests/examples", suffix: ".yaml")
        #expect(paths.count >= 4)
        for path in paths {
            let file = ManifestFile(try Checkout.text(path), path: path)
            #expect(file.rendered() == "")
            #expect(!file.resources.isEmpty, "\(path) holds nothing")
        }
    }

    @Test func `every manifest that a page shows is valid, without a warning`() throws {
        let pages = try Checkout.files(below: "docs", suffix: ".md") + ["README.md"]
        var count = 0
        for page in pages {
            for manifest in MarkdownBlocks(try Checkout.text(page)).manifests {
                count += 1
                #expect(ManifestFile(manifest, path: page).rendered() == "", "\(manifest)")
            }
        }
        #expect(count >= 5)
    }

    @Test func `manifests are found in blocks of YAML and in here-documents`() {
        let page = """
            ```yaml
            apiVersion: orchestrator.llm/v1
            kind: Workflow
            ```
            ```sh
            kubectl apply -f - <<YAML
            apiVersion: orchestrator.llm/v1
            kind: Template
            YAML
            ls
            ```
            ```yaml
            apiVersion: v1
            ```
            """
        #expect(
            MarkdownBlocks(page).manifests == [
                "apiVersion: orchestrator.llm/v1\nkind: Workflow",
                "apiVersion: orchestrator.llm/v1\nkind: Template",
            ])
    }
}

import Testing
import Values
import Workflows
import YAML

/// Manifests that are unusual and right: what a checker that guesses would refuse.
@Suite struct ValidManifestTests {
    private static let all = BadManifest.manifests(in: "Valid")

    @Test(arguments: all)
    func `what is right is accepted, with no warning but those that are told of`(
        manifest: BadManifest
    ) {
        let errors = ManifestFile(manifest.text, path: manifest.name).diagnostics.errors
        #expect(errors.isEmpty)
        #expect(manifest.found == manifest.expected)
    }

    @Test(arguments: all)
    func `what is exported of it is right as well, and is exported as it is`(
        manifest: BadManifest
    ) {
        let file = ManifestFile(manifest.text, path: "f.yaml")
        #expect(!file.resources.isEmpty)
        let text = YAMLWriter.text(ofDocuments: file.resources.map(\.exported))
        let again = ManifestFile(text, path: "again.yaml")
        #expect(again.diagnostics.errors.isEmpty, "\(again.rendered())")
        #expect(YAMLWriter.text(ofDocuments: again.resources.map(\.exported)) == text)
    }

    @Test func `there are many of them, in every form`() {
        #expect(ValidManifestTests.all.count >= 50)
        let dialects = ValidManifestTests.all.flatMap {
            ManifestFile($0.text, path: "f.yaml").resources.map(\.dialect)
        }
        #expect(Set(dialects) == Set(ManifestDialect.allCases))
    }
}

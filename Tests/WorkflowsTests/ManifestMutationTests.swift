import TestSupport
import Testing
import Values
import Workflows

@Suite struct ManifestMutationTests {
    private static let pieces = [
        "${{", "}}", "\"", "'", "\n", "  ", ": ", "- ", "[", "]", "{", "}", "|\n", ">-\n", "&a ",
        "*a", "<<: ", "null", "-1", "1e999", "é", "\u{FFFE}", "\t", "#", "tasks.", "id: ", "!!int ",
        "0", "transform", "---\n", "{{ ", "{% if ", "${", "steps:", "templateRef: ", "a-b", "\\",
        "workflow.inputs.",
    ]

    @Test(arguments: UInt64(1)...8)
    func `no mutation of a manifest makes the reader trap, and all are told in their place`(
        seed: UInt64
    ) throws {
        var random = SeededRandom(seed: seed)
        let names = ["every-field.yaml", "containers.yaml", "several.yaml", "flow.json"]
        let dialects = ["parallel-rag-search", "content-moderation-router", "deploy-with-approval"]
        let sources =
            try (names + dialects.map { "Examples/\($0).yaml" }).map(Fixture.text)
            + [
                ResearchFormTests.text,
                TemplateTests.template + "\n---\n"
                    + TemplateTests.workflow(TemplateTests.reference),
            ]
        for _ in 0..<60 {
            var bytes = Array((sources.randomElement(using: &random) ?? "").utf8)
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                mutate(&bytes, &random)
            }
            let file = ManifestFile(bytes, path: "f.yaml")
            for diagnostic in file.diagnostics.all {
                let position = try #require(diagnostic.position)
                #expect(position.line >= 1 && position.column >= 1)
            }
            // A plan and an error exclude each other.
            for resource in file.resources {
                #expect(!(resource.hasErrors && resource.plan != nil))
            }
            _ = file.rendered()
            _ = file.languageServerReport(uri: "file:///f.yaml")
            _ = StaticAnalysisReport.log(of: [file], version: "0")
        }
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
        let place = Int.random(in: 0...bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            let piece = Self.pieces.randomElement(using: &random) ?? ""
            bytes.insert(contentsOf: Array(piece.utf8), at: place)
        case 1:
            let end = min(bytes.count, place + Int.random(in: 1...20, using: &random))
            bytes.removeSubrange(place..<end)
        case 2:
            if place < bytes.count { bytes[place] = UInt8.random(in: 0...255, using: &random) }
        default:
            let start = Int.random(in: 0...bytes.count, using: &random)
            let end = min(bytes.count, start + Int.random(in: 1...80, using: &random))
            bytes.insert(contentsOf: Array(bytes[start..<end]), at: place)
        }
    }
}

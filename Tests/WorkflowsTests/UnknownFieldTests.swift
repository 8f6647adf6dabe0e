import Testing
import Values
import Workflows
import YAML

/// A field that does not exist is told in every mapping of every form, with what may stand there.
@Suite struct UnknownFieldTests {
    private static let name = "zzqx"

    @Test func `an unknown field in any mapping of any form is told with a hint, or kept`() throws {
        var told = 0
        var open: Set<String> = []
        for document in try Self.documents() {
            let before = ManifestFile(document.text, path: "f.json").diagnostics.all.count
            for path in Self.mappings(of: document) {
                var changed = document
                changed[path.key(Self.name)] = 1
                let file = ManifestFile(changed.text, path: "f.json")
                let found = file.diagnostics.all.filter { $0.message.contains(Self.name) }
                for diagnostic in found where diagnostic.code != .unusedInput {
                    told += 1
                    let help = diagnostic.suggestion ?? ""
                    #expect(!help.isEmpty, "\(path): \(diagnostic.message)")
                }
                if file.diagnostics.all.count == before { open.insert(Self.place(path)) }
            }
        }
        #expect(told > 400)
        #expect(open.filter { !Self.isOpen($0) }.sorted().isEmpty)
    }

    /// The way to a mapping without what it is called there: `spec.tasks[].inputs`.
    private static func place(_ path: JSONPath) -> String {
        path.components.map { component in
            switch component {
            case .key(let name): name
            case .index: "[]"
            }
        }.joined(separator: ".")
    }

    /// Whether names are free to choose in a mapping, or below it.
    ///
    /// Those of steps and of types of tasks that take any inputs are among them.
    private static func isOpen(_ place: String) -> Bool {
        let names = place.split(separator: ".").filter { $0 != "[]" }
        let free: Set<Substring> = [
            "annotations", "body", "config", "default", "headers", "inputs", "items", "outputs",
            "parameters", "query", "resourceLimits", "resources", "schema", "value", "values",
        ]
        let isStep = names.first == "steps" || names.starts(with: ["tasks", "type"])
        return names.contains(where: free.contains) || isStep && names.last != "step_type"
            || names.contains("triggers")
    }

    private static func mappings(of document: JSON) -> [JSONPath] {
        var found: [JSONPath] = []
        var pending: [(JSONPath, JSON)] = [(.root, document)]
        while let (path, value) = pending.popLast() {
            switch value {
            case .object(let members):
                found.append(path)
                pending += members.map { (path.key($0.key), $0.value) }
            case .array(let elements):
                pending += elements.enumerated().map { (path.index($0.offset), $0.element) }
            default: break
            }
        }
        return found
    }

    /// Documents that have every field of every form, and the five of the examples.
    private static func documents() throws -> [JSON] {
        let examples = [
            "content-moderation-router", "deploy-with-approval", "llm-inference-pipeline",
            "parallel-rag-search", "sentiment-analysis-pipeline",
        ]
        let texts =
            try LanguageDocumentTests.examples() + DialectDocumentTests.examples()
            + ["every-field.yaml", "containers.yaml", "several.yaml"].map(Fixture.text)
            + examples.map { try Fixture.text("Examples/\($0).yaml") }
            + [ResearchFormTests.text]
        return try texts.flatMap { try YAMLStream.parse(Array($0.utf8)).map(\.json) }
    }
}

import Testing
import Values
import Workflows

/// A manifest with mistakes, and the place and code of each.
struct BadManifest: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    let expected: [String]

    var testDescription: String { name }

    /// A manifest as it is.
    init(_ name: String, _ text: String, _ expected: [String]) {
        self.name = name
        self.text = text
        self.expected = expected
    }

    /// A workflow whose spec, from line 6 on, is given with an indentation of two.
    init(_ name: String, spec: String, _ expected: [String]) {
        let head =
            "apiVersion: orchestrator.llm/v1\nkind: Workflow\nmetadata:\n  name: flow\nspec:\n"
        self.init(name, head + spec, expected)
    }

    /// The places and codes of what is wrong, as `line:column:code`.
    static func found(in text: String) -> [String] {
        ManifestFile(text, path: "flow.yaml").diagnostics.all.map { diagnostic in
            "\(diagnostic.position.map(\.description) ?? "-"):\(diagnostic.code.rawValue)"
        }
    }
}

import Values
import Workflows

extension BadManifest {
    /// The places and codes of what is wrong with a text, as `line:column:code`.
    static func found(in text: String) -> [String] {
        ManifestFile(text, path: "flow.yaml").diagnostics.all.map { diagnostic in
            "\(diagnostic.position.map(\.description) ?? "-"):\(diagnostic.code.rawValue)"
        }
    }
}

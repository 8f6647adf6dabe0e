public import Values

/// A workflow or template of a file, as other files refer to it.
public struct ManifestDefinition: Sendable {
    /// The kind.
    public let kind: String
    /// The name.
    public let name: String
    /// Where its document starts.
    public let position: SourcePosition
    /// What it is as it is written: its own references to templates are still references.
    let spec: JSON
    /// What it is as a run of its own, as far as its file alone says.
    let child: JSON
    /// The templates that its tasks refer to, itself and not by way of others.
    let templates: Set<String>
    /// Whether something is wrong with it.
    public let hasErrors: Bool
}

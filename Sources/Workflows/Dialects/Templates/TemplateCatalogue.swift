public import Values

/// The templates that tasks may refer to, by name.
public struct TemplateCatalogue: Sendable {
    private var specs: [String: JSON] = [:]

    /// Makes an empty catalogue.
    public init() {}

    /// Makes a catalogue of the templates among some resources; of two with one name, the first
    /// stands.
    public init(_ resources: some Sequence<ManifestResource>) {
        for resource in resources where resource.kind == "Template" {
            add(resource.name, resource.json["spec"] ?? .null)
        }
    }

    /// Adds a template, unless there is one of the name.
    public mutating func add(_ name: String, _ spec: JSON) {
        if specs[name] == nil { specs[name] = spec }
    }

    /// The definition of a template.
    public subscript(name: String) -> JSON? { specs[name] }

    /// The names, sorted.
    public var names: [String] { specs.keys.sorted() }
}

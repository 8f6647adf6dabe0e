import Values

/// The definitions that tasks may refer to: templates by `templateRef`, and what a task of type
/// `workflow` runs.
///
/// Those of a file itself stand before those of other files. A template is known as it is written:
/// what it refers to itself is linked where it is used, so that no order of files changes anything.
public struct DefinitionCatalogue: Sendable {
    /// What is known of a template.
    enum Template {
        case known(JSON)
        /// It has mistakes, or what it refers to has; at this place.
        case refused(String)
        case unknown
    }

    private struct Table: Sendable {
        var templates: [String: JSON] = [:]
        /// What tasks of type `workflow` run.
        var children: [ChildWorkflow: JSON] = [:]
        /// Where the templates are that cannot be used.
        var refused: [String: String] = [:]
    }

    private var own = Table()
    private var others = Table()
    /// The file that may hold a template that is not known, as nobody can say what it holds.
    var unread: String?

    /// Makes an empty catalogue.
    public init() {}

    /// Makes a catalogue of the definitions of some files; of two with one name, the first stands.
    public init(_ definitions: some Sequence<ManifestDefinition>) {
        for definition in definitions { add(definition) }
    }

    /// Adds a definition of another file, unless there is one of the kind and name.
    mutating func add(_ definition: ManifestDefinition) {
        let child = ChildWorkflow(kind: definition.kind, name: definition.name)
        if others.children[child] == nil { others.children[child] = definition.child }
        guard definition.kind == "Template", others.templates[definition.name] == nil else {
            return
        }
        others.templates[definition.name] = definition.spec
    }

    /// Adds a definition of the file itself.
    mutating func addOwn(kind: String, _ name: String, _ spec: JSON) {
        guard kind == "Template" || kind == "Workflow" else { return }
        let child = ChildWorkflow(kind: kind, name: name)
        if own.children[child] == nil { own.children[child] = spec }
        if kind == "Template", own.templates[name] == nil { own.templates[name] = spec }
    }

    /// Has a template of another file not be used, as what is at a place is wrong.
    mutating func refuse(template name: String, at place: String) { others.refused[name] = place }

    /// Has a template of the file itself not be used.
    mutating func refuse(ownTemplate name: String, at place: String) { own.refused[name] = place }

    /// The definition of a template.
    subscript(template name: String) -> Template {
        for table in [own, others] {
            if let place = table.refused[name] { return .refused(place) }
            if let spec = table.templates[name] { return .known(spec) }
        }
        return .unknown
    }

    /// The definition that a task of type `workflow` runs.
    subscript(child: ChildWorkflow) -> JSON? { own.children[child] ?? others.children[child] }

    /// The names of the templates, sorted.
    var templateNames: [String] {
        Set(own.templates.keys).union(others.templates.keys).sorted()
    }

    /// Whether there is nothing in it.
    var isEmpty: Bool { own.children.isEmpty && others.children.isEmpty }
}

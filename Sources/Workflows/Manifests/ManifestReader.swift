import Crypto
import Resources
import Values
import YAML

/// Turns documents into resources, and places what is wrong with them.
struct ManifestReader {
    let source: SourceText
    private(set) var compiler: WorkflowCompiler
    /// Whether warnings are errors.
    let isStrict: Bool
    private(set) var resources: [ManifestResource] = []
    private(set) var diagnostics: [Diagnostic] = []
    /// Whether something refers to a template, or runs a definition as a child.
    private(set) var usesDefinitions = false
    /// The definitions, as other files refer to them.
    private(set) var definitions: [ManifestDefinition] = []
    /// Whether every document says which resource it is.
    private(set) var isLegible = true
    private var seen: [String: SourcePosition] = [:]

    init(source: SourceText, taskTypes: TaskTypes, isStrict: Bool) {
        self.source = source
        self.isStrict = isStrict
        compiler = WorkflowCompiler(taskTypes: taskTypes)
    }

    /// Tells why a file is not YAML.
    mutating func refuse(_ error: YAMLError) {
        isLegible = false
        let code: DiagnosticCode =
            switch error.code {
            case .tooLarge, .tooManyDocuments, .tooManyNodes: .documentTooLarge
            default: .invalidText
            }
        diagnostics.append(
            Diagnostic(code, error.message, at: .root, position: error.position))
    }

    /// Checks all documents; empty ones are passed over.
    ///
    /// - Parameter definitions: What tasks may refer to, besides what is in the file.
    mutating func read(_ documents: [YAMLDocument], definitions: DefinitionCatalogue) {
        let manifests = documents.map { CanonicalManifest.reading($0.json) }
        usesDefinitions = manifests.contains { TemplateLinker.mentionsDefinitions($0.object) }
        var catalogue = definitions
        if usesDefinitions {
            for object in manifests.map(\.object) {
                guard let kind = object["kind"]?.stringValue, let spec = object["spec"],
                    let name = object["metadata"]?["name"]?.stringValue
                else { continue }
                catalogue.addOwn(kind: kind, name, spec)
            }
        }
        compiler.definitions = catalogue
        for (index, document) in documents.enumerated() where !document.json.isNull {
            let written = manifests[index]
            var manifest = written
            let templates = usesDefinitions ? TemplateLinker.link(&manifest, catalogue) : []
            if let resource = read(&manifest, document, index) {
                define(resource, as: written, templates, given: manifest)
            } else {
                isLegible = false
            }
        }
    }

    /// Notes a definition as it is written, and what it declares.
    private mutating func define(
        _ resource: ManifestResource, as written: CanonicalManifest, _ templates: Set<String>,
        given manifest: CanonicalManifest
    ) {
        guard resource.kind == "Template" || resource.kind == "Workflow" else { return }
        var spec = written.object["spec"] ?? .null
        let child = manifest.object["spec"] ?? .null
        if !templates.isEmpty, let inputs = child["inputs"] { spec["inputs"] = inputs }
        definitions.append(
            ManifestDefinition(
                kind: resource.kind, name: resource.name, position: resource.position,
                spec: templates.isEmpty ? child : spec, child: child, templates: templates,
                hasErrors: resource.hasErrors))
    }

    /// Checks one document.
    ///
    /// - Returns: What it is; nil where it does not say.
    private mutating func read(
        _ manifest: inout CanonicalManifest, _ document: YAMLDocument, _ index: Int
    ) -> ManifestResource? {
        var check = ResourceCheck(manifest.object, compiler: compiler)
        // What is in no dialect has been told, and has nothing to be checked.
        if !manifest.object.isNull { check.run() }
        let identity = check.name.flatMap { name in check.kind.map { ($0, name) } }
        if let (kind, name) = identity {
            checkRepetition(&check, kind: kind, name: name, document)
        }
        tell(manifest, document, &check)
        if let plan = check.plan { manifest.declareInputs(of: plan) }
        place(check.diagnostics, in: document)
        guard let (kind, name) = identity else { return nil }
        let hasErrors = check.diagnostics.contains { $0.severity == .error }
        let resource = ManifestResource(
            index: index, kind: kind, name: name, namespace: check.namespace,
            dialect: manifest.dialect, json: manifest.object, position: document.root.position,
            digest: manifest.object.digest, plan: hasErrors ? nil : check.plan,
            hasErrors: hasErrors)
        resources.append(resource)
        return resource
    }

    /// Puts what the translation found beside what the check did, all at paths of the file.
    private func tell(
        _ manifest: CanonicalManifest, _ document: YAMLDocument, _ check: inout ResourceCheck
    ) {
        for index in check.diagnostics.indices {
            let found = check.diagnostics[index]
            let source = manifest.map.source(of: found.path, offset: found.offset)
            (check.diagnostics[index].path, check.diagnostics[index].offset) = source
        }
        if manifest.diagnostics.contains(where: { $0.code == .missingName }) {
            check.diagnostics.removeAll { $0.code == .missingName }
        }
        check.diagnostics += manifest.diagnostics
        if manifest.dialect == .kubernetes {
            check.diagnostics += AmbiguousScalars.diagnostics(in: document, source)
        }
        check.diagnostics += DocumentAdvice.diagnostics(in: document.json)
        guard isStrict else { return }
        for index in check.diagnostics.indices { check.diagnostics[index].severity = .error }
    }

    private mutating func checkRepetition(
        _ check: inout ResourceCheck, kind: String, name: String, _ document: YAMLDocument
    ) {
        let identity = "\(kind)/\(check.namespace ?? "")/\(name)"
        guard let first = seen[identity] else {
            seen[identity] = document.root.position
            return
        }
        check.diagnostics.append(
            Diagnostic(
                .duplicateResource,
                "\(kind) \"\(name)\" is in this file already, at line \(first.line)",
                at: ["metadata", "name"], suggestion: "give it another name, or remove one of them")
        )
    }

    /// Gives diagnostics their positions and puts them in the order of the file.
    private mutating func place(_ found: [Diagnostic], in document: YAMLDocument) {
        var placed = found
        for index in placed.indices {
            placed[index].position = position(of: placed[index], document)
        }
        let order = placed.indices.sorted { first, second in
            let start = SourcePosition(line: 0, column: 0)
            let (one, other) = (placed[first].position ?? start, placed[second].position ?? start)
            return one == other ? first < second : one < other
        }
        diagnostics += order.map { placed[$0] }
    }

    private func position(of diagnostic: Diagnostic, _ document: YAMLDocument) -> SourcePosition {
        let nearest = document.nearestPosition(of: diagnostic.path)
        if diagnostic.isAboutKey { return document.keyPosition(of: diagnostic.path) ?? nearest }
        guard let offset = diagnostic.offset,
            let value = document.json[diagnostic.path]?.stringValue
        else { return nearest }
        return source.position(of: offset, inValue: value, startingAt: nearest)
    }
}

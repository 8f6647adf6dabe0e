import Crypto
import Resources
import Values
import YAML

/// Turns documents into resources, and places what is wrong with them.
struct ManifestReader {
    let source: SourceText
    let taskTypes: TaskTypes
    private(set) var resources: [ManifestResource] = []
    private(set) var diagnostics: [Diagnostic] = []
    private var documents = 0
    private var seen: [String: SourcePosition] = [:]

    init(source: SourceText, taskTypes: TaskTypes) {
        self.source = source
        self.taskTypes = taskTypes
    }

    /// Tells why a file is not YAML.
    mutating func refuse(_ error: YAMLError) {
        let code: DiagnosticCode =
            switch error.code {
            case .tooLarge, .tooManyDocuments, .tooManyNodes: .documentTooLarge
            default: .invalidText
            }
        diagnostics.append(
            Diagnostic(code, error.message, at: .root, position: error.position))
    }

    /// Checks one document; an empty one is passed over.
    mutating func read(_ document: YAMLDocument) {
        defer { documents += 1 }
        let json = document.json
        if json.isNull { return }
        var check = ResourceCheck(json, taskTypes: taskTypes)
        check.run()
        if let name = check.name, let kind = check.kind {
            checkRepetition(&check, kind: kind, name: name, document)
            let hasErrors = check.diagnostics.contains { $0.severity == .error }
            resources.append(
                ManifestResource(
                    index: documents, kind: kind, name: name, namespace: check.namespace,
                    json: json, position: document.root.position, digest: json.digest,
                    plan: hasErrors ? nil : check.plan, hasErrors: hasErrors))
        }
        let doubts =
            AmbiguousScalars.diagnostics(in: document, source)
            + DocumentAdvice.diagnostics(in: json)
        place(check.diagnostics + doubts, in: document)
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

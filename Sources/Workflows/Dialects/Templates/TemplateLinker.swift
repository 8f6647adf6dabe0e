import Expressions
import Values

/// Puts the tasks of templates in the place of the tasks that refer to them.
///
/// `templateRef: {name, version?}` makes a task a `parallel` group of the template's tasks, in which
/// the parameters stand for the template's inputs. A template with `finally`, events or outputs that
/// have a fallback is a whole run, and becomes a child run instead; so does one that is not known
/// here, which is looked up once the task starts. One that is wrong is an error of who refers to it:
/// made a child run for a while, whoever runs it would be another definition twice.
struct TemplateLinker {
    let catalogue: DefinitionCatalogue
    private(set) var diagnostics: [Diagnostic] = []
    /// The tasks that became groups with outputs of their template.
    private(set) var groups: Set<String> = []
    /// The templates that the document refers to itself.
    private var templates: Set<String> = []
    private var count = 0
    private var visited = 0

    /// A task to look at, with the templates it came from.
    private struct Item {
        let place: JSONPath
        let trail: [String]
    }

    init(_ catalogue: DefinitionCatalogue) { self.catalogue = catalogue }

    /// Links every task of a document that refers to a template.
    ///
    /// - Returns: The templates that it refers to itself.
    static func link(
        _ manifest: inout CanonicalManifest, _ catalogue: DefinitionCatalogue
    ) -> Set<String> {
        guard manifest.object["spec"]?["tasks"] != nil, mentions(["templateRef"], manifest.object)
        else { return [] }
        var linker = TemplateLinker(catalogue)
        linker.link(&manifest)
        return linker.templates
    }

    /// Whether a document refers to templates, or runs definitions as children.
    static func mentionsDefinitions(_ object: JSON) -> Bool {
        mentions(["templateRef", "workflow"], object)
    }

    /// Whether something in the definition of a document has one of these names.
    private static func mentions(_ names: [String], _ object: JSON) -> Bool {
        var pending = [object["spec"] ?? .null]
        while let value = pending.popLast() {
            switch value {
            case .array(let elements): pending += elements
            case .object(let members):
                if names.contains(where: { members.contains($0) }) { return true }
                pending += members.values
            default: break
            }
        }
        return false
    }

    private mutating func link(_ manifest: inout CanonicalManifest) {
        var pending: [Item] = [
            Item(place: ["spec", "finally"], trail: []), Item(place: ["spec", "tasks"], trail: []),
        ]
        while let item = pending.popLast() {
            guard var tasks = manifest.object[item.place]?.arrayValue else { continue }
            var trails = [[String]](repeating: item.trail, count: tasks.count)
            for index in tasks.indices where tasks[index]["templateRef"] != nil {
                guard visited < WorkflowLimits.maximumTemplateReferences else { break }
                visited += 1
                let place = item.place.index(index)
                let source = manifest.map.source(of: place).path
                guard let group = linked(tasks[index], at: source, &trails[index]) else { continue }
                tasks[index] = group.json
                noteArguments(of: group, at: place, source, &manifest)
            }
            // The list is put back once, however many of its tasks were replaced.
            manifest.object[item.place] = .array(tasks)
            for index in tasks.indices {
                for body in Self.bodies(of: tasks[index], at: item.place.index(index)) {
                    pending.append(Item(place: body, trail: trails[index]))
                }
            }
        }
        manifest.diagnostics += diagnostics
        guard !groups.isEmpty else { return }
        var renaming = GroupOutputs(groups: groups)
        renaming.rename(in: &manifest)
    }

    private static func bodies(of task: JSON?, at place: JSONPath) -> [JSONPath] {
        var found: [JSONPath] = []
        for name in ["tasks", "default"] where task?[name] != nil { found.append(place.key(name)) }
        for index in (task?["cases"]?.arrayValue ?? []).indices {
            found.append(place.key("cases").index(index).key("tasks"))
        }
        return found
    }

    /// What is made of a parameter stands where the parameter is written; all else is the template's.
    private func noteArguments(
        of group: LinkedGroup, at place: JSONPath, _ source: JSONPath,
        _ manifest: inout CanonicalManifest
    ) {
        for name in ["tasks", "workflow", "type", "maxParallel"] {
            manifest.map.note(place.key(name), madeOf: source.key("templateRef"))
        }
        if let inputs = group.inputs { manifest.map.note(place.key("inputs"), from: inputs) }
    }

    // MARK: One task

    private mutating func checkFields(of reference: JSON, at place: JSONPath) {
        let members = reference.objectValue ?? [:]
        let fields = ["name", "version"]
        for (name, _) in members where !fields.contains(name) {
            let others = fields.filter { !members.contains($0) }
            diagnostics.append(
                Diagnostic(
                    .unknownField, "templateRef has no field \"\(name)\"", at: place.key(name),
                    isAboutKey: true, suggestion: Diagnostic.fieldHelp(name, among: others)))
        }
    }

    private mutating func linked(
        _ task: JSON, at source: JSONPath, _ trail: inout [String]
    ) -> LinkedGroup? {
        // What a template refers to is told where the file refers to the template.
        let place = trail.isEmpty ? source.key("templateRef") : source
        let reference = task["templateRef"] ?? .null
        guard let name = reference.stringValue ?? reference["name"]?.stringValue else {
            report(
                .missingField, "templateRef needs the name of a Template", at: place,
                help: "write templateRef: {name: NAME}")
            return nil
        }
        if trail.isEmpty { templates.insert(name) }
        checkFields(of: reference, at: place)
        let arguments = ["inputs", "parameters", "with"].first { task[$0] != nil }
        let inputs = arguments.map { source.key($0) }
        // What cannot be linked is a child run, so that nothing else is wrong with it.
        let childRun = LinkedGroup(childRunOf: name, task, arguments, inputs)
        guard let spec = template(name, at: place) else { return childRun }
        guard checkVersion(reference["version"], of: spec, name, at: place) else {
            return childRun
        }
        guard !trail.contains(name), trail.count < WorkflowLimits.maximumTemplateDepth,
            count < WorkflowLimits.maximumLinkedTemplates
        else {
            let way = (trail + [name]).joined(separator: " → ")
            report(
                .templateCycle,
                trail.contains(name)
                    ? "the template refers to itself: \(way)"
                    : "templates are nested too deep, or too often: \(way)", at: place,
                help: "use a task of type workflow, which is a run of its own")
            return childRun
        }
        if Self.isWholeRun(spec) { return childRun }
        count += 1
        trail.append(name)
        var values = TemplateArguments(
            spec, given: arguments.flatMap { task[$0] } ?? [:], at: inputs ?? place, name: name)
        values.check()
        diagnostics += values.diagnostics
        let group = LinkedGroup(of: spec, task, arguments, inputs, values)
        guard !group.isTooLarge else {
            report(
                .templateCycle, "the parameters make the template \"\(name)\" too large", at: place,
                help: "use a task of type workflow, which is a run of its own")
            return childRun
        }
        if group.hasOutputs, let id = task["id"]?.stringValue { groups.insert(id) }
        return group
    }

    /// The definition of a template; nil where there is none to be used, which is told.
    private mutating func template(_ name: String, at place: JSONPath) -> JSON? {
        switch catalogue[template: name] {
        case .known(let spec): return spec
        case .refused(let other):
            report(
                .refusedTemplate,
                "the template \"\(name)\" cannot be used, as there are mistakes in it: \(other)",
                at: place, help: "correct it there")
        case .unknown:
            if let unread = catalogue.unread {
                report(
                    .refusedTemplate,
                    "the template \"\(name)\" is in no file that can be read, and may be in "
                        + unread, at: place, help: "correct that file, or remove it")
                return nil
            }
            report(
                .unknownTemplate,
                "the template \"\(name)\" is not among the files read, so it is looked up when the"
                    + " task starts", at: place,
                help: DefinitionCheck.question(name, among: catalogue.templateNames))
        }
        return nil
    }

    private mutating func checkVersion(
        _ wanted: JSON?, of spec: JSON, _ name: String, at place: JSONPath
    ) -> Bool {
        guard let wanted, !wanted.isNull else { return true }
        let text = wanted.stringValue ?? wanted.text
        let present = spec["version"]?.stringValue ?? "none"
        if text == present { return true }
        report(
            .templateVersion, "the template \"\(name)\" has the version \(present), not \(text)",
            at: place.key("version"), help: "write version: \(JSON.string(present).text)")
        return false
    }

    /// Whether a template does what only a run of its own can do.
    private static func isWholeRun(_ spec: JSON) -> Bool {
        if spec["finally"] != nil || spec["events"] != nil { return true }
        return (spec["outputs"]?.objectValue ?? [:]).contains { $0.value["fallback"] != nil }
    }

    private mutating func report(
        _ code: DiagnosticCode, _ message: String, at path: JSONPath, help: String? = nil
    ) {
        diagnostics.append(Diagnostic(code, message, at: path, suggestion: help))
    }
}

/// References to the outputs of a template's group, as `tasks.ID.outputs.NAME`.
///
/// In the group they are those of one more task, which gathers what the template gives.
private struct GroupOutputs: NameResolver {
    var translation = Translation()
    let groups: Set<String>

    init(groups: Set<String>) { self.groups = groups }

    func isName(_ text: String) -> Bool { false }

    mutating func replacement(of reference: Reference, in source: MappedText) -> NameReplacement? {
        guard reference.path.count > 2, reference.path[0] == "tasks",
            groups.contains(reference.path[1]), reference.path[2] == "outputs"
        else { return nil }
        let written = reference.path.prefix(3).joined(separator: ".")
        guard source.bytes[reference.offset...].starts(with: written.utf8) else { return nil }
        return NameReplacement(
            text: "\(written).\(LinkedGroup.outputsID)", byteCount: written.utf8.count)
    }

    private static let bare: Set<String> = ["condition", "while", "until", "retryIf"]

    /// Rewrites every string of a definition that refers to a group.
    mutating func rename(in manifest: inout CanonicalManifest) {
        let spec = manifest.object["spec"] ?? .null
        let before = manifest.map
        var texts: [Int: String] = [:]
        for (number, string) in spec.stringPlaces.enumerated() where string.text.contains("tasks.")
        {
            let place = JSONPath([.key("spec")] + string.path.components)
            let source = MappedText(copying: string.text, at: place)
            var result = rewritten(text: source, keepsOutputs: true)
            if result == nil, case .key(let name)? = place.components.last,
                Self.bare.contains(name)
            {
                result = rewritten(expression: source)
            }
            guard let result, result.text != string.text else { continue }
            texts[number] = result.text
            manifest.map.note(place, result, through: before)
        }
        manifest.object["spec"] = spec.replacingStrings(texts)
    }
}

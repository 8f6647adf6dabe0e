import Resources
import Values

/// The Kubernetes form, which is the canonical one but for what the documents write besides.
///
/// An object that has none of that is left as it is, and costs one walk over its tasks.
struct KubernetesForm {
    var translation = Translation()
    var object: JSON

    static func translate(_ json: JSON) -> CanonicalManifest {
        var form = KubernetesForm(object: json)
        let base: JSONPath
        switch json["kind"]?.stringValue {
        case "Workflow", "Template": base = ["spec"]
        case "CronWorkflow", "EventWorkflow": base = ["spec"]
        case "WorkflowRun": base = ["spec", "workflowSpec"]
        default: return CanonicalManifest(asWritten: json)
        }
        form.translateKind()
        form.translateMetadata(to: base)
        if form.object[base]?.objectValue != nil {
            form.translateConcurrency(base)
            form.translateInputs(base)
            form.translateBranches(base)
            form.translateTasks(base)
        }
        return CanonicalManifest(.kubernetes, form.object, form.translation)
    }

    // MARK: Kind and metadata

    /// A workflow with a schedule, or with events it waits for, is a workflow with triggers.
    private mutating func translateKind() {
        let (field, type): (String, String)
        switch object["kind"]?.stringValue {
        case "CronWorkflow": (field, type) = ("schedule", "schedule")
        case "EventWorkflow": (field, type) = ("on", "event")
        default: return
        }
        object["kind"] = "Workflow"
        guard let written = object["spec"]?[field] else {
            translation.report(
                .missingField,
                "a \(type == "event" ? "EventWorkflow" : "CronWorkflow") needs"
                    + " spec.\(field)", at: ["spec"], isAboutKey: true,
                help: nameNearly(field))
            return
        }
        let zone = type == "schedule" ? takeTimeZone() : nil
        var triggers = object["spec"]?["triggers"]?.arrayValue ?? []
        let source: JSONPath = ["spec", .key(field)]
        let elements = written.arrayValue ?? [written]
        for (index, element) in elements.enumerated() {
            let place = written.arrayValue == nil ? source : source.index(index)
            translation.map.note(["spec", "triggers", .index(triggers.count)], from: place)
            var members = element.objectValue ?? [:]
            if element.objectValue == nil { members[type == "event" ? "event" : "cron"] = element }
            if members["type"] == nil { members["type"] = .string(type) }
            if let zone, members["timeZone"] == nil { members["timeZone"] = zone }
            triggers.append(.object(members))
        }
        object[["spec", .key(field)]] = nil
        object[["spec", "triggers"]] = .array(triggers)
    }

    /// What to write where a field is missing: what is nearly its name may be there.
    private func nameNearly(_ field: String) -> String {
        let names = object["spec"]?.objectValue?.map { $0.key } ?? []
        let near = names.first { Spelling.nearest(to: $0, among: [field]) != nil }
        if let near { return "write \(field) for \"\(near)\"" }
        return field == "on" ? "add \"on\": [{event: NAME}]" : "add schedule: \"30 4 * * 1-5\""
    }

    /// The zone of all schedules of a CronWorkflow, beside them as in a CronJob.
    private mutating func takeTimeZone() -> JSON? {
        for name in ["timeZone", "timezone"] {
            guard let zone = object["spec"]?[name] else { continue }
            object[["spec", .key(name)]] = nil
            return zone
        }
        return nil
    }

    /// `metadata.version` and `metadata.description` are told of the definition, where an API server
    /// keeps them.
    private mutating func translateMetadata(to base: JSONPath) {
        for name in ["version", "description"] {
            guard let value = object["metadata"]?[name] else { continue }
            let source: JSONPath = ["metadata", .key(name)]
            let text: JSON =
                switch value {
                case .integer, .double: .string(value.text)
                default: value
                }
            guard object[base] == nil || object[base]?.objectValue != nil else { continue }
            object[source] = nil
            var target = base.key(name)
            if object[target] != nil {
                target = ["metadata", "annotations", .key("\(APIGroup.name)/\(name)")]
            }
            object[target] = text
            translation.map.note(target, from: source)
        }
    }

    // MARK: Settings and inputs

    /// `config.concurrency` is two settings of `config`.
    private mutating func translateConcurrency(_ base: JSONPath) {
        let config = base.key("config")
        let source = config.key("concurrency")
        guard let written = object[source], written.objectValue != nil else { return }
        var fields = SourceFields(written, at: source)
        for (name, canonical) in [("maxParallel", "maxParallel"), ("resourceLimits", "resources")] {
            guard let field = fields.take(name) else { continue }
            let target = config.key(canonical)
            if object[target] != nil {
                translation.report(
                    .duplicateElement, "\(canonical) is set twice", at: field.path,
                    isAboutKey: true, help: "remove concurrency.\(name)")
            }
            object[target] = field.value
            translation.map.note(target, from: field.path)
        }
        translation.refuseRest(of: &fields, in: "concurrency")
        object[source] = nil
    }

    private mutating func translateInputs(_ base: JSONPath) {
        let place = base.key("inputs")
        guard let list = object[place]?.arrayValue else { return }
        let inputs = list.enumerated().map { index, input in
            TypeNames.input(
                input, at: place.index(index), place.index(index), &translation)
        }
        if inputs != list { object[place] = .array(inputs) }
    }

    // MARK: Tasks

    /// Goes through the tasks of all scopes: types under their canonical names, and the timeout that
    /// stands in a task's `config`.
    private mutating func translateTasks(_ base: JSONPath) {
        var pending: [JSONPath] = [base.key("tasks"), base.key("finally")]
        var count = 0
        while let place = pending.popLast() {
            for (index, task) in (object[place]?.arrayValue ?? []).enumerated() {
                count += 1
                // More tasks than a workflow may have are refused as they are.
                guard count <= WorkflowSpecSchema.maximumTasks else { return }
                translate(task, at: place.index(index))
                guard let members = task.objectValue else { continue }
                for name in ["tasks", "default"] where members.contains(name) {
                    pending.append(place.index(index).key(name))
                }
                for position in (members["cases"]?.arrayValue ?? []).indices {
                    pending.append(place.index(index).key("cases").index(position).key("tasks"))
                }
            }
        }
    }

    private mutating func translate(_ task: JSON, at place: JSONPath) {
        if let outputs = task["outputs"] {
            let named = TypeNames.outputs(outputs)
            if named != outputs { object[place.key("outputs")] = named }
        }
        guard let timeout = task["config"]?["timeout"], task["timeout"] == nil else { return }
        let source = translation.map.source(of: place).path
        translation.map.note(
            place.key("timeout"), from: source.key("config").key("timeout"))
        object[place.key("timeout")] = timeout
        let isAlone = task["config"]?.objectValue?.count == 1
        object[isAlone ? place.key("config") : place.key("config").key("timeout")] = nil
    }
}

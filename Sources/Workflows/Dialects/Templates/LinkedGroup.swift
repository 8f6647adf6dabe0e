import Values

/// A task that refers to a template, as the canonical task it becomes.
struct LinkedGroup {
    /// The task of a group that gathers the outputs of its template.
    static let outputsID = "outputs"

    private(set) var json: JSON
    /// Where the parameters were written that are still inputs of the task.
    let inputs: JSONPath?
    /// Whether the group gives the outputs of its template.
    private(set) var hasOutputs = false
    /// Whether the parameters make it larger than a definition may be.
    private(set) var isTooLarge = false

    /// A run of the template of its own.
    init(childRunOf name: String, _ task: JSON, _ arguments: String?, _ place: JSONPath?) {
        var members = task.objectValue ?? [:]
        members["templateRef"] = nil
        members["type"] = "workflow"
        members["workflow"] = ["kind": "Template", "name": .string(name)]
        if let arguments, arguments != "inputs" {
            members["inputs"] = members[arguments]
            members[arguments] = nil
        }
        json = .object(members)
        inputs = place
    }

    /// A group of the template's tasks, with parameters in the place of its inputs.
    init(
        of spec: JSON, _ task: JSON, _ arguments: String?, _ place: JSONPath?,
        _ values: TemplateArguments
    ) {
        var members = task.objectValue ?? [:]
        members["templateRef"] = nil
        if let arguments { members[arguments] = nil }
        members["type"] = "parallel"
        inputs = nil
        var resolver = TemplateInputs(values: values.expressions)
        var tasks = resolver.resolved(tasks: spec["tasks"] ?? []).arrayValue ?? []
        if let outputs = spec["outputs"]?.objectValue, !outputs.isEmpty {
            hasOutputs = true
            let gathered = outputs.map { name, output -> (String, JSON) in
                (name, output["value"] ?? output)
            }
            tasks.append([
                "id": .string(LinkedGroup.outputsID), "type": "transform",
                "inputs": resolver.resolved(.object(JSONObject(gathered))),
            ])
        }
        isTooLarge = resolver.isTooLarge
        LinkedGroup.apply(spec["config"] ?? [:], to: &members, &tasks)
        members["tasks"] = .array(tasks)
        json = .object(members)
    }

    /// The settings of the template hold in the group, where nothing nearer says otherwise.
    private static func apply(
        _ config: JSON, to members: inout JSONObject, _ tasks: inout [JSON]
    ) {
        for name in ["timeout", "maxParallel"] where members[name] == nil {
            members[name] = config[name]
        }
        for name in ["retryPolicy", "onFailure"] {
            guard let value = config[name] else { continue }
            for index in tasks.indices where tasks[index][name] == nil {
                tasks[index][name] = value
            }
        }
    }
}

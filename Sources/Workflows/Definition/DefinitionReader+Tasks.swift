import Schemas
import Values

extension DefinitionReader {
    mutating func taskDefinition(
        _ members: JSONObject, id: String, at place: JSONPath, _ address: TaskAddress, depth: Int
    ) -> TaskDefinition {
        var task = TaskDefinition(id: id, type: "")
        for (name, value) in members
        where !readCommon(name, value, into: &task, at: place)
            && !readPolicy(name, value, into: &task, at: place)
        {
            if name == "maxParallel" { task.maxParallel = count(value) }
            if name == "workflow" { task.workflow = child(value) }
            if name == "stream", value.objectValue != nil { task.stream = value }
            task.controlFields.append(name)
        }
        if ContainerType(rawValue: task.type) != nil {
            task.control = control(members, type: task.type, at: place, address, depth: depth)
        }
        return task
    }

    /// Reads what most tasks have; false where the field is none of that.
    private mutating func readCommon(
        _ name: String, _ value: JSON, into task: inout TaskDefinition, at place: JSONPath
    ) -> Bool {
        switch name {
        case "id": break
        case "type": task.type = value.stringValue ?? ""
        case "dependsOn": task.dependsOn = dependencies(value, at: place)
        case "inputs": task.inputs = value.objectValue ?? [:]
        case "condition": task.condition = value.stringValue
        case "retryPolicy":
            task.retryPolicy = retryPolicy(value, at: place.key("retryPolicy"))
            if let source = value["retryIf"]?.stringValue { task.retryIf = source }
        case "timeout": task.timeout = duration(value, at: place.key("timeout"))
        case "onFailure":
            task.failureAction = value.stringValue.flatMap(FailureAction.init(rawValue:))
        case "name": task.name = value.stringValue
        case "description": task.description = value.stringValue
        case "outputs":
            for (output, kind) in value.objectValue ?? [:] {
                task.outputs[output] = kind.stringValue.flatMap(ValueKind.init(name:)) ?? .any
            }
        default: return false
        }
        return true
    }

    /// Reads what few tasks have; false where the field is none of that either.
    private mutating func readPolicy(
        _ name: String, _ value: JSON, into task: inout TaskDefinition, at place: JSONPath
    ) -> Bool {
        switch name {
        case "executor": task.executor = value.stringValue
        case "config": task.config = value.objectValue ?? [:]
        case "join": task.join = join(value, at: place.key("join"))
        case "onFalse": task.falseAction = value.stringValue.flatMap(FalseAction.init(rawValue:))
        case "onInterruption":
            task.interruptionAction = value.stringValue.flatMap(InterruptionAction.init(rawValue:))
        case "totalTimeout": task.totalTimeout = duration(value, at: place.key("totalTimeout"))
        case "priority": task.priority = value.stringValue.flatMap(Priority.init(rawValue:))
        case "resources": task.resources = resources(value, at: place.key("resources"))
        case "fallback":
            let found = fallbacks(value, at: place.key("fallback"))
            task.fallbacks = found.map(\.fallback)
            task.fallbackPositions = found.map(\.position)
        case "compensation":
            task.compensation = compensation(value, at: place.key("compensation"))
        case "cache": task.cache = cache(value, at: place.key("cache"))
        default: return false
        }
        return true
    }

    func child(_ json: JSON) -> ChildWorkflow? {
        json["name"]?.stringValue.map {
            ChildWorkflow(kind: json["kind"]?.stringValue ?? "Workflow", name: $0)
        }
    }

    func count(_ json: JSON) -> Int? { json.integerValue.map { Int(clamping: max(1, $0)) } }

    /// The dependencies, one for each element, so that positions are kept; what is no dependency has
    /// an empty id.
    private mutating func dependencies(_ json: JSON, at place: JSONPath) -> [DependencyDefinition] {
        (json.arrayValue ?? []).enumerated().map { position, element in
            if let id = element.stringValue, !id.isEmpty { return DependencyDefinition(id) }
            return dependency(element, at: place.key("dependsOn").index(position))
        }
    }

    private mutating func dependency(_ json: JSON, at place: JSONPath) -> DependencyDefinition {
        let isEmpty = json.stringValue != nil
        let schema = isEmpty ? DefinitionReader.idSchema : DefinitionReader.dependencySchema
        diagnostics += schema.validate(json, at: place).map(Diagnostic.init)
        return DependencyDefinition(
            json["task"]?.stringValue ?? "",
            when: json["when"]?.stringValue.flatMap(DependencyCondition.init(rawValue:)))
    }

    private mutating func join(_ json: JSON, at place: JSONPath) -> JoinDefinition? {
        guard let text = json.stringValue, !text.isEmpty else { return nil }
        switch text {
        case "all": return .all
        case "any": return .any
        default: break
        }
        if text.hasPrefix("atLeast("), text.hasSuffix(")") {
            if let count = Int(text.dropFirst(8).dropLast()), count >= 1 { return .atLeast(count) }
        } else if TemplateText.shape(of: text) != .constant {
            return .expression(text)
        }
        diagnostics.append(
            Diagnostic(
                .malformedValue, "\(JSON.string(text).text) is no way to join", at: place,
                suggestion: "write all, any, atLeast(2), or an expression in ${{ }}"))
        return nil
    }
}

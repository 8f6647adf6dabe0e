import Resources
import Schemas
import Values

extension DefinitionReader {
    mutating func readConfig(_ config: JSON, into definition: inout WorkflowDefinition) {
        let place = path.key("config")
        definition.timeout = duration(config["timeout"], at: place.key("timeout"))
        definition.maxParallel = config["maxParallel"]?.integerValue.map {
            Int(clamping: max(1, $0))
        }
        definition.retryPolicy = retryPolicy(config["retryPolicy"], at: place.key("retryPolicy"))
        definition.retryIf = config["retryPolicy"]?["retryIf"]?.stringValue
        definition.failureAction = config["onFailure"]?.stringValue.flatMap(
            FailureAction.init(rawValue:))
        definition.priority = config["priority"]?.stringValue.flatMap(Priority.init(rawValue:))
        definition.resources = resources(config["resources"], at: place.key("resources"))
        definition.maximumLag = duration(config["maxLag"], at: place.key("maxLag"))
        definition.checkpointInterval = duration(
            config["checkpointInterval"], at: place.key("checkpointInterval"))
    }

    mutating func outputDefinition(
        _ name: String, _ json: JSON, at place: JSONPath
    ) -> OutputDefinition? {
        guard case .object(let members) = json else {
            return OutputDefinition(name: name, value: json)
        }
        let violations = WorkflowSpecSchema.output.validate(json, at: place)
        diagnostics += violations.map(Diagnostic.init)
        guard let value = members["value"] else { return nil }
        var output = OutputDefinition(
            name: name, value: value, fallback: members["fallback"],
            description: members["description"]?.stringValue)
        output.isObject = true
        return output
    }

    mutating func inputDefinition(
        _ json: JSON, name: String, at place: JSONPath
    ) -> InputDefinition {
        var input = InputDefinition(name: name)
        input.kind = json["type"]?.stringValue.flatMap(ValueKind.init(name:)) ?? .any
        input.isRequired = json["required"]?.boolValue ?? false
        input.defaultValue = json["default"]
        input.description = json["description"]?.stringValue
        var reader = InputConstraints(input: input, place: place)
        input.constraints = reader.read(json)
        diagnostics += reader.diagnostics
        diagnostics += reader.checkDefault(of: input)
        return input
    }

    func notifications(_ json: JSON?) -> [NotificationDefinition] {
        RunEnding.allCases.flatMap { event in
            (json?[event.rawValue]?.arrayValue ?? []).enumerated().compactMap { position, content in
                content.objectValue.map {
                    NotificationDefinition(event: event, position: position, content: $0)
                }
            }
        }
    }
}

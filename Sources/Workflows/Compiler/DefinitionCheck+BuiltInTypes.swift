import Values

extension DefinitionCheck {
    /// What the built-in types ask of their inputs beyond a schema, as far as it is known already.
    mutating func checkBuiltInType(_ task: TaskDefinition, at place: JSONPath) {
        switch task.type {
        case "wait": checkWait(task.inputs, at: place)
        case "http", "stream": checkPath(of: task, at: place)
        default: checkOutputSchema(of: task, at: place)
        }
    }

    private mutating func checkWait(_ inputs: JSONObject, at place: JSONPath) {
        let (duration, moment) = (inputs["duration"], inputs["until"])
        switch (duration, moment) {
        case (nil, nil):
            report(
                .missingField, "a wait needs duration or until", at: place.key("duration"),
                help: "add duration: 30s to its inputs")
        case (_?, _?):
            report(
                .combination, "a wait has duration or until, and not both", at: place.key("until"),
                isAboutKey: true, help: "remove one of them")
        default: break
        }
        if case .string(let text)? = duration, TemplateText.shape(of: text) == .constant,
            let objection = Duration.objection(to: text)
        {
            report(
                .invalidDuration, "\(JSON.string(text).text) \(objection)",
                at: place.key("duration"),
                help: "write a number with a unit, as 30s, 5m, 1h30m or 250ms")
        }
        if case .string(let text)? = moment, TemplateText.shape(of: text) == .constant,
            let objection = Timestamp.objection(to: text)
        {
            report(
                .malformedValue, "\(JSON.string(text).text) \(objection)",
                at: place.key("until"), help: "write 2030-01-01T00:00:00Z")
        }
    }
}

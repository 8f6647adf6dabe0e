import Expressions
import Values

extension DefinitionCheck {
    // MARK: Outputs

    mutating func compileOutputs() -> [OutputPlan] {
        let site = ExpressionSite(behind: 0)
        var plans: [OutputPlan] = []
        for output in definition.outputs {
            let root = places.root.key("outputs").key(output.name)
            // An output is an expression, or an object that holds one as its value.
            let place = output.isObject ? root.key("value") : root
            let value = template(output.value, at: place, from: site)
            let fallback = output.fallback.flatMap {
                template($0, at: root.key("fallback"), from: site)
            }
            guard let value else { continue }
            plans.append(OutputPlan(name: output.name, value: value, fallback: fallback))
        }
        return plans
    }

    // MARK: Events

    mutating func compileNotifications() -> [NotificationPlan] {
        var site = ExpressionSite(behind: 0)
        site.seesEnding = true
        return definition.notifications.compactMap { notification in
            let place = places.root.key("events").key(notification.event.rawValue)
                .index(notification.position)
            guard let type = notification.content["type"]?.stringValue else { return nil }
            checkSettings(of: type, notification.content, at: place)
            return template(.object(notification.content), at: place, from: site).map {
                NotificationPlan(
                    event: notification.event, position: notification.position, type: type,
                    content: $0)
            }
        }
    }

    private mutating func checkSettings(
        of type: String, _ content: JSONObject, at place: JSONPath
    ) {
        let settings = [
            "webhook": ["url", "method", "headers", "body"],
            "alert": ["channel", "severity", "message", "to"], "deadletter": ["queue"],
        ]
        guard let own = settings[type] else { return }
        if type == "webhook" { checkURL(content["url"], at: place.key("url")) }
        if type == "webhook", !content.contains("url") {
            report(
                .missingField, "missing required field \"url\"", at: place.key("url"),
                help: "a webhook needs the URL it goes to")
        }
        for (other, names) in settings.sorted(by: { $0.key < $1.key }) where other != type {
            for name in names where content.contains(name) && !own.contains(name) {
                report(
                    .fieldOfOtherType,
                    "\(name) goes with \(other), and this is of type \"\(type)\"",
                    at: place.key(name), isAboutKey: true)
            }
        }
    }

    // MARK: Inputs

    mutating func indexInputs() {
        for (index, input) in definition.inputs.enumerated() {
            if let first = inputIndices[input.name] {
                report(
                    .duplicateInput,
                    "input \"\(input.name)\" is defined already, as inputs[\(first)]",
                    at: places.inputs[index].key("name"),
                    help: "give each input a name of its own")
            } else {
                inputIndices[input.name] = index
            }
        }
    }

    mutating func checkInputs() {
        for (index, input) in definition.inputs.enumerated() {
            let place = places.inputs[index]
            if input.isRequired, let value = input.defaultValue, !value.isNull {
                report(
                    .requiredWithDefault,
                    "input \"\(input.name)\" is required, so its default is never used",
                    at: place.key("default"), isAboutKey: true,
                    help: "remove required, or the default")
            }
            if !usesAllInputs, !usedInputs.contains(input.name) {
                report(
                    .unusedInput, "nothing refers to input \"\(input.name)\"",
                    at: place.key("name"),
                    help: "remove it, or use ${{ workflow.inputs.\(input.name) }}")
            }
        }
    }
}

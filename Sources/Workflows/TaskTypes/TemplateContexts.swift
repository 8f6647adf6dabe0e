import Expressions
import Values

extension TaskType {
    /// What a string of a task's inputs is part of, which says how a template there writes values.
    ///
    /// Scripts are for a shell, addresses are addresses, and a body that is written as JSON is JSON;
    /// everything else is text.
    static func templateContext(
        of path: JSONPath, type: String, in inputs: JSONObject
    ) -> TemplateContext {
        guard case .key(let name)? = path.components.first else { return .text }
        switch (type, name) {
        case ("command", "command") where inputs["shell"]?.boolValue == true: return .shell
        case ("http", "url"), ("stream", "url"): return .url
        case ("http", "body"), ("stream", "body"):
            // Strings further in are values of JSON, and written as such with the whole.
            guard path.components.count == 1, let text = inputs["body"]?.stringValue else {
                return .text
            }
            return isJSON(text, inputs["headers"]?.objectValue ?? [:]) ? .json : .text
        default: return .text
        }
    }

    /// Whether inputs leave open what their texts are part of, which must be known before any value
    /// is: an expression that says whether a command is a script.
    static func leavesContextOpen(type: String, in inputs: JSONObject) -> Bool {
        type == "command" && inputs["shell"]?.stringValue.map(TextTemplate.isNeeded) == true
    }

    private static func isJSON(_ text: String, _ headers: JSONObject) -> Bool {
        for (name, value) in headers where name.lowercased() == "content-type" {
            guard let kind = value.stringValue, !TextTemplate.isNeeded(for: kind) else { continue }
            return kind.lowercased().contains("json")
        }
        let start = text.utf8.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
        // `{{` and `{%` open a template, and say nothing of what it is part of.
        return start.first == UInt8(ascii: "[")
            || start.first == UInt8(ascii: "{") && !start.starts(with: "{{".utf8)
                && !start.starts(with: "{%".utf8)
    }
}

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
        case ("http", "url"): return .url
        case ("http", "body"):
            // Strings further in are values of JSON, and written as such with the whole.
            guard path.components.count == 1, let text = inputs["body"]?.stringValue else {
                return .text
            }
            return isJSON(text, inputs["headers"]?.objectValue ?? [:]) ? .json : .text
        default: return .text
        }
    }

    private static func isJSON(_ text: String, _ headers: JSONObject) -> Bool {
        for (name, value) in headers where name.lowercased() == "content-type" {
            return value.stringValue?.lowercased().contains("json") == true
        }
        let first = text.utf8.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        guard let first else { return false }
        // `{{` and `{%` open a template, and say nothing of what it is part of.
        let opening = text.drop { $0.isWhitespace }
        return first == UInt8(ascii: "[")
            || first == UInt8(ascii: "{") && !opening.hasPrefix("{{") && !opening.hasPrefix("{%")
    }
}

import Testing
import Values

/// As much of JSON Schema 2020-12 as the published schemas use, to see what they accept.
struct DraftValidator {
    let root: JSON

    /// The keywords that say nothing about values.
    private static let notes: Set = [
        "$schema", "$id", "$defs", "title", "description", "format", "default", "then",
    ]

    /// What a value does not satisfy; empty where it does.
    func problems(of value: JSON, by schema: JSON? = nil, at place: String = "$") -> [String] {
        let schema = schema ?? root
        if let flag = schema.boolValue { return flag ? [] : ["\(place): is not allowed"] }
        return (schema.objectValue ?? [:]).flatMap { keyword, rule in
            problems(of: value, keyword, rule, schema, at: place)
        }
    }

    private func holds(_ value: JSON, _ schema: JSON) -> Bool {
        problems(of: value, by: schema).isEmpty
    }

    private func problems(
        of value: JSON, _ keyword: String, _ rule: JSON, _ schema: JSON, at place: String
    ) -> [String] {
        let wrong = ["\(place): \(keyword) \(rule.text.prefix(80))"]
        switch keyword {
        case "$ref":
            let name = (rule.stringValue ?? "").split(separator: "/").last ?? ""
            guard let target = root["$defs"]?[String(name)] else { return wrong }
            return problems(of: value, by: target, at: place)
        case "type": return isType(value, rule) ? [] : wrong
        case "const": return value == rule ? [] : wrong
        case "enum": return rule.arrayValue?.contains(value) == true ? [] : wrong
        case "allOf":
            return (rule.arrayValue ?? []).flatMap { problems(of: value, by: $0, at: place) }
        case "anyOf": return (rule.arrayValue ?? []).contains { holds(value, $0) } ? [] : wrong
        case "oneOf":
            let count = (rule.arrayValue ?? []).count { holds(value, $0) }
            return count == 1 ? [] : ["\(place): \(count) of oneOf"]
        case "if":
            guard holds(value, rule), let then = schema["then"] else { return [] }
            return problems(of: value, by: then, at: place)
        case "required", "properties", "additionalProperties", "maxProperties", "minProperties":
            guard let object = value.objectValue else { return [] }
            return objectProblems(object, keyword, rule, schema, at: place)
        case "items", "minItems", "maxItems", "uniqueItems":
            guard let list = value.arrayValue else { return [] }
            return listProblems(list, keyword, rule, at: place)
        case "minimum", "maximum", "minLength", "maxLength", "pattern":
            return isWithin(value, keyword, rule) ? [] : wrong
        default: return DraftValidator.notes.contains(keyword) ? [] : ["unknown keyword \(keyword)"]
        }
    }

    private func isType(_ value: JSON, _ rule: JSON) -> Bool {
        (rule.arrayValue ?? [rule]).contains { type in
            switch type {
            case "object": value.objectValue != nil
            case "array": value.arrayValue != nil
            case "string": value.stringValue != nil
            case "integer": value.integerValue != nil
            case "number": value.doubleValue != nil
            case "boolean": value.boolValue != nil
            default: false
            }
        }
    }

    private func objectProblems(
        _ object: JSONObject, _ keyword: String, _ rule: JSON, _ schema: JSON, at place: String
    ) -> [String] {
        switch keyword {
        case "required":
            return (rule.arrayValue ?? []).filter { !object.contains($0.stringValue ?? "") }.map {
                "\(place): \($0.text) is missing"
            }
        case "properties":
            return object.flatMap { name, member in
                rule[name].map { problems(of: member, by: $0, at: "\(place).\(name)") } ?? []
            }
        case "additionalProperties":
            return object.flatMap { name, member in
                schema["properties"]?[name] == nil
                    ? problems(of: member, by: rule, at: "\(place).\(name)") : []
            }
        default: return []
        }
    }

    private func listProblems(
        _ list: [JSON], _ keyword: String, _ rule: JSON, at place: String
    ) -> [String] {
        switch keyword {
        case "items":
            return list.enumerated().flatMap {
                problems(of: $1, by: rule, at: "\(place)[\($0)]")
            }
        case "minItems": return list.count >= rule.integerValue ?? 0 ? [] : ["\(place): too short"]
        case "maxItems":
            return list.count <= rule.integerValue ?? .max ? [] : ["\(place): too long"]
        default: return Set(list).count == list.count ? [] : ["\(place): repeats"]
        }
    }

    private func isWithin(_ value: JSON, _ keyword: String, _ rule: JSON) -> Bool {
        let limit = rule.doubleValue ?? 0
        return switch keyword {
        case "minimum": value.doubleValue.map { $0 >= limit } ?? true
        case "maximum": value.doubleValue.map { $0 <= limit } ?? true
        case "minLength": value.stringValue.map { Double($0.count) >= limit } ?? true
        case "maxLength": value.stringValue.map { Double($0.count) <= limit } ?? true
        default:
            value.stringValue.map { text in
                // The patterns themselves are tried by the tests of the schemas they come from.
                rule.stringValue == "\\$\\{\\{" ? text.contains("${{") : true
            } ?? true
        }
    }
}

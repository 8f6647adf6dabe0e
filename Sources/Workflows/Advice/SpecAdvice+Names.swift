import Schemas
import Values

extension SpecAdvice {
    /// Tells inputs that are nearly one of their type, where the type takes any.
    mutating func adviseOnNames(of task: JSON, at place: JSONPath) {
        guard let name = task["type"]?.stringValue, let known = SpecAdvice.openTypes[name],
            let inputs = task["inputs"]?.objectValue
        else { return }
        let free = known.filter { !inputs.contains($0) }
        for (input, _) in inputs where !known.contains(input) {
            guard let help = DefinitionCheck.question(input, among: free) else { continue }
            diagnostics.append(
                Diagnostic(
                    .misspeltName, "a task of type \(name) has no input of its own \"\(input)\"",
                    at: place.key("inputs").key(input), isAboutKey: true, suggestion: help))
        }
    }

    /// The types that take any inputs, with those that they know.
    private static let openTypes: [String: [String]] = {
        var known: [String: [String]] = [:]
        for type in TaskType.foreseen where type.inputs.preservesUnknownFields {
            known[type.name] = type.inputs.properties.keys.sorted()
        }
        return known
    }()

    /// What triggers of a type are known to have; others are kept as they are written.
    private static let triggerFields = [
        "schedule": ["cron", "schedule", "timeZone"], "event": ["event", "eventType", "filter"],
        "webhook": ["path"],
    ]

    /// Tells members of triggers that are nearly one of their type.
    mutating func adviseOnTriggers() {
        for (position, trigger) in (spec["triggers"]?.arrayValue ?? []).enumerated() {
            guard let members = trigger.objectValue, let type = members["type"]?.stringValue,
                let fields = SpecAdvice.triggerFields[type]
            else { continue }
            let free = fields.filter { !members.contains($0) }
            for (name, _) in members where name != "type" && !fields.contains(name) {
                guard let help = DefinitionCheck.question(name, among: free) else { continue }
                diagnostics.append(
                    Diagnostic(
                        .misspeltName, "a trigger of type \(type) has no \"\(name)\"",
                        at: path.key("triggers").index(position).key(name), isAboutKey: true,
                        suggestion: help))
            }
        }
    }

    /// Tells what looks like a part of a template in a text that is none, since it has `${{ }}`.
    mutating func adviseOnTexts(of task: JSON, at place: JSONPath) {
        // Next to no text has one, so places are made only where there is.
        guard let inputs = task["inputs"], SpecAdvice.mayHoldTemplate(inputs) else { return }
        var pending = [(inputs, place.key("inputs"))]
        while let (value, path) = pending.popLast() {
            switch value {
            case .string(let text):
                guard let offset = SpecAdvice.literalTemplate(in: Array(text.utf8)) else {
                    continue
                }
                diagnostics.append(
                    Diagnostic(
                        .literalTemplate,
                        "a text with ${{ }} is no template, so this stays as it is", at: path,
                        offset: offset, suggestion: "write ${{ }} here, or {{ }} everywhere"))
            case .array(let elements):
                pending += elements.enumerated().map { ($0.element, path.index($0.offset)) }
            case .object(let members):
                pending += members.map { ($0.value, path.key($0.key)) }
            case .null, .bool, .integer, .double: break
            }
        }
    }

    /// Whether a text in a value has `{%`, or `{{` without a `$` in front of it.
    private static func mayHoldTemplate(_ value: JSON) -> Bool {
        var pending = [value]
        while let next = pending.popLast() {
            switch next {
            case .string(let text):
                var (before, last): (UInt8, UInt8) = (0, 0)
                for byte in text.utf8 {
                    if last == UInt8(ascii: "{") {
                        if byte == UInt8(ascii: "%") { return true }
                        if byte == last, before != UInt8(ascii: "$") { return true }
                    }
                    (before, last) = (last, byte)
                }
            case .array(let elements): pending += elements
            case .object(let members): pending += members.values
            case .null, .bool, .integer, .double: break
            }
        }
        return false
    }

    /// Where the first template part stands of a text with `${{`: a tag, or names of expressions.
    private static func literalTemplate(in text: [UInt8]) -> Int? {
        var found: Int?
        var hasExpression = false
        var index = 0
        while index + 1 < text.count {
            defer { index += 1 }
            guard text[index] == UInt8(ascii: "{") else { continue }
            let isExpression = text[index + 1] == UInt8(ascii: "{")
            guard isExpression || text[index + 1] == UInt8(ascii: "%") else { continue }
            if isExpression, index > 0, text[index - 1] == UInt8(ascii: "$") {
                hasExpression = true
                // Texts in an expression are its own.
                while index + 1 < text.count, !text[index...].starts(with: "}}".utf8) { index += 1 }
            } else if found == nil {
                let inside = text[(index + 2)...].drop {
                    $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: " ")
                }
                let starts =
                    isExpression ? ["workflow.", "tasks.", "run."] : ["if ", "for ", "set "]
                if starts.contains(where: { inside.starts(with: $0.utf8) }) { found = index }
            }
        }
        return hasExpression ? found : nil
    }
}

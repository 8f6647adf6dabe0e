internal import Values

/// The JSONPath of a printer column: `.status.conditions[?(@.type=="Ready")].status`.
///
/// Supported are members, quoted members, indices, slices of all (`[*]`, `.*`), and filters that
/// compare a member of the element with a literal. Source: Kubernetes, "JSONPath Support".
struct PrinterPath: Sendable, Hashable {
    enum Step: Sendable, Hashable {
        case member(String)
        case index(Int)
        case all
        case filter([String], comparison: String, JSON)
    }

    let steps: [Step]

    /// Reads a path; nil where it is none of the supported.
    init?(_ text: String) {
        var rest = Substring(text)
        if rest.hasPrefix("{"), rest.hasSuffix("}") { rest = rest.dropFirst().dropLast() }
        if rest.hasPrefix("$") { rest = rest.dropFirst() }
        guard rest.hasPrefix(".") || rest.hasPrefix("[") else { return nil }
        var steps: [Step] = []
        while let first = rest.first {
            if first == "." {
                rest = rest.dropFirst()
                if rest.hasPrefix("[") { continue }
                let name = PrinterPath.name(&rest)
                guard !name.isEmpty else {
                    guard steps.isEmpty, rest.isEmpty else { return nil }
                    break
                }
                steps.append(name == "*" ? .all : .member(name))
            } else if first == "[" {
                guard let step = PrinterPath.bracket(&rest) else { return nil }
                steps.append(step)
            } else {
                return nil
            }
        }
        self.steps = steps
    }

    /// The values the path leads to, in order.
    func values(in object: JSON) -> [JSON] {
        var values = [object]
        for step in steps {
            values = values.flatMap { value -> [JSON] in
                switch step {
                case .member(let name): return value[name].map { [$0] } ?? []
                case .index(let index):
                    guard let elements = value.arrayValue else { return [] }
                    let position = index < 0 ? elements.count + index : index
                    return elements.indices.contains(position) ? [elements[position]] : []
                case .all: return value.arrayValue ?? value.objectValue?.values ?? []
                case .filter(let path, let comparison, let literal):
                    return (value.arrayValue ?? []).filter { element in
                        PrinterPath.holds(element, path, comparison, literal)
                    }
                }
            }
        }
        return values
    }

    private static func holds(
        _ element: JSON, _ path: [String], _ comparison: String, _ literal: JSON
    ) -> Bool {
        var value: JSON? = element
        for name in path { value = value?[name] }
        guard let value else { return false }
        switch comparison {
        case "": return true
        case "==": return value == literal
        case "!=": return value != literal
        default:
            guard let first = value.doubleValue, let second = literal.doubleValue else {
                return false
            }
            switch comparison {
            case "<": return first < second
            case "<=": return first <= second
            case ">": return first > second
            default: return first >= second
            }
        }
    }

    /// A member's name, in which a backslash keeps the character behind it.
    private static func name(_ rest: inout Substring) -> String {
        var name = ""
        while let first = rest.first, first != ".", first != "[" {
            rest = rest.dropFirst()
            if first == "\\", let next = rest.first {
                name.append(next)
                rest = rest.dropFirst()
            } else {
                name.append(first)
            }
        }
        return name
    }

    private static func bracket(_ rest: inout Substring) -> Step? {
        var inside = ""
        var quote: Character?
        rest = rest.dropFirst()
        while let first = rest.first {
            rest = rest.dropFirst()
            if first == "]", quote == nil { return step(inside) }
            if first == quote {
                quote = nil
            } else if quote == nil, first == "'" || first == "\"" {
                quote = first
            }
            inside.append(first)
        }
        return nil
    }

    private static func step(_ inside: String) -> Step? {
        if inside == "*" { return .all }
        if let index = Int(inside) { return .index(index) }
        if let name = quoted(inside[...]) { return .member(name) }
        guard inside.hasPrefix("?("), inside.hasSuffix(")") else { return nil }
        let condition = inside.dropFirst(2).dropLast()
        for comparison in ["==", "!=", "<=", ">=", "<", ">"] {
            guard let range = condition.firstRange(of: comparison) else { continue }
            let right = trimmed(condition[range.upperBound...])
            guard let path = elementPath(trimmed(condition[..<range.lowerBound])) else {
                return nil
            }
            if let text = quoted(right) {
                return .filter(path, comparison: comparison, .string(text))
            }
            guard let literal = try? JSON(parsing: String(right)) else { return nil }
            return .filter(path, comparison: comparison, literal)
        }
        return elementPath(trimmed(condition)).map { .filter($0, comparison: "", .null) }
    }

    private static func elementPath(_ text: Substring) -> [String]? {
        guard text.hasPrefix("@") else { return nil }
        let names = text.dropFirst().split(separator: ".").map(String.init)
        return names
    }

    private static func quoted(_ text: Substring) -> String? {
        guard text.count >= 2, let first = text.first, first == text.last,
            first == "'" || first == "\""
        else { return nil }
        return String(text.dropFirst().dropLast())
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " }
        while text.last == " " { text = text.dropLast() }
        return text
    }
}

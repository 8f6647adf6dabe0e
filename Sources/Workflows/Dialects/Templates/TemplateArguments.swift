import Expressions
import Values

/// The values of a template's inputs where a task refers to it, as expressions.
struct TemplateArguments {
    private let spec: JSON
    private let given: JSONObject
    private let place: JSONPath
    private let name: String
    private(set) var diagnostics: [Diagnostic] = []

    init(_ spec: JSON, given: JSON, at place: JSONPath, name: String) {
        self.spec = spec
        self.given = given.objectValue ?? [:]
        self.place = place
        self.name = name
    }

    private var inputs: [JSON] { spec["inputs"]?.arrayValue ?? [] }

    /// Tells parameters that are missing, and those that the template does not have.
    mutating func check() {
        let names = inputs.compactMap { $0["name"]?.stringValue }
        for parameter in given.keys where !names.contains(parameter) {
            diagnostics.append(
                Diagnostic(
                    .templateParameter,
                    "the template \"\(name)\" has no input \"\(parameter)\"",
                    at: place.key(parameter), isAboutKey: true,
                    suggestion: DefinitionCheck.question(parameter, among: names)))
        }
        for input in inputs where input["required"]?.boolValue == true {
            guard let name = input["name"]?.stringValue, given[name] == nil else { continue }
            diagnostics.append(
                Diagnostic(
                    .templateParameter,
                    "the template \"\(self.name)\" needs a value for its input \"\(name)\"",
                    at: place, suggestion: "add \(name)"))
        }
        for input in inputs {
            guard let name = input["name"]?.stringValue, let value = given[name],
                let kind = input["type"]?.stringValue.flatMap(ValueKind.init(name:)),
                !InputDefaults.isComputed(value), !kind.contains(value)
            else { continue }
            diagnostics.append(
                Diagnostic(
                    .templateParameter,
                    "input \"\(name)\" of the template is \(kind.phrase), not"
                        + " \(JSON.phrase(value))", at: place.key(name)))
        }
    }

    /// The expression for each input: what is given, else its default, else null.
    ///
    /// Defaults may be made of other inputs, which has been checked to end.
    var expressions: [String: String] {
        var found: [String: String] = [:]
        var waiting = inputs.compactMap { input -> (String, JSON)? in
            input["name"]?.stringValue.map { ($0, input["default"] ?? .null) }
        }
        for (name, value) in given { found[name] = ExpressionLiteral.text(of: value) }
        waiting.removeAll { found[$0.0] != nil }
        for (name, value) in waiting where !InputDefaults.isComputed(value) {
            found[name] = ExpressionLiteral.text(of: value)
        }
        // Each turn resolves one at least; what goes round in a circle, or grows too large, is null.
        var rest = waiting.filter { found[$0.0] == nil }
        while !rest.isEmpty {
            let count = rest.count
            rest = rest.filter { name, value in
                var resolver = TemplateInputs(values: found, isPartial: true)
                let resolved = resolver.resolved(value)
                guard !resolver.misses else { return true }
                found[name] = resolver.isTooLarge ? "null" : ExpressionLiteral.text(of: resolved)
                return false
            }
            guard rest.count < count else { break }
        }
        for (name, _) in waiting where found[name] == nil { found[name] = "null" }
        return found
    }
}

/// A value with expressions in its strings, as one expression.
enum ExpressionLiteral {
    static func text(of value: JSON) -> String { text(of: value, depth: 0) }

    /// A file's nesting is bounded where it is read, and so is this.
    private static func text(of value: JSON, depth: Int) -> String {
        guard depth < WorkflowLimits.maximumLiteralDepth else { return "null" }
        switch value {
        case .string(let text): return self.text(ofString: text)
        case .array(let elements):
            return "[" + elements.map { text(of: $0, depth: depth + 1) }.joined(separator: ", ")
                + "]"
        case .object(let members):
            let pairs = members.map {
                "\(JSON.string($0.key).text): \(text(of: $0.value, depth: depth + 1))"
            }
            return "{\(pairs.joined(separator: ", "))}"
        default: return value.text
        }
    }

    private static func text(ofString text: String) -> String {
        let segments = TextSegments(Array(text.utf8))
        guard segments.segments.contains(where: { $0.kind == .expression }) else {
            return JSON.string(text).text
        }
        let parts = segments.segments.map { segment -> String in
            let inner = String(decoding: segments.bytes[segment.inner], as: UTF8.self)
            guard segment.kind == .expression else { return JSON.string(inner).text }
            let isSole = segments.segments.count == 1
            let expression = TemplateInputs.trimmed(inner)
            return isSole ? TemplateInputs.enclosed(expression) : "string(\(expression))"
        }
        return parts.count == 1 ? parts[0] : "(\(parts.joined(separator: " + ")))"
    }
}

/// Puts expressions in the place of a template's inputs.
struct TemplateInputs: NameResolver {
    var translation = Translation()
    let values: [String: String]
    /// Whether an input without a value is left for later.
    let isPartial: Bool
    private(set) var misses = false
    /// Whether what was put in grew too large, so that the rest was left out.
    private(set) var isTooLarge = false
    private var bytes = 0

    init(values: [String: String], isPartial: Bool = false) {
        self.values = values
        self.isPartial = isPartial
    }

    func isName(_ text: String) -> Bool { false }

    mutating func replacement(of reference: Reference, in source: MappedText) -> NameReplacement? {
        guard reference.path.count > 1, reference.path[0] == "workflow",
            reference.path[1] == "inputs"
        else { return nil }
        guard var found = value(for: reference) else { return nil }
        bytes += found.text.utf8.count
        if bytes > WorkflowLimits.maximumLinkedBytes {
            isTooLarge = true
            found.text = "null"
        }
        return found
    }

    private mutating func value(for reference: Reference) -> NameReplacement? {
        guard reference.path.count > 2 else {
            let pairs = values.sorted { $0.key < $1.key }.map {
                "\(JSON.string($0.key).text): \($0.value)"
            }
            return NameReplacement(
                text: "{\(pairs.joined(separator: ", "))}",
                byteCount: "workflow.inputs".utf8.count)
        }
        let name = reference.path[2]
        guard let value = values[name] else {
            misses = true
            return isPartial
                ? nil
                : NameReplacement(
                    text: "null", byteCount: "workflow.inputs.\(name)".utf8.count)
        }
        return NameReplacement(text: value, byteCount: "workflow.inputs.\(name)".utf8.count)
    }

    /// A value with the inputs in all its strings replaced.
    mutating func resolved(_ value: JSON) -> JSON {
        rewritten(value: value, from: .root, to: .root)
    }

    private static let bare: Set<String> = ["condition", "while", "until", "retryIf", "join"]

    /// Tasks with the inputs replaced, in conditions without marks as well.
    mutating func resolved(tasks: JSON) -> JSON {
        let result = resolved(tasks)
        var texts: [Int: String] = [:]
        for (number, string) in result.stringPlaces.enumerated() {
            guard case .key(let name)? = string.path.components.last, Self.bare.contains(name),
                case .constant = TemplateText.shape(of: string.text)
            else { continue }
            let source = MappedText(copying: string.text, at: string.path)
            texts[number] = rewritten(expression: source).text
        }
        return result.replacingStrings(texts)
    }

    /// An expression that can stand before a `.`, behind an operator, anywhere.
    static func enclosed(_ expression: String) -> String {
        let isPlain = expression.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        return isPlain ? expression : "(\(expression))"
    }

    static func trimmed(_ text: String) -> String {
        MappedText(copying: text, at: .root).trimmed.text
    }
}

import Patterns
import Schemas
import Values

/// Reads what an input's `validation` and `schema` ask of its value.
struct InputConstraints {
    let input: InputDefinition
    let place: JSONPath
    private(set) var diagnostics: [Diagnostic] = []

    init(input: InputDefinition, place: JSONPath) {
        self.input = input
        self.place = place
    }

    /// The constraints as one schema, or nil where there are none.
    mutating func read(_ json: JSON) -> Schema? {
        var schema: Schema?
        if let declared = json["schema"], declared.objectValue != nil {
            do throws(SchemaError) {
                schema = try Schema(json: declared)
            } catch {
                let at = JSONPath(place.key("schema").components + error.path.components)
                diagnostics.append(
                    Diagnostic(
                        .invalidConstraint, "not a schema: \(error.message)", at: at,
                        suggestion: "write a JSON schema, as {type: object, properties: {…}}"))
            }
        }
        guard let validation = json["validation"]?.objectValue, !validation.isEmpty else {
            return schema
        }
        var combined = schema ?? Schema()
        for (name, value) in validation { add(name, value, to: &combined) }
        return combined
    }

    /// Whether the default is a value the input allows.
    func checkDefault(of input: InputDefinition) -> [Diagnostic] {
        guard let value = input.defaultValue, !value.isNull, !InputDefaults.isComputed(value)
        else { return [] }
        let at = place.key("default")
        guard input.kind.contains(value) else {
            let message =
                "the default of input \"\(input.name)\" is \(JSON.phrase(value)), and the input is"
                + " \(input.kind.phrase)"
            return [Diagnostic(.defaultMismatch, message, at: at)]
        }
        return input.violations(of: value, at: at).map {
            Diagnostic(
                .defaultMismatch, "the default of input \"\(input.name)\" \($0.message)",
                at: $0.path)
        }
    }

    private mutating func add(_ name: String, _ value: JSON, to schema: inout Schema) {
        let count = value.integerValue.flatMap { $0 < 0 ? nil : Int(clamping: $0) }
        switch name {
        case "minLength" where allows(name, [.string, .array]):
            if input.kind == .array {
                schema.minimumItems = count
            } else {
                schema.minimumLength = count
            }
        case "maxLength" where allows(name, [.string, .array]):
            if input.kind == .array {
                schema.maximumItems = count
            } else {
                schema.maximumLength = count
            }
        case "minimum" where allows(name, [.integer, .number]): schema.minimum = value.doubleValue
        case "maximum" where allows(name, [.integer, .number]): schema.maximum = value.doubleValue
        case "enum":
            schema.allowedValues = value.arrayValue
            checkEnumeration(value.arrayValue ?? [])
        case "pattern" where allows(name, [.string]):
            guard let source = value.stringValue else { return }
            do throws(PatternError) {
                _ = try Pattern(source)
                schema.pattern = source
            } catch {
                diagnostics.append(
                    Diagnostic(
                        .invalidConstraint, error.description,
                        at: place.key("validation").key("pattern")))
            }
        default: break
        }
    }

    private mutating func checkEnumeration(_ values: [JSON]) {
        for (position, value) in values.enumerated() where !input.kind.contains(value) {
            diagnostics.append(
                Diagnostic(
                    .constraintKind,
                    "\(JSON.phrase(value)) is allowed, and the input is \(input.kind.phrase)",
                    at: place.key("validation").key("enum").index(position)))
        }
    }

    /// Whether a constraint goes with the kind of the input; an input of any kind takes all.
    private mutating func allows(_ name: String, _ kinds: [ValueKind]) -> Bool {
        if input.kind == .any || kinds.contains(input.kind) { return true }
        let list = kinds.map(\.rawValue).joined(separator: " or ")
        diagnostics.append(
            Diagnostic(
                .constraintKind, "\(name) goes with \(list), and the input is \(input.kind.phrase)",
                at: place.key("validation").key(name), isAboutKey: true))
        return false
    }
}

extension JSON {
    /// A value in a sentence: `the string "x"`, `an object`.
    static func phrase(_ value: JSON) -> String {
        switch value {
        case .null: return "null"
        case .bool: return "the boolean \(value.text)"
        case .integer, .double: return "the number \(value.text)"
        case .array: return "an array"
        case .object: return "an object"
        case .string(let text):
            let excerpt = text.count <= 60 ? text : text.prefix(60) + "…"
            return "the string \(JSON.string(excerpt).text)"
        }
    }
}

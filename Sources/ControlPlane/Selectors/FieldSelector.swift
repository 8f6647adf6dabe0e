internal import Values

/// Which objects a list or a watch is about, by the values of a few fields.
///
/// Which fields depends on the kind: all know `metadata.name` and `metadata.namespace`.
struct FieldSelector: Sendable, Hashable {
    struct Requirement: Sendable, Hashable {
        let field: String
        let value: String
        let isEqual: Bool
    }

    let requirements: [Requirement]

    static let everything = FieldSelector(requirements: [])

    private init(requirements: [Requirement]) { self.requirements = requirements }

    /// Reads `field=value`, `field==value` and `field!=value`, joined by commas; `\` escapes.
    init(parsing text: String, for resource: APIResource) throws(APIFailure) {
        var found: [Requirement] = []
        for term in FieldSelector.terms(of: text) where !term.isEmpty {
            guard let requirement = FieldSelector.requirement(term) else {
                throw .badRequest(
                    "invalid selector: '\(text)'; can't understand '\(term)'")
            }
            let known = FieldSelector.fields(of: resource)
            guard known.contains(requirement.field) else {
                let names = known.map { "\"\($0)\"" }.joined(separator: ", ")
                throw .badRequest(
                    "\"\(requirement.field)\" is not a known field selector: only \(names)")
            }
            found.append(requirement)
        }
        requirements = found
    }

    static func fields(of resource: APIResource) -> [String] {
        let common = ["metadata.name", "metadata.namespace"]
        switch resource.rules {
        case .event:
            return common + [
                "involvedObject.kind", "involvedObject.namespace", "involvedObject.name",
                "involvedObject.uid", "involvedObject.apiVersion",
                "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason",
                "reportingComponent", "source", "type",
            ]
        case .namespace: return common + ["status.phase"]
        case .secret: return common + ["type"]
        default: return common
        }
    }

    /// The one name that can match, when the selector names one.
    var name: String? {
        requirements.first { $0.field == "metadata.name" && $0.isEqual }?.value
    }

    /// Whether an object is meant.
    ///
    /// It is parsed only where a field outside its key is asked for.
    func matches(_ object: StoredObject) -> Bool {
        guard !requirements.isEmpty else { return true }
        var parsed: JSON?
        for requirement in requirements {
            let value: String
            switch requirement.field {
            case "metadata.name": value = object.key.name
            case "metadata.namespace": value = object.key.namespace
            default:
                if parsed == nil { parsed = try? object.json() }
                value = FieldSelector.value(of: requirement.field, in: parsed ?? .null)
            }
            if (value == requirement.value) != requirement.isEqual { return false }
        }
        return true
    }

    private static func value(of field: String, in object: JSON) -> String {
        switch field {
        case "source":
            return object["source"]?["component"]?.stringValue
                ?? object["reportingComponent"]?.stringValue ?? ""
        default:
            var value: JSON? = object
            for name in field.split(separator: ".") { value = value?[String(name)] }
            return value?.stringValue ?? ""
        }
    }

    private static func terms(of text: String) -> [String] {
        var terms = [""]
        var escaped = false
        for character in text {
            if character == ",", !escaped {
                terms.append("")
            } else {
                terms[terms.count - 1].append(character)
            }
            escaped = character == "\\" && !escaped
        }
        return terms
    }

    private static func requirement(_ term: String) -> Requirement? {
        guard let mark = term.firstIndex(where: { $0 == "=" || $0 == "!" }) else { return nil }
        let field = String(term[..<mark])
        var rest = term[mark...]
        let isEqual: Bool
        if rest.hasPrefix("!=") {
            isEqual = false
            rest = rest.dropFirst(2)
        } else if rest.hasPrefix("==") {
            isEqual = true
            rest = rest.dropFirst(2)
        } else if rest.hasPrefix("=") {
            isEqual = true
            rest = rest.dropFirst(1)
        } else {
            return nil
        }
        var value = ""
        var escaped = false
        for character in rest {
            if character == "\\", !escaped {
                escaped = true
            } else {
                value.append(character)
                escaped = false
            }
        }
        return Requirement(field: field, value: value, isEqual: isEqual)
    }
}

import Schemas

extension Diagnostic {
    /// The diagnostic that tells a violation of a schema.
    init(_ violation: SchemaViolation) {
        let code: DiagnosticCode =
            switch violation.code {
            case .unknownField: .unknownField
            case .missing: .missingField
            case .wrongType: .wrongType
            case .notAllowed: .valueNotAllowed
            case .malformed: .malformedValue
            case .outOfRange: .valueOutOfRange
            case .tooLong, .tooShort, .more: .wrongSize
            case .duplicate: .duplicateElement
            case .combination: .combination
            }
        var help = violation.suggestion.map {
            violation.code == .wrongType ? "write \($0)" : "did you mean \"\($0)\"?"
        }
        if violation.code == .unknownField, help == nil {
            help =
                violation.present.map { "\"\($0)\" is there already" }
                ?? Diagnostic.listing(violation.alternatives)
        }
        self.init(
            code, violation.message, at: violation.path,
            isAboutKey: violation.code == .unknownField, suggestion: help)
    }
    /// What helps after a field that is not known: the one that is near it, or those there are.
    static func fieldHelp(_ name: String, among names: [String]) -> String {
        DefinitionCheck.question(name, among: names) ?? listing(Set(names).sorted())
    }

    /// The fields that may be written instead of one that is not known.
    private static func listing(_ names: [String]) -> String {
        switch names.count {
        case 0: "remove it: there is no other field here"
        case 1: "the field here is \(names[0])"
        default: "the fields here are \(names.joined(separator: ", "))"
        }
    }
}

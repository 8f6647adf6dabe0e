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
        let help = violation.suggestion.map {
            violation.code == .wrongType ? "write \($0)" : "did you mean \"\($0)\"?"
        }
        self.init(
            code, violation.message, at: violation.path,
            isAboutKey: violation.code == .unknownField, suggestion: help)
    }
}

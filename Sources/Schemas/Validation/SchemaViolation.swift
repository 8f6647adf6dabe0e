public import Values

/// One way in which a value does not satisfy a schema.
public struct SchemaViolation: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of violations.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// A member that the schema does not know.
        case unknownField
        /// A member that must be there and is not.
        case missing
        /// A value of another kind.
        case wrongType
        /// A value outside the enumeration.
        case notAllowed
        /// A text that does not match the pattern or format.
        case malformed
        /// A number outside its bounds.
        case outOfRange
        /// A text, list or object longer than allowed.
        case tooLong
        /// A text, list or object shorter than allowed.
        case tooShort
        /// An element that repeats another.
        case duplicate
        /// A combination (`anyOf`, `oneOf`, `not`) that does not hold.
        case combination
        /// More violations than are reported.
        case more

        /// The cause that a Kubernetes `Status` gives for it.
        ///
        /// Source: `k8s.io/apimachinery/pkg/util/validation/field`.
        public var statusCauseReason: String {
            switch self {
            case .missing: "FieldValueRequired"
            case .wrongType: "FieldValueTypeInvalid"
            case .notAllowed: "FieldValueNotSupported"
            case .duplicate: "FieldValueDuplicate"
            case .tooLong: "FieldValueTooLong"
            case .unknownField, .malformed, .outOfRange, .tooShort, .combination, .more:
                "FieldValueInvalid"
            }
        }
    }

    /// The place of the offending value; for a missing member, where it would be.
    public var path: JSONPath
    /// The kind of violation.
    public var code: Code
    /// What is wrong, without the place.
    public var message: String
    /// The name or value that was probably meant.
    public var suggestion: String?
    /// Of a member that the schema does not know and that is like none it knows: the names of those
    /// that may stand beside the ones there are, sorted.
    public var alternatives: [String] = []
    /// Of such a member, one beside it that has nearly its name.
    public var present: String?

    /// Makes a violation.
    public init(path: JSONPath, code: Code, message: String, suggestion: String? = nil) {
        self.path = path
        self.code = code
        self.message = message
        self.suggestion = suggestion
    }

    /// The line people read: `spec.tasks[2].typ: unknown field "typ", did you mean "type"?`.
    public var description: String {
        let place = path == .root ? "" : "\(path): "
        let question = suggestion.map { ", did you mean \"\($0)\"?" } ?? ""
        return place + message + question
    }
}

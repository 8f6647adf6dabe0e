import Crypto
public import Values

/// What an approval asked when its task made it: `status.question` of an `Approval`.
///
/// Whoever answers may write the whole spec, and only the operator the status. So what was asked is
/// kept there, and the spec is held against it before any answer counts.
public enum AskedQuestion {
    /// The fields that are kept as their digests: they may be large.
    private static let digested: Set<String> = ["message", "payload"]
    /// What people add to the spec.
    private static let answers = "decisions"

    /// What is kept of a spec: all that is asked, of whom and by when.
    static func of(_ spec: JSON) -> JSON {
        var question: JSONObject = [:]
        for (field, value) in spec.objectValue ?? [:] where field != answers {
            let stored = stored(value)
            question[field] =
                digested.contains(field) ? .string(stored.digest.description) : stored
        }
        return .object(question)
    }

    /// The fields of a spec that are not what was asked, sorted; empty where it is as it was.
    ///
    /// - Parameters:
    ///   - spec: `spec` of an `Approval` as it is now.
    ///   - question: `status.question` of it.
    public static func changes(in spec: JSON, since question: JSON) -> [String] {
        let now = of(spec)
        let names = Set([now, question].flatMap { ($0.objectValue ?? [:]).keys })
        return names.filter { now[$0] != question[$0].map(stored) }.sorted()
    }

    /// The fields that were changed, and what they were where that is kept, in words.
    public static func sentence(of changes: [String], since question: JSON) -> String {
        let told = changes.map { field -> String in
            guard !digested.contains(field) else { return "spec.\(field)" }
            return "spec.\(field) (it was \(question[field]?.text ?? "not set"))"
        }
        let verb = changes.count == 1 ? "was" : "were"
        return "\(told.joined(separator: ", ")) \(verb) changed after the question was asked"
    }

    /// A value as an API server gives it back: a whole number is written without a fraction.
    private static func stored(_ value: JSON) -> JSON {
        value.mappingScalars { scalar in
            guard case .double = scalar, let whole = scalar.integerValue else { return scalar }
            return .integer(whole)
        }
    }
}

internal import Values

/// A case of a conformance suite: an expression, its bindings, and what it must give.
///
/// A file of cases has one JSON object a line, with `expr`, `bindings` and either `value` or `error`;
/// `file`, `section` and `test` make the name. See ``ConformanceValue`` for the values.
public struct ConformanceCase: Sendable {
    /// What it is called, `section/test`.
    public let name: String
    /// The expression.
    public let source: String

    private let bindings: [String: CELValue]
    private let expected: CELValue?

    /// Why a line is no case.
    public struct ReadError: Error, Sendable, CustomStringConvertible {
        /// What is wrong.
        public let description: String
    }

    /// Reads a line.
    ///
    /// - Throws: ``ReadError`` where the line is no JSON, or lacks what a case needs.
    public init(parsing line: String) throws(ReadError) {
        let json: JSON
        do throws(JSONParseError) {
            json = try JSON(parsing: line)
        } catch {
            throw ReadError(description: "the line is no JSON: \(error.description)")
        }
        guard let source = json["expr"]?.stringValue else {
            throw ReadError(description: "the case has no text 'expr'")
        }
        guard (json["value"] == nil) != (json["error"] == nil) else {
            throw ReadError(description: "the case needs either 'value' or 'error'")
        }
        self.source = source
        name = ["section", "test"].compactMap { json[$0]?.stringValue }.joined(separator: "/")
        expected = try json["value"].map { value throws(ReadError) in
            try ConformanceCase.decode(value, "value")
        }
        var bindings: [String: CELValue] = [:]
        for member in json["bindings"]?.objectValue ?? [:] {
            bindings[member.key] = try ConformanceCase.decode(member.value, member.key)
        }
        self.bindings = bindings
    }

    private static func decode(_ json: JSON, _ name: String) throws(ReadError) -> CELValue {
        guard let value = ConformanceValue.decode(json) else {
            throw ReadError(description: "'\(name)' is no value of a known type: \(json.text)")
        }
        return value
    }

    /// Evaluates the case; what went wrong in one line, or nil.
    public func failure() -> String? {
        let place = name.isEmpty ? source : "\(name): \(source)"
        do {
            let expression = try Expression(parsing: source, dialect: .specification)
            let value = try expression.value(Bindings(values: bindings))
            guard let expected else { return "\(place) gave \(text(value)), not an error" }
            guard !ConformanceValue.areSame(value, expected) else { return nil }
            return "\(place) gave \(text(value)), not \(text(expected))"
        } catch {
            return expected == nil ? nil : "\(place) failed: \(error)"
        }
    }

    private func text(_ value: CELValue) -> String { ConformanceValue.encode(value).text }
}

/// How texts show a value.
enum ValueText {
    private static let maximumCharacters = 64

    /// The text of a scalar, and the type's name of anything else.
    static func full(_ value: CELValue) -> String {
        switch value {
        case .null: "null"
        case .bool(let flag): flag ? "true" : "false"
        case .int(let number): String(number)
        case .uint(let number): String(number)
        case .double(let number): DoubleText.text(number)
        case .string(let text): text
        case .timestamp(let moment): moment.text
        case .duration(let nanoseconds): DurationText.text(nanoseconds)
        case .type(let type): type.name
        case .bytes, .list, .map, .optional: "a \(value.type.name)"
        }
    }

    /// The same, cut short for messages.
    static func short(_ value: CELValue) -> String {
        let text = full(value)
        guard text.unicodeScalars.count > maximumCharacters else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(maximumCharacters))) + "…"
    }
}

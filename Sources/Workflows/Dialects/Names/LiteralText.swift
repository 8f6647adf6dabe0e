import Expressions

/// Texts that mean themselves in a dialect, and would be more in the canonical form.
enum LiteralText {
    private static let open = "{% raw %}"
    private static let close = "{% endraw %}"

    /// A text as one of the canonical form without expressions.
    static func escaped(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var position = 0
        while position < bytes.count {
            if bytes[position...].starts(with: "${{".utf8) {
                result += "$${{".utf8
                position += 3
            } else {
                result.append(bytes[position])
                position += 1
            }
        }
        // Beside `${{`, the marks of templates are text already.
        guard result.count == bytes.count, TextTemplate.isNeeded(for: text) else {
            return String(decoding: result, as: UTF8.self)
        }
        return open + text + close
    }

    /// A text without expressions, or nil where it means itself in the canonical form as well.
    static func escaped(_ source: MappedText) -> MappedText? {
        guard TextTemplate.isNeeded(for: source.text), let start = source.place(at: 0),
            let end = source.place(at: source.count)
        else { return nil }
        var result = MappedText()
        result.append(open, for: start)
        result.append(source)
        result.append(close, for: end)
        return result
    }
}

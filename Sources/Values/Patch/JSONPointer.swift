/// A place in a JSON document as JSON Patch writes it: `/spec/tasks/0`.
///
/// Whether a step names a member or an element is known only beside the document.
/// Source: RFC 6901.
public struct JSONPointer: Sendable, Hashable, CustomStringConvertible {
    /// The steps from the root, unescaped.
    public var steps: [String]

    /// Makes a pointer from its steps.
    public init(steps: [String]) { self.steps = steps }

    /// Reads a pointer; nil where the text does not start with `/` or holds a bad escape.
    public init?(_ text: String) {
        guard !text.isEmpty else {
            steps = []
            return
        }
        guard text.utf8.first == UInt8(ascii: "/") else { return nil }
        var steps: [String] = []
        for part in text.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard let step = JSONPointer.unescape(part) else { return nil }
            steps.append(step)
        }
        self.steps = steps
    }

    /// The pointer as text, with `~` and `/` escaped.
    public var description: String {
        steps.map { step in
            var text = "/"
            for character in step {
                switch character {
                case "~": text += "~0"
                case "/": text += "~1"
                default: text.append(character)
                }
            }
            return text
        }.joined()
    }

    private static func unescape(_ part: Substring) -> String? {
        var text = ""
        var escaped = false
        for character in part {
            switch (escaped, character) {
            case (true, "0"): text.append("~")
            case (true, "1"): text.append("/")
            case (true, _): return nil
            case (false, "~"):
                escaped = true
                continue
            default: text.append(character)
            }
            escaped = false
        }
        return escaped ? nil : text
    }
}

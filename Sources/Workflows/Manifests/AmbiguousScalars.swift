import Values
import YAML

/// Finds plain scalars that are a text here and a boolean for kubectl.
///
/// YAML 1.2, by which files are read here, has two booleans, `true` and `false`. kubectl reads YAML
/// 1.1, which has `y`, `yes`, `on` and their like as well, so that one file applied in two ways would
/// make two objects. In quotes a text is a text for both.
enum AmbiguousScalars {
    private static let words: Set<String> = Set(
        ["y", "n", "yes", "no", "on", "off"].flatMap { word in
            [word, word.uppercased(), word.prefix(1).uppercased() + word.dropFirst()]
        })

    static func diagnostics(in document: YAMLDocument, _ source: SourceText) -> [Diagnostic] {
        var found: [Diagnostic] = []
        var pending: [(node: YAMLNode, path: JSONPath)] = [(document.root, .root)]
        while let (node, path) = pending.popLast() {
            switch node.content {
            case .scalar(.string(let text)):
                found += diagnostic(text, node.position, path, source, isKey: false)
            case .scalar: break
            case .sequence(let elements):
                for (index, element) in elements.enumerated() {
                    pending.append((element, path.index(index)))
                }
            case .mapping(let members):
                for member in members {
                    let place = path.key(member.key)
                    found += diagnostic(member.key, member.keyPosition, place, source, isKey: true)
                    pending.append((member.value, place))
                }
            }
            if found.count > WorkflowLimits.maximumDiagnostics { break }
        }
        return found
    }

    private static func diagnostic(
        _ text: String, _ position: SourcePosition, _ path: JSONPath, _ source: SourceText,
        isKey: Bool
    ) -> [Diagnostic] {
        // Only a plain scalar starts with its own text.
        guard words.contains(text), let line = source.line(position.line),
            line.dropFirst(position.column - 1).starts(with: text.unicodeScalars)
        else { return [] }
        return [
            Diagnostic(
                .ambiguousBoolean, "kubectl reads \(text) without quotes as a boolean", at: path,
                isAboutKey: isKey, suggestion: "write \"\(text)\"")
        ]
    }
}

import Values
import YAML

/// Finds plain scalars that are a text here and a boolean for kubectl.
///
/// YAML 1.2, by which files are read here, has two booleans, `true` and `false`. kubectl reads YAML
/// 1.1, which has `y`, `yes`, `on` and their like as well, so that one file applied in two ways would
/// make two objects. In quotes a text is a text for both. Of the forms of manifests, only that of
/// Kubernetes is anything to kubectl.
enum AmbiguousScalars {
    private static let words: Set<String> = Set(
        ["y", "n", "yes", "no", "on", "off"].flatMap { word in
            [word, word.uppercased(), word.prefix(1).uppercased() + word.dropFirst()]
        })

    private static let longest = 3

    static func diagnostics(in document: YAMLDocument, _ source: SourceText) -> [Diagnostic] {
        var found: [Diagnostic] = []
        // Places are linked backwards and spelt out only for what is found; -1 is the root.
        var trail: [(parent: Int, component: JSONPath.Component)] = []
        var pending: [(node: YAMLNode, place: Int)] = [(document.root, -1)]
        func look(
            at text: String, _ position: SourcePosition, _ place: Int, isKey: Bool,
            help: String? = nil
        ) {
            guard isAmbiguous(text, position, source) else { return }
            found.append(
                Diagnostic(
                    .ambiguousBoolean, "kubectl reads \(text) without quotes as a boolean",
                    at: JSONPath(endOf: place, in: trail), isAboutKey: isKey,
                    suggestion: help ?? "write \"\(text)\""))
        }
        while let (node, place) = pending.popLast(),
            found.count < WorkflowLimits.maximumDiagnostics
        {
            switch node.content {
            case .scalar(.string(let text)): look(at: text, node.position, place, isKey: false)
            case .scalar: break
            case .sequence(let elements):
                for (index, element) in elements.enumerated() {
                    trail.append((place, .index(index)))
                    pending.append((element, trail.count - 1))
                }
            case .mapping(let members):
                let isBranch = members.contains { $0.key == "cases" }
                for member in members {
                    trail.append((place, .key(member.key)))
                    look(
                        at: member.key, member.keyPosition, trail.count - 1, isKey: true,
                        help: isBranch && member.key == "on" ? "write switch, or \"on\"" : nil)
                    pending.append((member.value, trail.count - 1))
                }
            }
        }
        return found
    }

    /// Only a plain scalar starts with its own text.
    private static func isAmbiguous(
        _ text: String, _ position: SourcePosition, _ source: SourceText
    ) -> Bool {
        guard text.utf8.count <= longest, words.contains(text),
            let line = source.line(position.line)
        else { return false }
        return line.dropFirst(position.column - 1).starts(with: text.unicodeScalars)
    }
}

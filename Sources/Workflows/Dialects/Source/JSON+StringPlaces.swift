import Values

extension JSON {
    /// The strings in a value with their places, in the order in which ``replacingStrings(_:)`` counts
    /// them.
    var stringPlaces: [(path: JSONPath, text: String)] {
        var found: [(path: JSONPath, text: String)] = []
        var pending: [(value: JSON, path: JSONPath)] = [(self, .root)]
        while let (value, path) = pending.popLast() {
            switch value {
            case .string(let text): found.append((path, text))
            case .array(let elements):
                for (index, element) in elements.enumerated().reversed() {
                    pending.append((element, path.index(index)))
                }
            case .object(let members):
                for member in members.reversed() {
                    pending.append((member.value, path.key(member.key)))
                }
            default: break
            }
        }
        return found
    }

    /// The value with some of its strings replaced, by their numbers; linear, whatever they are.
    func replacingStrings(_ texts: [Int: String]) -> JSON {
        guard !texts.isEmpty else { return self }
        var number = -1
        return mappingStrings { text in
            number += 1
            return texts[number] ?? text
        }
    }
}

import Values

/// The members of an object of the file, each of which somebody has to take.
///
/// What nobody takes is told as unknown, or becomes an input of its task: nothing is lost in silence.
struct SourceFields {
    /// A member with its place.
    struct Field {
        let name: String
        let value: JSON
        let path: JSONPath
    }

    let members: JSONObject
    let path: JSONPath
    private var taken: Set<String> = []
    /// Every name that was asked for, for suggestions.
    private(set) var known: [String] = []

    /// Reads an object; anything else has no members.
    init(_ json: JSON, at path: JSONPath) {
        members = json.objectValue ?? [:]
        self.path = path
    }

    /// Takes the first of some names, all of which mean the same.
    mutating func take(_ names: String...) -> Field? {
        known += names
        for name in names {
            guard !taken.contains(name), let value = members[name] else { continue }
            taken.insert(name)
            return Field(name: name, value: value, path: path.key(name))
        }
        return nil
    }

    /// Looks at a member without taking it.
    func peek(_ names: String...) -> JSON? {
        names.lazy.compactMap { members[$0] }.first
    }

    /// Takes all that is left, in the order of the names.
    mutating func takeRest() -> [Field] {
        let rest = members.filter { !taken.contains($0.key) }
        taken.formUnion(rest.map(\.key))
        return rest.map { Field(name: $0.key, value: $0.value, path: path.key($0.key)) }
    }
}

extension String {
    /// `top_k` as `topK`: the spelling of the canonical form.
    var camelCased: String {
        let parts = split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count > 1, !hasPrefix("_") else { return self }
        return parts.dropFirst().reduce(into: String(parts[0])) { text, part in
            text += part.prefix(1).uppercased() + part.dropFirst()
        }
    }
}

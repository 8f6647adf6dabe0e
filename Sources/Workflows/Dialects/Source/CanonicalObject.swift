import Values

/// An object of the canonical form under construction, with its place in it.
struct CanonicalObject {
    let path: JSONPath
    private(set) var members: JSONObject = [:]

    init(at path: JSONPath) { self.path = path }

    /// The object.
    var json: JSON { .object(members) }

    subscript(name: String) -> JSON? { members[name] }

    /// Adds a member that was copied from a field of the file.
    mutating func copy(
        _ name: String, _ field: SourceFields.Field?, _ translation: inout Translation
    ) {
        guard let field else { return }
        set(name, field.value, from: field.path, &translation)
    }

    /// Adds a member that was copied from a place of the file.
    mutating func set(
        _ name: String, _ value: JSON, from source: JSONPath, _ translation: inout Translation
    ) {
        members[name] = value
        translation.map.note(path.key(name), from: source)
    }

    /// Adds a member that was made of what stands at a place of the file.
    mutating func make(
        _ name: String, _ value: JSON, of source: JSONPath, _ translation: inout Translation
    ) {
        members[name] = value
        translation.map.note(path.key(name), madeOf: source)
    }

    /// Adds a member whose place is noted already.
    mutating func put(_ name: String, _ value: JSON) { members[name] = value }
}

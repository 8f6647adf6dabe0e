public import Values

/// An object that a server told of and that cannot be read, as far as it tells who it is.
///
/// It is left out of what it came with: one object that somebody wrote must not hide all the others.
/// Servers take objects that nest deeper than what we read (`JSONLimits.maximumDepth`).
public struct UnreadableObject: Sendable, Hashable {
    /// Where it is; without a name where even that cannot be read.
    public let key: ObjectKey
    /// Its UID, where that can be read.
    public let uid: String?
    /// Its version, where that can be read.
    public let resourceVersion: ResourceVersion?
    /// Why it cannot be read.
    public let reason: JSONParseError

    /// Looks at the object at a place of a text for who it is.
    init(_ outline: JSONOutline, at place: Range<Int>, reason: JSONParseError) {
        let metadata = outline.members(of: place)?["metadata"]
        let fields = metadata.flatMap { outline.members(of: $0) } ?? [:]
        func text(_ name: String) -> String? {
            fields[name].flatMap { try? outline.value(at: $0).stringValue }
        }
        key = ObjectKey(namespace: text("namespace") ?? "", name: text("name") ?? "")
        uid = text("uid")
        resourceVersion = text("resourceVersion").map { ResourceVersion($0) }
        self.reason = reason
    }

    /// Whether it is another object than one that is known under its key.
    func isOther(than known: KubernetesObject?) -> Bool {
        guard let uid, let knownUID = known?.uid else { return false }
        return uid != knownUID
    }
}

extension KubernetesError {
    /// What is told of objects that were left out; nil for none.
    init?(leftOut objects: [UnreadableObject], operation: String) {
        guard !objects.isEmpty else { return nil }
        let named = objects.prefix(KubernetesLimits.namedUnreadable).map { object in
            "\(object.key.name.isEmpty ? "one without a name" : "\(object.key)"): \(object.reason)"
        }
        let others = objects.count - named.count
        self.init(
            .malformedReply,
            "cannot \(operation) whole: objects that cannot be read are left out: "
                + named.joined(separator: "; ") + (others > 0 ? "; and \(others) more" : ""))
    }
}

/// The namespace and name of an object: what a work queue and a cache know it by.
public struct ObjectKey: Sendable, Hashable {
    /// The namespace, empty for objects that live in none.
    public let namespace: String
    /// The name.
    public let name: String

    /// Makes a key.
    public init(namespace: String = "", name: String) {
        self.namespace = namespace
        self.name = name
    }

    /// Reads `namespace/name` or `name`; nil where a part is empty or there are more.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        switch parts.count {
        case 1 where !parts[0].isEmpty: self.init(name: text)
        case 2 where !parts[0].isEmpty && !parts[1].isEmpty:
            self.init(namespace: String(parts[0]), name: String(parts[1]))
        default: return nil
        }
    }
}

extension ObjectKey: Comparable, CustomStringConvertible {
    /// Whether one key comes before the other: by namespace, then by name.
    public static func < (first: ObjectKey, second: ObjectKey) -> Bool {
        (first.namespace, first.name) < (second.namespace, second.name)
    }

    /// The key as kubectl writes it: `namespace/name`.
    public var description: String { namespace.isEmpty ? name : "\(namespace)/\(name)" }
}

/// What happened to one object of a cache, between two of its states.
public enum ObjectChange: Sendable, Hashable {
    /// The object is new to the cache.
    case added(KubernetesObject)
    /// The object has a later version.
    case updated(old: KubernetesObject, new: KubernetesObject)
    /// The object left the cache; this is the last state known, which may not be its last one.
    case deleted(KubernetesObject)

    /// The newest state known.
    public var object: KubernetesObject {
        switch self {
        case .added(let object), .updated(_, let object), .deleted(let object): object
        }
    }

    /// The object's namespace and name.
    public var key: ObjectKey { object.key }
}

/// A way to find objects of a cache by something other than their key.
public struct ObjectIndex: Sendable {
    /// The name that look-ups use.
    public let name: String
    /// The values under which an object is found.
    public let values: @Sendable (KubernetesObject) -> [String]

    /// Makes an index of the values that a pure function gives.
    public init(name: String, values: @escaping @Sendable (KubernetesObject) -> [String]) {
        self.name = name
        self.values = values
    }

    /// An index by the value of a label; its name is the label's.
    public static func label(_ label: String) -> ObjectIndex {
        ObjectIndex(name: label) { object in object.label(label).map { [$0] } ?? [] }
    }

    /// An index by the UIDs of an object's owners, named `owner`.
    public static let owner = ObjectIndex(name: "owner") { $0.ownerReferences.map(\.uid) }
}

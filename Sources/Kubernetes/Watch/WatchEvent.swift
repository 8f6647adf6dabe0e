internal import Values

/// One change that a watch tells of.
public enum WatchEvent: Sendable, Hashable {
    /// An object is new, or newly among those watched.
    case added(KubernetesObject)
    /// An object changed.
    case modified(KubernetesObject)
    /// An object is gone, or no longer among those watched; this was its last state.
    case deleted(KubernetesObject)
    /// An object is new, changed or gone, and cannot be read.
    case unreadable(UnreadableObject, isDeleted: Bool)
    /// Nothing changed up to here.
    case bookmark(ResourceVersion)
    /// The watch ends with this.
    case failed(KubernetesError)

    /// Reads an event; nil where it is none that a watch of objects can have.
    init?(_ json: JSON, operation: String) {
        guard let object = json["object"], object.objectValue != nil else { return nil }
        switch json["type"]?.stringValue {
        case "ADDED": self = .added(KubernetesObject(object))
        case "MODIFIED": self = .modified(KubernetesObject(object))
        case "DELETED": self = .deleted(KubernetesObject(object))
        case "BOOKMARK":
            guard let version = KubernetesObject(object).resourceVersion else { return nil }
            self = .bookmark(version)
        case "ERROR":
            let status = object["code"]?.integerValue ?? 500
            self = .failed(
                KubernetesError(
                    status: Int(truncatingIfNeeded: status), body: object, operation: operation))
        default: return nil
        }
    }

    /// The version up to which the event tells; nil for a failure.
    public var resourceVersion: ResourceVersion? {
        switch self {
        case .added(let object), .modified(let object), .deleted(let object):
            object.resourceVersion
        case .unreadable(let object, _): object.resourceVersion
        case .bookmark(let version): version
        case .failed: nil
        }
    }
}

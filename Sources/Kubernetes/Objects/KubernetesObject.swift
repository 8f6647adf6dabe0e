public import Values

/// One object of the API: its JSON, with names for the metadata that every object has.
///
/// Reading a field is a binary search in its parent; nothing is decoded ahead.
public struct KubernetesObject: Sendable, Hashable {
    /// The whole object.
    public var json: JSON

    /// Makes an object from its JSON, whatever that holds.
    public init(_ json: JSON) { self.json = json }

    /// Makes an object with its type, key and nothing else.
    public init(_ type: ResourceType, _ key: ObjectKey) {
        json = [
            "apiVersion": .string(type.apiVersion), "kind": .string(type.kind),
            "metadata": ["name": .string(key.name)],
        ]
        if !key.namespace.isEmpty { metadata["namespace"] = .string(key.namespace) }
    }

    /// The group and version, or an empty string.
    public var apiVersion: String { json["apiVersion"]?.stringValue ?? "" }

    /// The kind, or an empty string.
    public var kind: String { json["kind"]?.stringValue ?? "" }

    /// The metadata, empty where there is none.
    public var metadata: JSON {
        get { json["metadata"] ?? .object([:]) }
        set { json["metadata"] = newValue }
    }

    /// The name, or an empty string (an object to be created may have `generateName` instead).
    public var name: String { metadata["name"]?.stringValue ?? "" }

    /// The namespace, or an empty string.
    public var namespace: String { metadata["namespace"]?.stringValue ?? "" }

    /// The namespace and name.
    public var key: ObjectKey {
        let metadata = metadata
        return ObjectKey(
            namespace: metadata["namespace"]?.stringValue ?? "",
            name: metadata["name"]?.stringValue ?? "")
    }

    /// The identity that no later object of the same name has; nil before it was created.
    public var uid: String? { metadata["uid"]?.stringValue }

    /// The version that a conditional write must name; nil before it was created.
    public var resourceVersion: ResourceVersion? {
        metadata["resourceVersion"]?.stringValue.map { ResourceVersion($0) }
    }

    /// The number of the desired state, which grows when `spec` changes.
    public var generation: Int64 { metadata["generation"]?.integerValue ?? 0 }

    /// The desired state.
    public var spec: JSON {
        get { json["spec"] ?? .object([:]) }
        set { json["spec"] = newValue }
    }

    /// The observed state.
    public var status: JSON {
        get { json["status"] ?? .object([:]) }
        set { json["status"] = newValue }
    }

    /// When the server made it.
    public var creationTimestamp: Timestamp? {
        metadata["creationTimestamp"]?.stringValue.flatMap { Timestamp($0) }
    }

    /// Since when it is being deleted, where it is.
    public var deletionTimestamp: Timestamp? {
        metadata["deletionTimestamp"]?.stringValue.flatMap { Timestamp($0) }
    }

    /// Whether it is being deleted and only its finalizers keep it.
    public var isDeleting: Bool { metadata["deletionTimestamp"]?.stringValue != nil }
}

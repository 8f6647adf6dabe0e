public import Values

extension KubernetesObject {
    /// The labels, in order of their names.
    public var labels: JSONObject {
        get { metadata["labels"]?.objectValue ?? [:] }
        set { metadata["labels"] = newValue.isEmpty ? nil : .object(newValue) }
    }

    /// The value of one label.
    public func label(_ name: String) -> String? { metadata["labels"]?[name]?.stringValue }

    /// The annotations, in order of their names.
    public var annotations: JSONObject {
        get { metadata["annotations"]?.objectValue ?? [:] }
        set { metadata["annotations"] = newValue.isEmpty ? nil : .object(newValue) }
    }

    /// The value of one annotation.
    public func annotation(_ name: String) -> String? {
        metadata["annotations"]?[name]?.stringValue
    }

    /// The finalizers, in the order they were added.
    public var finalizers: [String] {
        get { (metadata["finalizers"]?.arrayValue ?? []).compactMap(\.stringValue) }
        set {
            metadata["finalizers"] = newValue.isEmpty ? nil : .array(newValue.map { .string($0) })
        }
    }

    /// The owners, in the order of the object.
    public var ownerReferences: [OwnerReference] {
        get { (metadata["ownerReferences"]?.arrayValue ?? []).compactMap(OwnerReference.init) }
        set {
            metadata["ownerReferences"] = newValue.isEmpty ? nil : .array(newValue.map(\.json))
        }
    }

    /// The owner that controls this object, where one does.
    public var controller: OwnerReference? { ownerReferences.first(where: \.controller) }

    /// Whether the owner with that UID is among its owners (law 8: by UID, never by name).
    public func isOwned(byUID uid: String) -> Bool { ownerReferences.contains { $0.uid == uid } }

    /// A reference to this object for its children; nil before it was created.
    public func ownerReference(controller: Bool = true) -> OwnerReference? {
        guard let uid else { return nil }
        return OwnerReference(
            apiVersion: apiVersion, kind: kind, name: name, uid: uid, controller: controller,
            blockOwnerDeletion: controller)
    }
}

/// The owner of an object, which the garbage collector and our own checks go by.
public struct OwnerReference: Sendable, Hashable {
    /// The owner's group and version.
    public var apiVersion: String
    /// The owner's kind.
    public var kind: String
    /// The owner's name.
    public var name: String
    /// The owner's identity.
    public var uid: String
    /// Whether the owner is the one controller.
    public var controller: Bool
    /// Whether deleting the owner in the foreground waits for this object.
    public var blockOwnerDeletion: Bool

    /// Makes a reference from its fields.
    public init(
        apiVersion: String, kind: String, name: String, uid: String, controller: Bool = false,
        blockOwnerDeletion: Bool = false
    ) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.name = name
        self.uid = uid
        self.controller = controller
        self.blockOwnerDeletion = blockOwnerDeletion
    }

    /// Reads a reference; nil where it has no UID.
    public init?(_ json: JSON) {
        guard let uid = json["uid"]?.stringValue else { return nil }
        self.init(
            apiVersion: json["apiVersion"]?.stringValue ?? "",
            kind: json["kind"]?.stringValue ?? "", name: json["name"]?.stringValue ?? "", uid: uid,
            controller: json["controller"]?.boolValue ?? false,
            blockOwnerDeletion: json["blockOwnerDeletion"]?.boolValue ?? false)
    }

    /// The reference as objects hold it.
    public var json: JSON {
        var json: JSON = [
            "apiVersion": .string(apiVersion), "kind": .string(kind), "name": .string(name),
            "uid": .string(uid),
        ]
        if controller { json["controller"] = true }
        if blockOwnerDeletion { json["blockOwnerDeletion"] = true }
        return json
    }
}

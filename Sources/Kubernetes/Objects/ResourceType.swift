/// A kind of object as the API server serves it: what a path and a manifest need to name it.
public struct ResourceType: Sendable, Hashable {
    /// The API group, empty for the core group.
    public let group: String
    /// The version, as `v1`.
    public let version: String
    /// The name in paths, as `pods`.
    public let plural: String
    /// The name in manifests, as `Pod`.
    public let kind: String
    /// Whether objects live in namespaces.
    public let namespaced: Bool

    /// Makes a type from its names.
    public init(
        group: String, version: String, plural: String, kind: String, namespaced: Bool
    ) {
        self.group = group
        self.version = version
        self.plural = plural
        self.kind = kind
        self.namespaced = namespaced
    }

    /// The group and version as manifests write them: `v1`, `apps/v1`.
    public var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }
}

extension ResourceType: CustomStringConvertible {
    /// The plural and group as kubectl writes them: `pods`, `deployments.apps`.
    public var description: String { group.isEmpty ? plural : "\(plural).\(group)" }
}

extension ResourceType {
    /// Namespaces of the core group.
    public static let namespaces = ResourceType(
        group: "", version: "v1", plural: "namespaces", kind: "Namespace", namespaced: false)
    /// ConfigMaps of the core group.
    public static let configMaps = ResourceType(
        group: "", version: "v1", plural: "configmaps", kind: "ConfigMap", namespaced: true)
    /// Secrets of the core group.
    public static let secrets = ResourceType(
        group: "", version: "v1", plural: "secrets", kind: "Secret", namespaced: true)
    /// Pods of the core group.
    public static let pods = ResourceType(
        group: "", version: "v1", plural: "pods", kind: "Pod", namespaced: true)
    /// Events of the core group.
    public static let events = ResourceType(
        group: "", version: "v1", plural: "events", kind: "Event", namespaced: true)
    /// Leases of coordination.k8s.io.
    public static let leases = ResourceType(
        group: "coordination.k8s.io", version: "v1", plural: "leases", kind: "Lease",
        namespaced: true)
    /// CustomResourceDefinitions of apiextensions.k8s.io.
    public static let customResourceDefinitions = ResourceType(
        group: "apiextensions.k8s.io", version: "v1", plural: "customresourcedefinitions",
        kind: "CustomResourceDefinition", namespaced: false)
}

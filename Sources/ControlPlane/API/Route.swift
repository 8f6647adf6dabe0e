/// What a path and a method ask for.
struct ResourceTarget: Sendable {
    let resource: APIResource
    let namespace: String?
    let name: String?
    let subresource: String

    var isStatus: Bool { subresource == "status" }
    var isFinalize: Bool { subresource == "finalize" }

    func key(name: String) -> ObjectKey { ObjectKey(namespace: namespace ?? "", name: name) }
}

/// Where a path leads.
enum Route: Sendable {
    case target(ResourceTarget)
    /// A group version that is served, but no resource of it.
    case unknownResource
    /// No path of the API.
    case elsewhere

    /// Finds the resource of `/api/v1/…` or `/apis/<group>/<version>/…`.
    init(_ segments: [String], _ catalog: ResourceCatalog) {
        let group: String
        let version: String
        var rest: ArraySlice<String>
        if segments.first == "api", segments.count >= 3 {
            (group, version, rest) = ("", segments[1], segments[2...])
        } else if segments.first == "apis", segments.count >= 4 {
            (group, version, rest) = (segments[1], segments[2], segments[3...])
        } else {
            self = .elsewhere
            return
        }
        guard catalog.serves(group: group, version: version) else {
            self = .elsewhere
            return
        }
        var namespace: String?
        // `namespaces/x` is the object, `namespaces/x/configmaps` is what is in it.
        if rest.first == "namespaces", rest.count >= 3,
            !(group.isEmpty && rest.count == 3
                && ["status", "finalize"].contains(rest[rest.startIndex + 2]))
        {
            namespace = rest[rest.startIndex + 1]
            rest = rest.dropFirst(2)
        }
        let parts = Array(rest)
        guard let plural = parts.first,
            let resource = catalog.resource(group: group, version: version, plural: plural),
            parts.count <= 3, resource.isNamespaced || namespace == nil
        else {
            self = .unknownResource
            return
        }
        let subresource = parts.count == 3 ? parts[2] : ""
        guard
            subresource.isEmpty || subresource == "status" && resource.hasStatus
                || subresource == "finalize" && resource.rules == .namespace
        else {
            self = .unknownResource
            return
        }
        // A named object of a namespaced kind is only found through its namespace.
        if parts.count >= 2, resource.isNamespaced, namespace == nil {
            self = .unknownResource
            return
        }
        self = .target(
            ResourceTarget(
                resource: resource, namespace: namespace, name: parts.count >= 2 ? parts[1] : nil,
                subresource: subresource))
    }
}

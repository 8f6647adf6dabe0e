internal import Values

/// The documents by which clients learn what is served.
enum Discovery {
    static let coreVersions: JSON = [
        "kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": [],
    ]

    static func groupList(_ catalog: ResourceCatalog) -> JSON {
        [
            "kind": "APIGroupList", "apiVersion": "v1",
            "groups": .array(
                catalog.groups.filter { !$0.name.isEmpty }.map { group($0, isDocument: false) }),
        ]
    }

    static func group(_ group: ResourceCatalog.Group, isDocument: Bool) -> JSON {
        let versions = group.versions.map { version -> JSON in
            [
                "groupVersion": .string(group.groupVersion(version)),
                "version": .string(version),
            ]
        }
        var json: JSONObject = [
            "name": .string(group.name), "versions": .array(versions),
            "preferredVersion": versions.first ?? [:],
        ]
        if isDocument {
            json["kind"] = "APIGroup"
            json["apiVersion"] = "v1"
        }
        return .object(json)
    }

    static func resourceList(_ catalog: ResourceCatalog, group: String, version: String) -> JSON {
        var entries: [JSON] = []
        for resource in catalog.resources(group: group, version: version) {
            entries.append(entry(resource, subresource: nil, verbs: resource.verbs))
            for (subresource, verbs) in subresources(resource) {
                entries.append(entry(resource, subresource: subresource, verbs: verbs))
            }
        }
        return [
            "kind": "APIResourceList", "apiVersion": "v1",
            "groupVersion": .string(group.isEmpty ? version : "\(group)/\(version)"),
            "resources": .array(entries),
        ]
    }

    static func subresources(_ resource: APIResource) -> [(String, [String])] {
        var found: [(String, [String])] = []
        if resource.rules == .namespace { found.append(("finalize", ["update"])) }
        if resource.hasStatus { found.append(("status", ["get", "patch", "update"])) }
        return found
    }

    private static func entry(
        _ resource: APIResource, subresource: String?, verbs: [String]
    ) -> JSON {
        let name = subresource.map { "\(resource.plural)/\($0)" } ?? resource.plural
        var json: JSONObject = [
            "name": .string(name),
            "singularName": .string(subresource == nil ? resource.singular : ""),
            "namespaced": .bool(resource.isNamespaced), "kind": .string(resource.kind),
            "verbs": .array(verbs.map(JSON.string)),
        ]
        guard subresource == nil else { return .object(json) }
        if !resource.shortNames.isEmpty {
            json["shortNames"] = .array(resource.shortNames.map(JSON.string))
        }
        if !resource.categories.isEmpty {
            json["categories"] = .array(resource.categories.map(JSON.string))
        }
        return .object(json)
    }

    /// The core group, or all others, in one document.
    ///
    /// Source: Kubernetes, "Aggregated discovery".
    static func aggregated(_ catalog: ResourceCatalog, version: String, isCore: Bool) -> JSON {
        let groups = catalog.groups.filter { $0.name.isEmpty == isCore }
        return [
            "kind": "APIGroupDiscoveryList",
            "apiVersion": .string("apidiscovery.k8s.io/\(version)"), "metadata": [:],
            "items": .array(
                groups.map { group -> JSON in
                    var metadata: JSONObject = ["creationTimestamp": nil]
                    if !isCore { metadata["name"] = .string(group.name) }
                    return [
                        "metadata": .object(metadata),
                        "versions": .array(
                            group.versions.map { version -> JSON in
                                let resources = catalog.resources(
                                    group: group.name, version: version)
                                return [
                                    "version": .string(version), "freshness": "Current",
                                    "resources": .array(resources.map(aggregated)),
                                ]
                            }),
                    ]
                }),
        ]
    }

    private static func aggregated(_ resource: APIResource) -> JSON {
        let kind: JSON = [
            "group": .string(resource.group), "version": .string(resource.version),
            "kind": .string(resource.kind),
        ]
        var json: JSONObject = [
            "resource": .string(resource.plural), "responseKind": kind,
            "scope": .string(resource.isNamespaced ? "Namespaced" : "Cluster"),
            "singularResource": .string(resource.singular),
            "verbs": .array(resource.verbs.map(JSON.string)),
        ]
        if !resource.shortNames.isEmpty {
            json["shortNames"] = .array(resource.shortNames.map(JSON.string))
        }
        if !resource.categories.isEmpty {
            json["categories"] = .array(resource.categories.map(JSON.string))
        }
        let nested = subresources(resource)
        if !nested.isEmpty {
            json["subresources"] = .array(
                nested.map { name, verbs in
                    [
                        "subresource": .string(name), "responseKind": kind,
                        "verbs": .array(verbs.map(JSON.string)),
                    ]
                })
        }
        return .object(json)
    }
}

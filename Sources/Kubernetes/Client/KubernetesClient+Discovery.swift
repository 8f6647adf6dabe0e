public import Values

extension KubernetesClient {
    /// The server's version, as `v1.20.2`.
    public func serverVersion() async throws(KubernetesError) -> String {
        let json = try await perform(Call(operation: "read the server's version", path: "/version"))
        return json["gitVersion"]?.stringValue ?? ""
    }

    /// Reads the JSON at a path that belongs to no kind, such as what an operator serves beside the API.
    public func read(
        path: String, query: [(String, String)] = []
    ) async throws(KubernetesError) -> JSON {
        try await perform(Call(operation: "read \(path)", path: path, query: query))
    }

    /// The names of the API groups that the server has, sorted, with the core group left out.
    public func groups() async throws(KubernetesError) -> [String] {
        let json = try await perform(Call(operation: "read the API groups", path: "/apis"))
        return (json["groups"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }.sorted()
    }

    /// The types that the server has of one group and version; none where it has no such group.
    public func resources(
        group: String, version: String
    ) async throws(KubernetesError) -> [ResourceType] {
        let path = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
        let json: JSON
        do {
            json = try await perform(
                Call(operation: "read the resources of \(group)/\(version)", path: path))
        } catch {
            guard error.code == .notFound || error.code == .unknownPath else { throw error }
            return []
        }
        return (json["resources"]?.arrayValue ?? []).compactMap { resource in
            guard let plural = resource["name"]?.stringValue, !plural.contains("/"),
                let kind = resource["kind"]?.stringValue
            else { return nil }
            return ResourceType(
                group: group, version: version, plural: plural, kind: kind,
                namespaced: resource["namespaced"]?.boolValue ?? false)
        }
    }

    /// Those of the types that the server does not have, in the order given.
    ///
    /// One request for each group and version among them.
    public func missing(of types: [ResourceType]) async throws(KubernetesError) -> [ResourceType] {
        var served: Set<ResourceType> = []
        var asked: Set<String> = []
        for type in types where asked.insert(type.apiVersion).inserted {
            served.formUnion(try await resources(group: type.group, version: type.version))
        }
        return types.filter { !served.contains($0) }
    }
}

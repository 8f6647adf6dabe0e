internal import Crypto
internal import Values

extension APIServer {
    /// The version of Kubernetes whose behaviour this server follows.
    static let version: JSON = [
        "major": "1", "minor": "32", "gitVersion": "v1.32.0+llm-orchestrator",
        "gitCommit": "0000000000000000000000000000000000000000", "gitTreeState": "clean",
        "buildDate": "1970-01-01T00:00:00Z", "goVersion": "none", "compiler": "swiftc",
        "platform": "linux/amd64",
    ]

    /// What anybody may read: health and version.
    func openDocument(_ request: APIRequest) -> APIResponse? {
        guard request.method == "GET" || request.method == "HEAD",
            let first = request.segments.first
        else { return nil }
        switch first {
        case "healthz", "livez", "readyz": return APIResponse(text: "ok")
        case "version" where request.segments.count == 1: return APIResponse(APIServer.version)
        default: return nil
        }
    }

    /// A document of discovery, or the answer that there is none.
    func document(
        _ request: APIRequest, _ catalog: ResourceCatalog
    ) throws(APIFailure) -> APIResponse {
        guard request.method == "GET" else {
            return APIResponse(text: "404 page not found\n", status: 404)
        }
        let parts = request.segments
        switch (parts.first, parts.count) {
        case (nil, _): return APIResponse(["paths": .array(paths(catalog).map(JSON.string))])
        case ("api", 1), ("apis", 1):
            if let aggregated = aggregated(request, catalog, isCore: parts[0] == "api") {
                return aggregated
            }
            return APIResponse(
                parts[0] == "api" ? Discovery.coreVersions : Discovery.groupList(catalog))
        case ("api", 2) where catalog.serves(group: "", version: parts[1]):
            return APIResponse(Discovery.resourceList(catalog, group: "", version: parts[1]))
        case ("apis", 2):
            if let group = catalog.group(parts[1]), !group.name.isEmpty {
                return APIResponse(Discovery.group(group, isDocument: true))
            }
        case ("apis", 3) where catalog.serves(group: parts[1], version: parts[2]):
            return APIResponse(
                Discovery.resourceList(catalog, group: parts[1], version: parts[2]))
        case ("openapi", _): if let document = openAPI(request, catalog) { return document }
        default: break
        }
        return APIResponse(text: "404 page not found\n", status: 404)
    }

    private func paths(_ catalog: ResourceCatalog) -> [String] {
        var paths = ["/api", "/apis", "/healthz", "/livez", "/openapi/v2", "/openapi/v3"]
        for group in catalog.groups {
            if !group.name.isEmpty { paths.append("/apis/\(group.name)") }
            for version in group.versions {
                let root = group.name.isEmpty ? "/api" : "/apis/\(group.name)"
                paths.append("\(root)/\(version)")
            }
        }
        return (paths + ["/readyz", "/version"]).sorted()
    }

    /// All groups and kinds in one document, for clients that ask for it.
    private func aggregated(
        _ request: APIRequest, _ catalog: ResourceCatalog, isCore: Bool
    ) -> APIResponse? {
        for range in ContentNegotiation.ranges(request.accept)
        where range.type == "application/json" {
            guard let kind = range.parameters["as"] else { return nil }
            guard kind == "APIGroupDiscoveryList",
                range.parameters["g"] == "apidiscovery.k8s.io",
                let version = range.parameters["v"], ["v2", "v2beta1"].contains(version)
            else { continue }
            let bytes = documents.document("discovery \(version) \(isCore)") {
                Discovery.aggregated(catalog, version: version, isCore: isCore).bytes
            }
            var response = APIResponse(
                bytes: bytes,
                contentType: "application/json;g=apidiscovery.k8s.io;v=\(version);"
                    + "as=APIGroupDiscoveryList")
            response.headers.append(("Vary", "Accept"))
            return response
        }
        return nil
    }
}

internal import Crypto
internal import Values

extension APIServer {
    private static let protobufType =
        "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"

    /// The document of a path below `/openapi`.
    func openAPI(_ request: APIRequest, _ catalog: ResourceCatalog) -> APIResponse? {
        let parts = request.segments
        guard parts.count >= 2 else { return nil }
        switch (parts[1], parts.count) {
        case ("v2", 2): return openAPIv2(request, catalog)
        case ("v3", 2): return APIResponse(["paths": .object(openAPIv3Paths(catalog))])
        case ("v3", 4) where parts[2] == "api" && catalog.serves(group: "", version: parts[3]):
            return APIResponse(bytes: openAPIv3(catalog, group: "", version: parts[3]))
        case ("v3", 5)
        where parts[2] == "apis" && catalog.serves(group: parts[3], version: parts[4]):
            return APIResponse(bytes: openAPIv3(catalog, group: parts[3], version: parts[4]))
        default: return nil
        }
    }

    private func openAPIv2(_ request: APIRequest, _ catalog: ResourceCatalog) -> APIResponse {
        let wantsProtobuf = ContentNegotiation.ranges(request.accept).first {
            $0.type == APIServer.protobufType || $0.type == "application/json" || $0.type == "*/*"
        }.map { $0.type == APIServer.protobufType }
        guard wantsProtobuf == true else {
            return APIResponse(
                bytes: documents.document("openapi v2") { OpenAPI.v2(catalog).bytes })
        }
        let bytes = documents.document("openapi v2 protobuf") {
            OpenAPIProtobuf.document(OpenAPI.v2(catalog))
        }
        // The name asked for is no valid media type; clients refuse an answer that repeats its "@".
        let answered = APIServer.protobufType.replacing("@", with: ".")
        return APIResponse(bytes: bytes, contentType: answered)
    }

    private func openAPIv3(
        _ catalog: ResourceCatalog, group: String, version: String
    ) -> [UInt8] {
        documents.document("openapi v3 \(group)/\(version)") {
            OpenAPI.v3(catalog.resources(group: group, version: version)).bytes
        }
    }

    /// The paths of the documents, each with a hash that changes when it does, so that clients may
    /// keep it.
    private func openAPIv3Paths(_ catalog: ResourceCatalog) -> JSONObject {
        var paths: JSONObject = [:]
        for group in catalog.groups {
            for version in group.versions {
                let path =
                    group.name.isEmpty ? "api/\(version)" : "apis/\(group.name)/\(version)"
                let document = openAPIv3(catalog, group: group.name, version: version)
                let hash = Digest(of: document).hexadecimal.uppercased()
                paths[path] = [
                    "serverRelativeURL": .string("/openapi/v3/\(path)?hash=\(hash)")
                ]
            }
        }
        return paths
    }
}

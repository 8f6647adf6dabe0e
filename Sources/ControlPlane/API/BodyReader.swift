internal import Schemas
internal import Values
internal import YAML

/// Reads the objects of requests.
enum BodyReader {
    static let objectTypes = ["application/json", "application/yaml"]

    /// Reads a body by its media type.
    static func read(_ request: APIRequest) throws(APIFailure) -> JSON {
        guard !request.body.isEmpty else { throw .badRequest("the request body is empty") }
        switch ContentNegotiation.mediaType(request.contentType) {
        case "", "application/json", "application/merge-patch+json", "application/json-patch+json",
            "application/strategic-merge-patch+json":
            return try json(request.body)
        case "application/yaml", "application/apply-patch+yaml", "text/yaml", "application/x-yaml":
            return try yaml(request.body)
        case ProtobufReader.mediaType: return try ProtobufReader.read(request.body)
        default: throw .unsupportedMediaType(objectTypes)
        }
    }

    static func json(_ bytes: [UInt8]) throws(APIFailure) -> JSON {
        let limits = JSONLimits(
            maximumBytes: ControlPlaneLimits.requestBytes,
            maximumDepth: ControlPlaneLimits.objectDepth)
        do throws(JSONParseError) {
            return try JSON(parsing: bytes, limits: limits)
        } catch {
            throw .badRequest("couldn't get version/kind; json parse error: \(error)")
        }
    }

    static func yaml(_ bytes: [UInt8]) throws(APIFailure) -> JSON {
        var limits = YAMLLimits()
        limits.maximumBytes = ControlPlaneLimits.requestBytes
        limits.maximumDepth = ControlPlaneLimits.objectDepth
        let documents: [YAMLDocument]
        do throws(YAMLError) {
            documents = try YAMLStream.parse(bytes, limits: limits)
        } catch {
            throw .badRequest("error converting YAML to JSON: yaml: \(error)")
        }
        guard let document = documents.first, documents.count == 1 else {
            throw .badRequest("the body must hold one YAML document")
        }
        return document.json
    }

    /// Checks that a body is an object of the kind asked for.
    static func check(_ object: JSON, is resource: APIResource) throws(APIFailure) {
        guard object.objectValue != nil else {
            throw .badRequest(
                "couldn't get version/kind; json parse error: json: cannot unmarshal "
                    + "\(object.kindName) into Go value of type struct")
        }
        let kind = object["kind"]?.stringValue ?? ""
        let version = object["apiVersion"]?.stringValue ?? ""
        if kind.isEmpty {
            throw .badRequest("Object 'Kind' is missing in '\(object.text.prefix(200))'")
        }
        guard version == resource.groupVersion, kind == resource.kind else {
            throw .badRequest(
                "the API version in the data (\(version)/\(kind)) does not match the expected API "
                    + "version (\(resource.groupVersion)/\(resource.kind))")
        }
    }
}

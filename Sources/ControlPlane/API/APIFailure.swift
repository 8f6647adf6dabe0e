internal import Values

/// Why a request fails, in the shape in which Kubernetes' API server says so.
///
/// Clients decide by `reason` and `code`, and kubectl prints `message`, so all three follow the real
/// server word by word.
struct APIFailure: Error, Sendable, Hashable {
    var code: Int
    var reason: String
    var message: String
    var details: JSONObject?
    /// The seconds after which the client may come back.
    var retryAfterSeconds: Int?

    init(code: Int, reason: String, message: String, details: JSONObject? = nil) {
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details
    }

    /// The `Status` object of the answer.
    var status: JSON {
        var status: JSONObject = [
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure",
            "message": .string(message), "code": .integer(Int64(code)),
        ]
        if !reason.isEmpty { status["reason"] = .string(reason) }
        if let details { status["details"] = .object(details) }
        return .object(status)
    }
}

/// One fault of a field, as `Status.details.causes` lists it.
struct FieldFault: Sendable, Hashable {
    var reason: String
    var field: String
    var message: String

    static func invalid(_ field: String, _ value: JSON, _ detail: String) -> FieldFault {
        FieldFault(
            reason: "FieldValueInvalid", field: field,
            message: "Invalid value: \(value.text): \(detail)")
    }

    static func required(_ field: String, _ detail: String = "") -> FieldFault {
        FieldFault(
            reason: "FieldValueRequired", field: field,
            message: detail.isEmpty ? "Required value" : "Required value: \(detail)")
    }

    static func notSupported(_ field: String, _ value: JSON, _ supported: [String]) -> FieldFault {
        let list = supported.map { JSON.string($0).text }.joined(separator: ", ")
        return FieldFault(
            reason: "FieldValueNotSupported", field: field,
            message: "Unsupported value: \(value.text): supported values: \(list)")
    }

    static func duplicate(_ field: String, _ value: JSON) -> FieldFault {
        FieldFault(
            reason: "FieldValueDuplicate", field: field,
            message: "Duplicate value: \(value.text)")
    }

    static func forbidden(_ field: String, _ detail: String) -> FieldFault {
        FieldFault(
            reason: "FieldValueForbidden", field: field, message: "Forbidden: \(detail)")
    }

    static func tooLong(_ field: String, _ maximum: Int) -> FieldFault {
        FieldFault(
            reason: "FieldValueTooLong", field: field,
            message: "Too long: must have at most \(maximum) bytes")
    }

    var json: JSON {
        ["reason": .string(reason), "message": .string(message), "field": .string(field)]
    }
}

extension APIFailure {
    private static func details(
        _ name: String, _ group: String, _ kind: String
    ) -> JSONObject {
        var details: JSONObject = ["kind": .string(kind)]
        if !name.isEmpty { details["name"] = .string(name) }
        if !group.isEmpty { details["group"] = .string(group) }
        return details
    }

    private static func qualified(_ plural: String, _ group: String) -> String {
        group.isEmpty ? plural : "\(plural).\(group)"
    }

    static func notFound(_ resource: APIResource, _ name: String) -> APIFailure {
        notFound(group: resource.group, plural: resource.plural, name)
    }

    static func notFound(group: String, plural: String, _ name: String) -> APIFailure {
        APIFailure(
            code: 404, reason: "NotFound",
            message: "\(qualified(plural, group)) \(JSON.string(name).text) not found",
            details: details(name, group, plural))
    }

    /// The path leads to no resource.
    static let unknownResource = APIFailure(
        code: 404, reason: "NotFound",
        message: "the server could not find the requested resource", details: [:])

    static let methodNotAllowed = APIFailure(
        code: 405, reason: "MethodNotAllowed",
        message: "the server does not allow this method on the requested resource", details: [:])

    /// The kind is going away with its definition and takes nothing new.
    static func definitionEnding(_ resource: APIResource) -> APIFailure {
        APIFailure(
            code: 405, reason: "MethodNotAllowed",
            message: "create not allowed while custom resource definition is terminating",
            details: details("", resource.group, resource.plural))
    }

    static let unauthorized = APIFailure(
        code: 401, reason: "Unauthorized", message: "Unauthorized")

    static func alreadyExists(_ resource: APIResource, _ name: String) -> APIFailure {
        let plural = qualified(resource.plural, resource.group)
        return APIFailure(
            code: 409, reason: "AlreadyExists",
            message: "\(plural) \(JSON.string(name).text) already exists",
            details: details(name, resource.group, resource.plural))
    }

    static func conflict(
        _ resource: APIResource, _ name: String, _ detail: String? = nil
    ) -> APIFailure {
        let sentence =
            detail
            ?? "the object has been modified; please apply your changes to the latest version and "
            + "try again"
        let plural = qualified(resource.plural, resource.group)
        return APIFailure(
            code: 409, reason: "Conflict",
            message: "Operation cannot be fulfilled on \(plural) \(JSON.string(name).text): "
                + sentence,
            details: details(name, resource.group, resource.plural))
    }

    static func invalid(
        group: String, kind: String, name: String, _ faults: [FieldFault]
    ) -> APIFailure {
        let sentences = faults.map { $0.field.isEmpty ? $0.message : "\($0.field): \($0.message)" }
        let list = sentences.count == 1 ? sentences[0] : "[\(sentences.joined(separator: ", "))]"
        var details = details(name, group, kind)
        details["causes"] = .array(faults.map(\.json))
        return APIFailure(
            code: 422, reason: "Invalid",
            message: "\(qualified(kind, group)) \(JSON.string(name).text) is invalid: \(list)",
            details: details)
    }

    static func invalid(
        _ resource: APIResource, _ name: String, _ faults: [FieldFault]
    ) -> APIFailure {
        invalid(group: resource.group, kind: resource.kind, name: name, faults)
    }

    static func badRequest(_ message: String) -> APIFailure {
        APIFailure(code: 400, reason: "BadRequest", message: message)
    }

    static func forbidden(_ resource: APIResource, _ name: String, _ detail: String) -> APIFailure {
        APIFailure(
            code: 403, reason: "Forbidden",
            message: "\(qualified(resource.plural, resource.group)) \(JSON.string(name).text) is "
                + "forbidden: \(detail)",
            details: details(name, resource.group, resource.plural))
    }

    static func unsupportedMediaType(_ accepted: [String]) -> APIFailure {
        APIFailure(
            code: 415, reason: "UnsupportedMediaType",
            message: "the body of the request was in an unknown format - accepted media types "
                + "include: \(accepted.joined(separator: ", "))", details: [:])
    }

    static func notAcceptable(_ offered: [String]) -> APIFailure {
        APIFailure(
            code: 406, reason: "NotAcceptable",
            message: "only the following media types are accepted: "
                + offered.joined(separator: ", "), details: [:])
    }

    static func tooLarge(_ message: String) -> APIFailure {
        APIFailure(code: 413, reason: "RequestEntityTooLarge", message: message)
    }

    static func expired(_ message: String) -> APIFailure {
        APIFailure(code: 410, reason: "Expired", message: message)
    }

    static func internalError(_ message: String) -> APIFailure {
        APIFailure(
            code: 500, reason: "InternalError", message: "Internal error occurred: \(message)",
            details: ["causes": [["message": .string(message)]]])
    }

    static let tooManyRequests: APIFailure = {
        var failure = APIFailure(
            code: 429, reason: "TooManyRequests",
            message: "Too many requests, please try again later.",
            details: ["retryAfterSeconds": 1])
        failure.retryAfterSeconds = 1
        return failure
    }()

    static let shuttingDown = APIFailure(
        code: 503, reason: "ServiceUnavailable",
        message: "apiserver is shutting down", details: [:])

    static func resourceVersionTooLarge(_ asked: Int64, current: Int64) -> APIFailure {
        var failure = APIFailure(
            code: 504, reason: "Timeout",
            message: "Timeout: Too large resource version: \(asked), current: \(current)",
            details: [
                "causes": [
                    [
                        "reason": "ResourceVersionTooLarge",
                        "message": "Too large resource version",
                    ]
                ],
                "retryAfterSeconds": 1,
            ])
        failure.retryAfterSeconds = 1
        return failure
    }
}

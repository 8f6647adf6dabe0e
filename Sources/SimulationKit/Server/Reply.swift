import HTTP
import Values

/// What the server answers.
struct Reply: Sendable {
    var status: Int
    var body: [UInt8]
    var retryAfter: Int?

    /// An object or list.
    init(_ body: [UInt8], status: Int = 200) {
        self.status = status
        self.body = body
    }

    /// A refusal, with the `Status` object that says why.
    init(refusal status: Int, _ reason: String, _ message: String, retryAfter: Int? = nil) {
        self.status = status
        self.retryAfter = retryAfter
        body = Reply.statusObject(status, reason, message).bytes
    }

    var response: HTTPResponse {
        var headers: HTTPHeaders = ["Content-Type": "application/json"]
        if let retryAfter { headers["Retry-After"] = String(retryAfter) }
        return HTTPResponse(status: status, headers: headers, body: body)
    }

    var isSuccess: Bool { status < 300 }

    static func statusObject(_ status: Int, _ reason: String, _ message: String) -> JSON {
        [
            "apiVersion": "v1", "kind": "Status", "status": "Failure", "reason": .string(reason),
            "code": .integer(Int64(status)), "message": .string(message),
        ]
    }

    static func notFound(_ route: Route) -> Reply {
        Reply(refusal: 404, "NotFound", "\(route.plural) \"\(route.name)\" not found")
    }

    static func conflict(_ route: Route, _ why: String) -> Reply {
        Reply(
            refusal: 409, "Conflict",
            "Operation cannot be fulfilled on \(route.plural) \"\(route.name)\": \(why)")
    }

    static func invalid(_ why: String) -> Reply { Reply(refusal: 422, "Invalid", why) }
}

internal import HTTP
internal import Values
internal import Workflows

/// The inputs of an `http` task, as the request they ask for.
struct HTTPInputs {
    var request: HTTPRequest
    /// Nil takes every status below 400.
    var successStatus: [Int64]?

    private static let known = [
        "method", "url", "query", "headers", "body", "successStatus", "followRedirects",
        "maximumBytes", "idempotencyKey",
    ]

    init(_ attempt: TaskAttemptRequest) throws(TaskError) {
        let reader = try InputReader(attempt.inputs, known: HTTPInputs.known)
        guard let url = try reader.string("url"), !url.isEmpty else {
            throw .invalid("input \"url\" must be an absolute http or https URL")
        }
        let target = attempt.provider?.url(url) ?? url
        let body = reader.value("body")?.value
        let method = try reader.string("method")?.uppercased() ?? (body == nil ? "GET" : "POST")
        request = HTTPRequest(
            method: HTTPMethod(rawValue: method),
            url: HTTPInputs.adding(try reader.map("query"), to: target),
            maximumResponseBytes: Int(
                try reader.integer(
                    "maximumBytes", in: 1...Int64(ExecutorLimits.maximumResponseBytes))
                    ?? Int64(ExecutorLimits.responseBytes)),
            followRedirects: try reader.bool("followRedirects") ?? false)
        for (name, value) in try reader.map("headers") { request.headers.add(name, value) }
        if let body { setBody(body) }
        let key = try reader.string("idempotencyKey") ?? HTTPInputs.key(of: attempt)
        // The same for every attempt, so that a server that knows the header acts only once.
        if ["POST", "PATCH"].contains(method), !request.headers.contains("Idempotency-Key") {
            request.headers.add("Idempotency-Key", key)
        }
        successStatus = try reader.integers("successStatus")
    }

    /// The key of what an attempt is to do once: a fallback does something else than its task, and to
    /// that the answer must not be the failure before it.
    private static func key(of attempt: TaskAttemptRequest) -> String {
        let task = "\(attempt.runUID)-\(attempt.taskID)"
        return attempt.fallback.map { "\(task):fallback-\($0)" } ?? task
    }

    private mutating func setBody(_ body: JSON) {
        let type: String
        if case .string(let text) = body {
            request.body = Array(text.utf8)
            type = "text/plain; charset=utf-8"
        } else {
            request.body = body.bytes
            type = "application/json"
        }
        if !request.headers.contains("Content-Type") { request.headers.add("Content-Type", type) }
    }

    private static func adding(
        _ query: [(name: String, value: String)], to url: String
    ) -> String {
        guard !query.isEmpty else { return url }
        let parts = url.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        let pairs = query.map {
            PercentEncoding.encode($0.name) + "=" + PercentEncoding.encode($0.value)
        }
        let base = String(parts[0])
        return base + (base.contains("?") ? "&" : "?") + pairs.joined(separator: "&")
    }

    /// The method and the URL without its query and credentials, which may hold secrets.
    var displayName: String {
        var place = request.url.prefix { $0 != "?" && $0 != "#" }
        if let scheme = place.firstRange(of: "://")?.upperBound {
            let authority = place[scheme...].prefix { $0 != "/" }
            if let at = authority.lastIndex(of: "@") {
                place = place[..<scheme] + place[place.index(after: at)...]
            }
        }
        return "\(request.method) \(place)"
    }
}

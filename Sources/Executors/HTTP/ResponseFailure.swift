internal import HTTP
internal import Values
internal import Workflows

/// What kind of failure a response is: by its status, and by what its body and headers say, as one
/// status means different things.
///
/// Sources: the error codes of OpenAI, Anthropic, Gemini, Cohere and Azure; the headers that their
/// clients obey (`x-should-retry`, `retry-after-ms`).
struct ResponseFailure {
    let type: String
    let isRetryable: Bool
    /// The least wait that was asked for, whether it is tried again by itself or not: a policy may name
    /// errors that are not.
    let retryAfter: Duration?

    init(_ response: HTTPResponse, now: Timestamp) {
        let told = ResponseFailure.error(in: response.body)
        let codes = told.map { ResponseFailure.codes(of: $0.error, in: $0.root) } ?? []
        var (type, isRetryable) = ResponseFailure.kind(ofStatus: response.status)
        if let known = ResponseFailure.kind(ofCodes: codes, status: response.status) {
            (type, isRetryable) = known
        }
        switch response.headers["x-should-retry"]?.lowercased() {
        case "true": isRetryable = true
        case "false": isRetryable = false
        default: break
        }
        self.type = type
        self.isRetryable = isRetryable
        let waits = [
            ResponseFailure.wait(response.headers, now: now),
            told.flatMap { ResponseFailure.wait($0.error) },
        ]
        retryAfter = waits.compactMap { $0 }.max()
    }

    private static func kind(ofStatus status: Int) -> (String, Bool) {
        switch status {
        case 401, 403: (TaskError.Kind.authentication, false)
        case 402: (TaskError.Kind.quota, false)
        case 400, 413, 422: (TaskError.Kind.invalidRequest, false)
        case 408, 504: (TaskError.Kind.timeout, true)
        case 429: (TaskError.Kind.rateLimit, true)
        case 529: (TaskError.Kind.overloaded, true)
        // What is not built will not be by the next attempt.
        case 501, 505: (TaskError.Kind.server, false)
        case 500...599: (TaskError.Kind.server, true)
        default: (TaskError.Kind.client, false)
        }
    }

    /// What the body says more exactly than the status; nil where it says nothing known.
    private static func kind(ofCodes codes: Set<String>, status: Int) -> (String, Bool)? {
        func names(_ words: String...) -> Bool { words.contains { codes.contains($0) } }
        if names(
            "insufficient_quota", "credit_balance_exhausted", "organization_spend_limit_exceeded",
            "project_spend_limit_exceeded", "organization_usage_limit_exceeded", "billing_error",
            "enforced_spend_limit_reached", "billing_hard_limit_reached")
        {
            return (TaskError.Kind.quota, false)
        }
        if names("context_length_exceeded", "string_above_max_length", "request_too_large") {
            return (TaskError.Kind.contextLength, false)
        }
        if names("content_filter", "content_policy_violation", "responsibleaipolicyviolation") {
            return (TaskError.Kind.contentFilter, false)
        }
        if names("overloaded_error", "server_is_overloaded", "service_unavailable_error") {
            return (TaskError.Kind.overloaded, true)
        }
        if names("invalid_api_key", "authentication_error", "permission_error") {
            return (TaskError.Kind.authentication, false)
        }
        if status == 429, names("rate_limit_exceeded", "rate_limit_error", "slow_down") {
            return (TaskError.Kind.rateLimit, true)
        }
        return nil
    }

    /// What the body tells of its error, and what it is in; nil where it is no JSON.
    private static func error(in body: [UInt8]) -> (error: JSON, root: JSON)? {
        guard body.count <= ExecutorLimits.jsonBytes, let json = try? JSON(parsing: body) else {
            return nil
        }
        // Gemini answers with a list of one.
        let root = json.arrayValue?.first ?? json
        return (root["error"] ?? root, root)
    }

    /// The words by which the body names its error: `error.type`, `error.code`, `error.status`,
    /// `error.innererror.code`, `error.details.error_code`, and `type` and `code` beside them.
    private static func codes(of error: JSON, in root: JSON) -> Set<String> {
        let places = [
            error["type"], error["code"], error["status"], error["innererror"]?["code"],
            error["details"]?["error_code"], root["code"], root["type"],
        ]
        return Set(places.compactMap { $0?.stringValue?.lowercased() })
    }

    /// The least wait of Gemini's `RetryInfo`, one of `error.details`: `"34.07s"`, a duration as
    /// Protocol Buffers write it in JSON.
    private static func wait(_ error: JSON) -> Duration? {
        let information = error["details"]?.arrayValue?.first { detail in
            detail["@type"]?.stringValue?.hasSuffix("google.rpc.RetryInfo") == true
        }
        guard let text = information?["retryDelay"]?.stringValue, text.hasSuffix("s") else {
            return nil
        }
        return Double(text.dropLast()).flatMap(seconds)
    }

    /// A number of seconds, up to a millisecond and to the longest wait that is believed.
    private static func seconds(_ seconds: Double) -> Duration? {
        guard seconds.isFinite, seconds >= 0 else { return nil }
        let bound = Double(ExecutorLimits.retryAfter.components.seconds)
        return .milliseconds(Int64((min(seconds, bound) * 1000).rounded(.up)))
    }

    /// The least wait: `retry-after-ms`, else `Retry-After` in seconds, which may have a fraction, or
    /// as a date.
    private static func wait(_ headers: HTTPHeaders, now: Timestamp) -> Duration? {
        if let milliseconds = headers["retry-after-ms"].flatMap({ Double($0) }),
            let wait = seconds(milliseconds / 1000)
        {
            return wait
        }
        guard let text = headers["Retry-After"] else { return nil }
        if text.contains("."), let wait = Double(text).flatMap(seconds) { return wait }
        return RetryAfter.duration(text, now: now)
    }
}

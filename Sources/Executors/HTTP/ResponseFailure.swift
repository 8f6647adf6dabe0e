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
    let retryAfter: Duration?

    init(_ response: HTTPResponse, now: Timestamp) {
        let codes = ResponseFailure.codes(in: response.body)
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
        retryAfter = isRetryable ? ResponseFailure.wait(response.headers, now: now) : nil
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

    /// The words by which the body names its error: `error.type`, `error.code`, `error.status`,
    /// `error.innererror.code`, `error.details.error_code`, and `type` and `code` beside them.
    private static func codes(in body: [UInt8]) -> Set<String> {
        guard body.count <= ExecutorLimits.jsonBytes, let json = try? JSON(parsing: body) else {
            return []
        }
        // Gemini answers with a list of one.
        let root = json.arrayValue?.first ?? json
        let error = root["error"] ?? root
        let places = [
            error["type"], error["code"], error["status"], error["innererror"]?["code"],
            error["details"]?["error_code"], root["code"], root["type"],
        ]
        return Set(places.compactMap { $0?.stringValue?.lowercased() })
    }

    /// The least wait: `retry-after-ms`, else `Retry-After` in seconds, which may have a fraction, or
    /// as a date.
    private static func wait(_ headers: HTTPHeaders, now: Timestamp) -> Duration? {
        if let milliseconds = headers["retry-after-ms"].flatMap({ Double($0) }),
            milliseconds.isFinite, milliseconds >= 0
        {
            let bound = Double(ExecutorLimits.retryAfter.components.seconds) * 1000
            return .milliseconds(Int64(min(milliseconds, bound).rounded(.up)))
        }
        guard let text = headers["Retry-After"] else { return nil }
        if text.contains("."), let seconds = Double(text), seconds.isFinite, seconds >= 0 {
            let bound = Double(ExecutorLimits.retryAfter.components.seconds)
            return .milliseconds(Int64((min(seconds, bound) * 1000).rounded(.up)))
        }
        return RetryAfter.duration(text, now: now)
    }
}

internal import Admission
internal import HTTP
internal import Values

/// What a response tells of the sender's limits.
///
/// Sources: the headers of OpenAI and Azure (`x-ratelimit-limit-requests`, resets such as `6m0s`), of
/// Anthropic (`anthropic-ratelimit-requests-limit`, resets in RFC 3339), of GitHub and many others
/// (`x-ratelimit-limit`, resets in seconds), and of the IETF's draft (`ratelimit-limit`).
enum ResponseLimits {
    static func observation(of response: HTTPResponse, now: Timestamp) -> RateLimitObservation {
        RateLimitObservation(
            requests: quota("requests", response.headers, now) ?? plain(response.headers, now),
            tokens: quota("tokens", response.headers, now), usedTokens: usedTokens(response.body))
    }

    private static func quota(
        _ kind: String, _ headers: HTTPHeaders, _ now: Timestamp
    ) -> RateLimitObservation.Quota? {
        read(headers, now) { "x-ratelimit-\($0)-\(kind)" }
            ?? read(headers, now) { "anthropic-ratelimit-\(kind)-\($0)" }
    }

    private static func plain(
        _ headers: HTTPHeaders, _ now: Timestamp
    ) -> RateLimitObservation.Quota? {
        read(headers, now) { "x-ratelimit-\($0)" } ?? read(headers, now) { "ratelimit-\($0)" }
    }

    private static func read(
        _ headers: HTTPHeaders, _ now: Timestamp, _ name: (String) -> String
    ) -> RateLimitObservation.Quota? {
        let limit = headers[name("limit")].flatMap(figure)
        let remaining = headers[name("remaining")].flatMap(figure)
        let reset = headers[name("reset")].flatMap { wait($0, now: now) }
        guard limit ?? 0 > 0 || remaining != nil else { return nil }
        return RateLimitObservation.Quota(limit: limit, remaining: remaining, reset: reset)
    }

    /// A figure of a limit; nil where it is none, or negative: Azure answers -1 where it does not know.
    private static func figure(_ text: String) -> Int64? {
        Int64(text).flatMap { $0 < 0 ? nil : min($0, AdmissionLimits.figure) }
    }

    /// Seconds, a moment in seconds since the epoch, a duration, or a moment in RFC 3339.
    private static func wait(_ text: String, now: Timestamp) -> Duration? {
        let wait: Duration?
        if let seconds = Int64(text) {
            wait = seconds > 1_000_000_000 ? Timestamp(seconds: seconds) - now : .seconds(seconds)
        } else if let moment = Timestamp(text) {
            wait = moment - now
        } else {
            wait = Duration(parsing: text)
        }
        return wait.map { min(max($0, .zero), ExecutorLimits.retryAfter) }
    }

    /// The tokens that answers of language models say they cost.
    private static func usedTokens(_ body: [UInt8]) -> Int64? {
        // Most answers of other services have no such word: a scan is cheaper than a parse.
        guard body.count <= ExecutorLimits.jsonBytes, body.contains("\"usage\""),
            let usage = (try? JSON(parsing: body))?["usage"]
        else { return nil }
        // Whoever answers may say anything: each figure is bounded before they are added.
        func tokens(_ name: String) -> Int64? {
            usage[name]?.integerValue.map { min(max(0, $0), AdmissionLimits.usedTokens) }
        }
        if let total = tokens("total_tokens") { return total }
        let parts = ["input_tokens", "cache_creation_input_tokens", "output_tokens"]
            .compactMap(tokens)
        return parts.isEmpty ? nil : min(parts.reduce(0, +), AdmissionLimits.usedTokens)
    }
}

extension [UInt8] {
    /// Whether the bytes of a text are among these; O(n).
    fileprivate func contains(_ text: String) -> Bool {
        let wanted = Array(text.utf8)
        guard let first = wanted.first, count >= wanted.count else { return false }
        var start = startIndex
        while let place = self[start...].firstIndex(of: first) {
            guard place + wanted.count <= count else { return false }
            if self[place..<place + wanted.count].elementsEqual(wanted) { return true }
            start = place + 1
        }
        return false
    }
}

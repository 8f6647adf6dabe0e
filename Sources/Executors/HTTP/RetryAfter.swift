internal import Values

/// The wait a server asks for in `Retry-After`.
///
/// Source: RFC 9110, sections 5.6.7 and 10.2.3. Of the dates only the one form that may be sent
/// today is read, `Sun, 06 Nov 1994 08:49:37 GMT`.
enum RetryAfter {
    /// Reads seconds or a date; nil where the text is neither, and else from zero to the bound.
    static func duration(_ text: String, now: Timestamp) -> Duration? {
        let wait: Duration
        if let seconds = UInt64(text) {
            wait = .seconds(Int64(min(seconds, 1 << 32)))
        } else if let moment = date(text) {
            wait = moment - now
        } else {
            return nil
        }
        return min(max(wait, .zero), ExecutorLimits.retryAfter)
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func date(_ text: String) -> Timestamp? {
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT",
            let month = months.firstIndex(of: String(words[2]))
        else { return nil }
        // RFC 3339 holds the same fields, and its reader checks them.
        let number = String(month + 101).dropFirst()
        return Timestamp("\(words[3])-\(number)-\(words[1])T\(words[4])Z")
    }
}

import Values

/// Durations as the dialects write them, as texts of the canonical form.
///
/// What is no duration stays as it is, and is told where it stands.
enum DurationFields {
    /// Whole milliseconds.
    static func milliseconds(_ json: JSON) -> JSON {
        guard let count = json.integerValue, count >= 0, count <= Int64.max / 1_000_000 else {
            return json
        }
        return .string(Duration.milliseconds(count).text)
    }

    /// Whole seconds, or a text with a unit.
    static func seconds(_ json: JSON) -> JSON {
        guard let count = json.integerValue, count >= 0, count <= Int64.max / 1_000_000_000 else {
            return text(json)
        }
        return .string(Duration.seconds(count).text)
    }

    /// A text with a unit, in ISO 8601, or `{secs: …, nanos: …}` as programs write it.
    static func text(_ json: JSON) -> JSON {
        if let text = json.stringValue, let duration = Duration(parsing: text) {
            return .string(duration.text)
        }
        let hasOthers = json.objectValue?.contains { !["secs", "nanos"].contains($0.key) } == true
        if let whole = json["secs"]?.integerValue, whole >= 0, whole <= 9_000_000_000, !hasOthers {
            let rest = min(999_999_999, max(0, json["nanos"]?.integerValue ?? 0))
            return .string((Duration.seconds(whole) + .nanoseconds(rest)).text)
        }
        if let count = json.integerValue, count >= 0 { return seconds(json) }
        return json
    }
}

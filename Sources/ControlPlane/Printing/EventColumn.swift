internal import Values

/// The cells that only the table of events has.
enum EventColumn: String, Sendable, Hashable {
    case lastSeen, object, source, firstSeen, count

    static let columns: [PrinterColumn] = [
        column("Last Seen", "The time of the most recent occurrence.", .event(.lastSeen)),
        column("Type", "Type of this event (Normal, Warning).", .path(".type")),
        column("Reason", "Why the object changed, short and for machines.", .path(".reason")),
        column("Object", "The object that this event is about.", .event(.object)),
        column(
            "Subobject", "The part of the object that this event is about.",
            .path(".involvedObject.fieldPath"), priority: 1),
        column("Source", "The component reporting this event.", .event(.source), priority: 1),
        column("Message", "What happened, for people.", .path(".message")),
        column("First Seen", "The time of the first occurrence.", .event(.firstSeen), priority: 1),
        column("Count", "The number of times it has occurred.", .event(.count), priority: 1),
        PrinterColumn(
            name: "Name", type: "string", format: "name",
            description: "Name must be unique within a namespace.", priority: 1, source: .name),
    ]

    private static func column(
        _ name: String, _ description: String, _ source: PrinterColumn.Source, priority: Int = 0
    ) -> PrinterColumn {
        PrinterColumn(
            name: name, type: "string", description: description, priority: priority,
            source: source)
    }

    func cell(_ event: JSON, now: Timestamp) -> JSON {
        switch self {
        case .lastSeen:
            let last =
                event["series"]?["lastObservedTime"] ?? event["lastTimestamp"] ?? event["eventTime"]
            return .string(Age.text(since: last, now: now))
        case .firstSeen:
            return .string(
                Age.text(since: event["firstTimestamp"] ?? event["eventTime"], now: now))
        case .object:
            let kind = event["involvedObject"]?["kind"]?.stringValue ?? ""
            let name = event["involvedObject"]?["name"]?.stringValue ?? ""
            return .string("\(kind.lowercased())/\(name)")
        case .source:
            let component =
                event["source"]?["component"]?.stringValue
                ?? event["reportingComponent"]?.stringValue ?? ""
            let host = event["source"]?["host"]?.stringValue ?? ""
            return .string(host.isEmpty ? component : "\(component), \(host)")
        case .count:
            return event["series"]?["count"] ?? event["count"] ?? 1
        }
    }
}

/// How long ago something was, as kubectl's AGE columns say it.
enum Age {
    /// The age since a moment of an object; `<unknown>` where there is none.
    static func text(since json: JSON?, now: Timestamp) -> String {
        guard let text = json?.stringValue, let moment = Timestamp(text) else {
            return "<unknown>"
        }
        return human(now - moment)
    }

    /// Source: k8s.io/apimachinery/pkg/util/duration, HumanDuration.
    static func human(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        if seconds < -1 { return "<invalid>" }
        if seconds < 0 { return "0s" }
        if seconds < 120 { return "\(seconds)s" }
        let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400)
        func joined(_ first: Int64, _ unit: String, _ rest: Int64, _ restUnit: String) -> String {
            rest == 0 ? "\(first)\(unit)" : "\(first)\(unit)\(rest)\(restUnit)"
        }
        if minutes < 10 { return joined(minutes, "m", seconds % 60, "s") }
        if minutes < 180 { return "\(minutes)m" }
        if hours < 8 { return joined(hours, "h", minutes % 60, "m") }
        if hours < 48 { return "\(hours)h" }
        if hours < 192 { return joined(hours / 24, "d", hours % 24, "h") }
        if hours < 24 * 365 * 2 { return "\(days)d" }
        if hours < 24 * 365 * 8 { return joined(days / 365, "y", days % 365, "d") }
        return "\(days / 365)y"
    }
}

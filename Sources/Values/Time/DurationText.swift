extension Duration {
    /// Reads a duration as manifests write it: `30s`, `1h30m`, `250ms`, `PT15M`, or plain seconds.
    ///
    /// Units are `ns us µs ms s m h d` (Go's, with `d` for 24 hours) and those of ISO 8601 below the
    /// month. Nil where it is neither, negative, or over 292 years.
    public init?(parsing text: String) {
        guard case .nanoseconds(let nanoseconds) = Duration.reading(of: text) else { return nil }
        self = .nanoseconds(nanoseconds)
    }

    /// Why a text is no duration, for messages that end with it: it is none, or too long; nil where it
    /// is one.
    public static func objection(to text: String) -> String? {
        switch reading(of: text) {
        case .nanoseconds: nil
        case .tooLong: "is longer than a duration may be, 292 years"
        case .malformed: "is not a duration"
        }
    }

    /// What a text says.
    private enum Reading {
        case nanoseconds(Int64)
        case tooLong
        case malformed

        /// The sum, where both have one.
        func adding(_ other: Int64) -> Reading {
            guard case .nanoseconds(let value) = self else { return self }
            let (sum, overflow) = value.addingReportingOverflow(other)
            return overflow ? .tooLong : .nanoseconds(sum)
        }
    }

    private static func reading(of text: String) -> Reading {
        text.utf8.first == UInt8(ascii: "P") ? iso8601(text) : go(text)
    }

    /// The duration as Kubernetes prints ages and Go prints durations: `1h30m`, `250ms`, `0s`.
    public var text: String {
        var rest = nanoseconds
        if rest == 0 { return "0s" }
        var text = rest < 0 ? "-" : ""
        rest = rest == .min ? .max : abs(rest)
        if rest < 1_000_000_000 {
            let (scale, unit): (Int64, String) =
                rest < 1000 ? (1, "ns") : rest < 1_000_000 ? (1000, "µs") : (1_000_000, "ms")
            return text + Duration.decimal(rest, scale) + unit
        }
        for (scale, unit) in [(3_600_000_000_000, "h"), (60_000_000_000, "m")] as [(Int64, String)]
        where rest >= scale {
            text += "\(rest / scale)\(unit)"
            rest %= scale
        }
        return rest == 0 ? text : text + Duration.decimal(rest, 1_000_000_000) + "s"
    }

    private static func decimal(_ value: Int64, _ scale: Int64) -> String {
        guard value % scale != 0 else { return String(value / scale) }
        var fraction = String(value % scale + scale).dropFirst()
        while fraction.hasSuffix("0") { fraction = fraction.dropLast() }
        return "\(value / scale).\(fraction)"
    }

    private static let goUnits: [String: Int64] = [
        "ns": 1, "us": 1000, "µs": 1000, "ms": 1_000_000, "s": 1_000_000_000,
        "m": 60_000_000_000, "h": 3_600_000_000_000, "d": 86_400_000_000_000,
    ]

    private static func go(_ text: String) -> Reading {
        if let seconds = Int64(text), seconds >= 0 {
            let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
            return overflow ? .tooLong : .nanoseconds(product)
        }
        return sum(text[...], units: goUnits)
    }

    private static func iso8601(_ text: String) -> Reading {
        let parts = text.dropFirst().split(
            separator: "T", maxSplits: 1, omittingEmptySubsequences: false)
        guard let dayPart = parts.first else { return .malformed }
        let timePart = parts.count == 2 ? parts[1] : ""
        guard parts.count == 1 || !timePart.isEmpty, !(dayPart.isEmpty && timePart.isEmpty) else {
            return .malformed
        }
        let day: [String: Int64] = ["W": 604_800_000_000_000, "D": 86_400_000_000_000]
        let time: [String: Int64] = [
            "H": 3_600_000_000_000, "M": 60_000_000_000, "S": 1_000_000_000,
        ]
        let days = dayPart.isEmpty ? .nanoseconds(0) : sum(dayPart, units: day)
        let seconds = timePart.isEmpty ? .nanoseconds(0) : sum(timePart, units: time)
        guard case .nanoseconds(let rest) = seconds else {
            if case .malformed = days { return days }
            return seconds
        }
        return days.adding(rest)
    }

    /// The sum of numbers, each with a unit behind it.
    private static func sum(_ text: Substring, units: [String: Int64]) -> Reading {
        var rest = text
        var total = Reading.nanoseconds(0)
        guard !rest.isEmpty else { return .malformed }
        while !rest.isEmpty {
            let number = rest.prefix { $0 == "." || $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(number.count)
            let unit = rest.prefix { $0 != "." && !($0.isASCII && $0.isNumber) }
            rest = rest.dropFirst(unit.count)
            guard let scale = units[String(unit)] else { return .malformed }
            switch scaled(number, by: scale) {
            case .nanoseconds(let value): total = total.adding(value)
            case .tooLong: total = .tooLong
            case .malformed: return .malformed
            }
        }
        return total
    }

    private static func scaled(_ number: Substring, by scale: Int64) -> Reading {
        if let whole = Int64(number) {
            let (product, overflow) = whole.multipliedReportingOverflow(by: scale)
            return overflow ? .tooLong : .nanoseconds(product)
        }
        guard let decimal = Double(number) else { return .malformed }
        guard decimal * Double(scale) < 9e18 else { return .tooLong }
        return .nanoseconds(Int64((decimal * Double(scale)).rounded()))
    }
}

extension Duration {
    /// Reads a duration as manifests write it: `30s`, `1h30m`, `250ms`, `PT15M`, or plain seconds.
    ///
    /// Units are `ns us µs ms s m h d` (Go's, with `d` for 24 hours) and those of ISO 8601 below the
    /// month. Nil where it is neither, negative, or over 292 years.
    public init?(parsing text: String) {
        let body = text.utf8.first == UInt8(ascii: "P") ? Duration.iso8601(text) : Duration.go(text)
        guard let nanoseconds = body else { return nil }
        self = .nanoseconds(nanoseconds)
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

    private static func go(_ text: String) -> Int64? {
        if let seconds = Int64(text), seconds >= 0 {
            let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
            return overflow ? nil : product
        }
        return sum(text[...], units: goUnits)
    }

    private static func iso8601(_ text: String) -> Int64? {
        let parts = text.dropFirst().split(
            separator: "T", maxSplits: 1, omittingEmptySubsequences: false)
        guard let dayPart = parts.first else { return nil }
        let timePart = parts.count == 2 ? parts[1] : ""
        guard parts.count == 1 || !timePart.isEmpty, !(dayPart.isEmpty && timePart.isEmpty) else {
            return nil
        }
        let day: [String: Int64] = ["W": 604_800_000_000_000, "D": 86_400_000_000_000]
        let time: [String: Int64] = [
            "H": 3_600_000_000_000, "M": 60_000_000_000, "S": 1_000_000_000,
        ]
        guard let days = dayPart.isEmpty ? 0 : sum(dayPart, units: day),
            let seconds = timePart.isEmpty ? 0 : sum(timePart, units: time)
        else { return nil }
        let (total, overflow) = days.addingReportingOverflow(seconds)
        return overflow ? nil : total
    }

    /// The sum of numbers, each with a unit behind it.
    private static func sum(_ text: Substring, units: [String: Int64]) -> Int64? {
        var rest = text
        var total: Int64 = 0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let number = rest.prefix { $0 == "." || $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(number.count)
            let unit = rest.prefix { $0 != "." && !($0.isASCII && $0.isNumber) }
            rest = rest.dropFirst(unit.count)
            guard let scale = units[String(unit)], let value = scaled(number, by: scale) else {
                return nil
            }
            let (next, overflow) = total.addingReportingOverflow(value)
            guard !overflow else { return nil }
            total = next
        }
        return total
    }

    private static func scaled(_ number: Substring, by scale: Int64) -> Int64? {
        if let whole = Int64(number) {
            let (product, overflow) = whole.multipliedReportingOverflow(by: scale)
            return overflow ? nil : product
        }
        guard let decimal = Double(number), decimal * Double(scale) < 9e18 else { return nil }
        return Int64((decimal * Double(scale)).rounded())
    }
}

/// The texts of durations: read as Go writes them, written in seconds as CEL does.
enum DurationText {
    private static let units: [(name: String, nanoseconds: Int64)] = [
        ("ns", 1), ("us", 1000), ("µs", 1000), ("μs", 1000), ("ms", 1_000_000),
        ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000),
    ]

    /// The nanoseconds of a text such as `1h30m`, `-1.5s` or `0`; nil where it is no duration.
    static func nanoseconds(_ text: String) -> Int64? {
        var rest = text.utf8[...]
        var negative = false
        if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            negative = sign == UInt8(ascii: "-")
            rest = rest.dropFirst()
        }
        if rest.elementsEqual("0".utf8) { return 0 }
        guard !rest.isEmpty else { return nil }
        // Gathered below zero, where 64 bits reach one further.
        var total: Int64 = 0
        while !rest.isEmpty {
            guard let part = takePart(&rest) else { return nil }
            let (sum, overflow) = total.subtractingReportingOverflow(part)
            guard !overflow else { return nil }
            total = sum
        }
        guard !negative else { return total }
        return total == .min ? nil : -total
    }

    /// Takes a number and its unit.
    private static func takePart(_ rest: inout Substring.UTF8View) -> Int64? {
        var whole: Int64 = 0
        var digits = 0
        while let digit = takeDigit(&rest) {
            let (product, overflow) = whole.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(digit)
            guard !overflow, !carry else { return nil }
            whole = sum
            digits += 1
        }
        var fraction: Int64 = 0
        var scale: Int64 = 1
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            while let digit = takeDigit(&rest) {
                digits += 1
                guard scale < 1_000_000_000_000_000 else { continue }
                fraction = fraction * 10 + digit
                scale *= 10
            }
        }
        let unit = rest.prefix {
            !($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") || $0 == UInt8(ascii: "."))
        }
        rest = rest.dropFirst(unit.count)
        guard digits > 0, let size = units.first(where: { unit.elementsEqual($0.name.utf8) })
        else { return nil }
        let (product, overflow) = whole.multipliedReportingOverflow(by: size.nanoseconds)
        let part = Int64(
            truncatingIfNeeded: Int128(fraction) * Int128(size.nanoseconds) / Int128(scale))
        let (sum, carry) = product.addingReportingOverflow(part)
        return overflow || carry ? nil : sum
    }

    private static func takeDigit(_ rest: inout Substring.UTF8View) -> Int64? {
        guard let byte = rest.first, byte &- UInt8(ascii: "0") < 10 else { return nil }
        rest = rest.dropFirst()
        return Int64(byte - UInt8(ascii: "0"))
    }

    /// The duration in seconds: `3600s`, `-0.5s`.
    static func text(_ nanoseconds: Int64) -> String {
        let magnitude = nanoseconds.magnitude
        let sign = nanoseconds < 0 ? "-" : ""
        let (whole, fraction) = magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
        guard fraction != 0 else { return "\(sign)\(whole)s" }
        var digits = String(String(fraction + 1_000_000_000).dropFirst())
        while digits.hasSuffix("0") { digits.removeLast() }
        return "\(sign)\(whole).\(digits)s"
    }
}

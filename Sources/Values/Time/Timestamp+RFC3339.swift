extension Timestamp: CustomStringConvertible {
    /// The moment in RFC 3339, UTC, with as much of a fraction as it has, in groups of three digits.
    public var description: String {
        let fraction = nanoseconds.quotientRoundedDown(by: 1_000_000_000).remainder
        guard fraction != 0 else { return secondsText }
        var digits = String(fraction + 1_000_000_000).dropFirst()
        while digits.hasSuffix("000") { digits = digits.dropLast(3) }
        return secondsText.dropLast() + "." + digits + "Z"
    }

    /// The moment in RFC 3339, UTC, cut to whole seconds, as Kubernetes writes times.
    public var secondsText: String {
        let seconds = nanoseconds.quotientRoundedDown(by: 1_000_000_000).quotient
        let (days, second) = seconds.quotientRoundedDown(by: 86_400)
        let date = CivilDate(daysSinceEpoch: days)
        return pad(date.year, 4) + "-" + pad(date.month, 2) + "-" + pad(date.day, 2) + "T"
            + pad(second / 3600, 2) + ":" + pad(second / 60 % 60, 2) + ":" + pad(second % 60, 2)
            + "Z"
    }

    /// The moment in RFC 3339, UTC, with microseconds, as Kubernetes writes `MicroTime`.
    public var microsecondsText: String {
        let fraction = nanoseconds.quotientRoundedDown(by: 1_000_000_000).remainder / 1000
        return secondsText.dropLast() + "." + pad(fraction, 6) + "Z"
    }

    private func pad(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// Reads RFC 3339, with any offset and up to nine digits of fraction; nil where it is not that.
    public init?(_ text: String) {
        guard case .nanoseconds(let nanoseconds) = Timestamp.reading(of: text) else { return nil }
        self.init(nanoseconds: nanoseconds)
    }

    /// Why a text is no moment, for messages that end with it: it is not RFC 3339, or outside of the
    /// range; nil where it is one.
    public static func objection(to text: String) -> String? {
        switch reading(of: text) {
        case .nanoseconds: nil
        case .outOfRange: "is outside of the years 1678 to 2261 that a moment may be in"
        case .malformed: "is not a moment in RFC 3339"
        }
    }

    /// What a text says.
    private enum Reading {
        case nanoseconds(Int64)
        case outOfRange
        case malformed
    }

    private static func reading(of text: String) -> Reading {
        var reader = DigitReader(bytes: Array(text.utf8))
        guard let year = reader.number(4), reader.take("-"), let month = reader.number(2),
            reader.take("-"), let day = reader.number(2), reader.take("T") || reader.take("t"),
            let hour = reader.number(2), reader.take(":"), let minute = reader.number(2),
            reader.take(":"), let second = reader.number(2),
            let date = CivilDate(year: year, month: month, day: day),
            hour < 24, minute < 60, second < 61,
            let fraction = reader.fraction(), let offset = reader.offset(), reader.isAtEnd
        else { return .malformed }
        let seconds =
            date.daysSinceEpoch * 86_400 + hour * 3600 + minute * 60 + min(second, 59) - offset
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carry) = whole.addingReportingOverflow(fraction)
        return overflow || carry ? .outOfRange : .nanoseconds(sum)
    }
}

extension Int64 {
    /// The quotient and remainder of division that rounds down, so the remainder is never negative.
    func quotientRoundedDown(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

/// Reads the fixed-width fields of a date.
private struct DigitReader {
    let bytes: [UInt8]
    var position = 0

    var isAtEnd: Bool { position == bytes.count }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: scalar) else { return false }
        position += 1
        return true
    }

    mutating func number(_ width: Int) -> Int64? {
        guard position + width <= bytes.count else { return nil }
        var value: Int64 = 0
        for byte in bytes[position..<position + width] {
            guard let digit = DigitReader.digit(byte) else { return nil }
            value = value * 10 + digit
        }
        position += width
        return value
    }

    /// Reads an optional fraction, in nanoseconds.
    mutating func fraction() -> Int64? {
        guard take(".") else { return 0 }
        var value: Int64 = 0
        var width = 0
        while position < bytes.count, let digit = DigitReader.digit(bytes[position]) {
            guard width < 9 else { return nil }
            value = value * 10 + digit
            width += 1
            position += 1
        }
        guard width > 0 else { return nil }
        for _ in width..<9 { value *= 10 }
        return value
    }

    /// Reads the zone, in seconds east of UTC.
    mutating func offset() -> Int64? {
        if take("Z") || take("z") { return 0 }
        let east = take("+")
        guard east || take("-"), let hours = number(2), take(":"), let minutes = number(2),
            hours < 24, minutes < 60
        else { return nil }
        let seconds = hours * 3600 + minutes * 60
        return east ? seconds : -seconds
    }

    private static func digit(_ byte: UInt8) -> Int64? {
        let digit = byte &- UInt8(ascii: "0")
        return digit < 10 ? Int64(digit) : nil
    }
}

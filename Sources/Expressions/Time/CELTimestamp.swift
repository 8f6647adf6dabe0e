public import Values

/// A moment of years 1 to 9999, which is more than `Timestamp` holds.
public struct CELTimestamp: Sendable, Hashable, Comparable {
    /// Seconds since 1970-01-01T00:00:00Z.
    public let seconds: Int64
    /// Nanoseconds after the second, from 0.
    public let nanoseconds: Int32

    /// The first second of year 1 and the last of year 9999.
    static let secondsRange: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

    /// Makes a moment; nil where it is out of the range of years.
    public init?(seconds: Int64, nanoseconds: Int32 = 0) {
        guard CELTimestamp.secondsRange.contains(seconds), (0..<1_000_000_000).contains(nanoseconds)
        else { return nil }
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// Makes the moment another type holds.
    public init?(_ timestamp: Timestamp) {
        let (seconds, rest) = timestamp.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        self.init(
            seconds: rest < 0 ? seconds - 1 : seconds,
            nanoseconds: Int32(rest < 0 ? rest + 1_000_000_000 : rest))
    }

    /// Whether one moment is before the other.
    public static func < (first: CELTimestamp, second: CELTimestamp) -> Bool {
        (first.seconds, first.nanoseconds) < (second.seconds, second.nanoseconds)
    }

    /// The moment so many nanoseconds later; nil where it is out of range.
    func adding(nanoseconds delta: Int64) -> CELTimestamp? {
        let (whole, rest) = delta.quotientAndRemainder(dividingBy: 1_000_000_000)
        var seconds = seconds + whole
        var fraction = Int64(nanoseconds) + rest
        if fraction < 0 {
            fraction += 1_000_000_000
            seconds -= 1
        } else if fraction >= 1_000_000_000 {
            fraction -= 1_000_000_000
            seconds += 1
        }
        return CELTimestamp(seconds: seconds, nanoseconds: Int32(fraction))
    }

    /// The nanoseconds from another moment to this; nil where they do not fit 64 bits.
    func nanoseconds(since other: CELTimestamp) -> Int64? {
        let (whole, overflow) = (seconds - other.seconds).multipliedReportingOverflow(
            by: 1_000_000_000)
        let (sum, carry) = whole.addingReportingOverflow(Int64(nanoseconds - other.nanoseconds))
        return overflow || carry ? nil : sum
    }

    /// The days since 1970-01-01 and the second of the day, in a zone so many seconds east of UTC.
    func civil(secondsEast: Int64) -> (date: CivilDate, second: Int64) {
        let local = seconds + secondsEast
        var (days, second) = local.quotientAndRemainder(dividingBy: 86_400)
        if second < 0 {
            second += 86_400
            days -= 1
        }
        return (CivilDate(daysSinceEpoch: days), second)
    }

    /// The moment in RFC 3339, UTC, with as much of a fraction as it has.
    public var text: String {
        let (date, second) = civil(secondsEast: 0)
        let whole =
            pad(date.year, 4) + "-" + pad(date.month, 2) + "-" + pad(date.day, 2) + "T"
            + pad(second / 3600, 2) + ":" + pad(second / 60 % 60, 2) + ":" + pad(second % 60, 2)
        guard nanoseconds != 0 else { return whole + "Z" }
        var digits = pad(Int64(nanoseconds), 9)
        while digits.hasSuffix("0") { digits.removeLast() }
        return whole + "." + digits + "Z"
    }

    private func pad(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension CELTimestamp {
    /// Reads RFC 3339 with any offset and up to nine digits of fraction; nil where it is not that.
    public init?(_ text: String) {
        var reader = FieldReader(text)
        guard let year = reader.number(4), reader.take("-"), let month = reader.number(2),
            reader.take("-"), let day = reader.number(2), reader.take("T") || reader.take("t"),
            let hour = reader.number(2), reader.take(":"), let minute = reader.number(2),
            reader.take(":"), let second = reader.number(2), let fraction = reader.fraction(),
            let date = CivilDate(year: year, month: month, day: day),
            hour < 24, minute < 60, second < 60,
            let offset = reader.offset(), reader.isAtEnd
        else { return nil }
        self.init(
            seconds: date.daysSinceEpoch * 86_400 + hour * 3600 + minute * 60 + second - offset,
            nanoseconds: Int32(fraction))
    }
}

/// Reads the fixed-width fields of dates and offsets.
struct FieldReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) { bytes = Array(text.utf8) }

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
            let digit = byte &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            value = value * 10 + Int64(digit)
        }
        position += width
        return value
    }

    /// Reads an optional fraction, in nanoseconds.
    mutating func fraction() -> Int64? {
        guard take(".") else { return 0 }
        var value: Int64 = 0
        var width = 0
        while let digit = number(1) {
            guard width < 9 else { return nil }
            value = value * 10 + digit
            width += 1
        }
        guard width > 0 else { return nil }
        for _ in width..<9 { value *= 10 }
        return value
    }

    /// Reads `Z` or `+01:30`, in seconds east of UTC; where it may, a sign can be missing.
    mutating func offset(signIsOptional: Bool = false) -> Int64? {
        if !signIsOptional, take("Z") || take("z") { return 0 }
        let west = take("-")
        guard west || take("+") || signIsOptional, let hours = number(2), take(":"),
            let minutes = number(2), hours < 24, minutes < 60
        else { return nil }
        return (west ? -1 : 1) * (hours * 3600 + minutes * 60)
    }
}

internal import Values

/// What a zone's clock shows: its offset, and a second one in summer.
///
/// The rules are those that hold now, applied to every year: an expression gives the same answer on
/// every machine, at the price of not knowing what rules past years had.
struct TimeZoneRules: Sendable {
    private let standard: Int64
    private let summer: Int64
    private let change: (start: YearlyMoment, end: YearlyMoment)?

    private static let rulesByName: [String: TimeZoneRules] = {
        var rules: [String: TimeZoneRules] = [:]
        var current: TimeZoneRules?
        for word in TimeZoneTable.text.split(whereSeparator: \.isWhitespace) {
            if word.hasPrefix("=") {
                current = TimeZoneRules(posix: String(word.dropFirst()))
            } else {
                rules[String(word)] = current
            }
        }
        return rules
    }()

    /// The seconds east of UTC that a zone's clock shows at a moment; nil where there is no such zone.
    ///
    /// A zone is a name of the IANA database or an offset as `+05:30`, whose sign can be missing.
    static func secondsEast(of zone: String, at moment: Int64) -> Int64? {
        if let rules = rulesByName[zone] { return rules.secondsEast(at: moment) }
        var reader = FieldReader(zone)
        guard let offset = reader.offset(signIsOptional: true), reader.isAtEnd else { return nil }
        return offset
    }

    private func secondsEast(at moment: Int64) -> Int64 {
        guard let change else { return standard }
        let local = moment + standard
        let days = local >= 0 ? local / 86_400 : (local - 86_399) / 86_400
        let year = CivilDate(daysSinceEpoch: days).year
        // A change is told in the clock that is shown right before it.
        let start = change.start.seconds(year: year) - standard
        let end = change.end.seconds(year: year) - summer
        let isSummer =
            start < end ? moment >= start && moment < end : moment >= start || moment < end
        return isSummer ? summer : standard
    }

    /// Reads a rule; nil where it is not one.
    init?(posix text: String) {
        var reader = RuleReader(text)
        guard reader.skipName(), let offset = reader.time() else { return nil }
        standard = -offset
        guard !reader.isAtEnd else {
            summer = standard
            change = nil
            return
        }
        guard reader.skipName() else { return nil }
        if reader.next == UInt8(ascii: ",") {
            summer = standard + 3600
        } else {
            guard let offset = reader.time() else { return nil }
            summer = -offset
        }
        guard reader.take(","), let start = reader.moment(), reader.take(","),
            let end = reader.moment(), reader.isAtEnd
        else { return nil }
        change = (start, end)
    }
}

/// A moment of every year, as rules write it: `M3.2.0/2` or `J60`.
private struct YearlyMoment: Sendable {
    enum Day: Sendable {
        /// The n-th of a weekday in a month, 5 being the last.
        case weekday(month: Int64, week: Int64, day: Int64)
        /// A day of the year from 1, February 29 never counted.
        case julian(Int64)
        /// A day of the year from 0.
        case ordinal(Int64)
    }

    let day: Day
    /// Seconds after the day's midnight; may be negative or over a day.
    let time: Int64

    /// Seconds since the epoch, as if the zone were UTC.
    func seconds(year: Int64) -> Int64 { days(year: year) * 86_400 + time }

    private func days(year: Int64) -> Int64 {
        switch day {
        case .ordinal(let number): return first(year, 1) + number
        case .julian(let number):
            let isLeap = CivilDate.days(inMonth: 2, ofYear: year) == 29
            return first(year, 1) + number - 1 + (isLeap && number > 59 ? 1 : 0)
        case .weekday(let month, let week, let weekday):
            let start = first(year, month)
            let startDay = CivilDate(daysSinceEpoch: start).weekday
            var day = (weekday - startDay + 7) % 7 + (week - 1) * 7
            if day >= CivilDate.days(inMonth: month, ofYear: year) { day -= 7 }
            return start + day
        }
    }

    private func first(_ year: Int64, _ month: Int64) -> Int64 {
        CivilDate(year: year, month: month, day: 1)?.daysSinceEpoch ?? 0
    }
}

/// Reads the parts of a rule.
private struct RuleReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    var isAtEnd: Bool { position == bytes.count }

    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: scalar) else { return false }
        position += 1
        return true
    }

    /// Skips the abbreviation of a clock: letters, or anything in angle brackets.
    mutating func skipName() -> Bool {
        let start = position
        if take("<") {
            while let byte = next, byte != UInt8(ascii: ">") {
                _ = byte
                position += 1
            }
            return take(">")
        }
        while let byte = next, byte | 0x20 >= UInt8(ascii: "a"), byte | 0x20 <= UInt8(ascii: "z") {
            position += 1
        }
        return position > start
    }

    mutating func number() -> Int64? {
        var value: Int64?
        while let byte = next, byte &- UInt8(ascii: "0") < 10, value ?? 0 < 1000 {
            value = (value ?? 0) * 10 + Int64(byte - UInt8(ascii: "0"))
            position += 1
        }
        return value
    }

    /// Reads hours, and minutes and seconds where they are, with a sign, in seconds.
    mutating func time() -> Int64? {
        let negative = take("-")
        if !negative { _ = take("+") }
        guard let hours = number() else { return nil }
        var seconds = hours * 3600
        for scale in [60, 1] as [Int64] where take(":") {
            guard let part = number() else { return nil }
            seconds += part * scale
        }
        return negative ? -seconds : seconds
    }

    mutating func moment() -> YearlyMoment? {
        let day: YearlyMoment.Day
        if take("M") {
            guard let month = number(), (1...12).contains(month), take("."), let week = number(),
                (1...5).contains(week), take("."), let weekday = number(), weekday < 7
            else { return nil }
            day = .weekday(month: month, week: week, day: weekday)
        } else if take("J") {
            guard let number = number(), (1...365).contains(number) else { return nil }
            day = .julian(number)
        } else {
            guard let number = number(), number < 366 else { return nil }
            day = .ordinal(number)
        }
        guard take("/") else { return YearlyMoment(day: day, time: 7200) }
        return time().map { YearlyMoment(day: day, time: $0) }
    }
}

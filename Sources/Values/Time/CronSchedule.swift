/// When something recurs, as crontabs say it: minute, hour, day of the month, month, day of the week.
///
/// Fields hold numbers, ranges, lists, steps and the English names of months and days; `@hourly`,
/// `@daily`, `@midnight`, `@weekly`, `@monthly`, `@yearly` and `@annually` stand for whole schedules.
/// Where both days are restricted, a day need only be one of them, as in every cron since Version 7.
/// Anything else is refused rather than guessed. Source: crontab(5) of Vixie cron.
public struct CronSchedule: Sendable, Hashable {
    /// The minutes, hours, days of the month, months and days of the week, as bits by number; Sunday
    /// is 0.
    private let sets: [UInt64]
    private let isDayOpen: Bool
    private let isWeekdayOpen: Bool

    /// Why a text is no schedule.
    public struct Problem: Error, Sendable, Hashable {
        /// What is wrong, naming the field.
        public let message: String
        /// Where, in bytes of UTF-8 from the start of the text.
        public let offset: Int
    }

    private struct Field {
        let name: String
        let range: ClosedRange<Int>
        var names: [String] = []
    }

    private static let fields = [
        Field(name: "minute", range: 0...59), Field(name: "hour", range: 0...23),
        Field(name: "day of the month", range: 1...31),
        Field(
            name: "month", range: 1...12,
            names: [
                "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
            ]),
        Field(
            name: "day of the week", range: 0...7,
            names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
    ]

    private static let shorthands = [
        "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *",
        "@weekly": "0 0 * * 0", "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *",
        "@annually": "0 0 1 1 *",
    ]

    /// The longest text that is read.
    private static let maximumLength = 1024

    /// Reads a schedule.
    public init(parsing text: String) throws(Problem) {
        guard text.utf8.count <= CronSchedule.maximumLength else {
            throw Problem(message: "the schedule is too long", offset: 0)
        }
        var source = text
        if let start = text.utf8.firstIndex(where: { $0 != 0x20 }), text.utf8[start] == 0x40 {
            let word = text.split(separator: " ").joined(separator: " ").lowercased()
            guard let full = CronSchedule.shorthands[word] else {
                throw Problem(
                    message: "\"\(word)\" stands for no schedule",
                    offset: text.utf8.distance(from: text.utf8.startIndex, to: start))
            }
            source = full
        }
        let parts = source.utf8.split { $0 == 0x20 || $0 == 0x09 }
        func offset(_ index: Substring.UTF8View.Index) -> Int {
            source.utf8.distance(from: source.utf8.startIndex, to: index)
        }
        guard parts.count >= 5 else {
            throw Problem(
                message: "a schedule has five fields, and this has \(parts.count); the"
                    + " \(CronSchedule.fields[parts.count].name) is missing",
                offset: parts.last.map { offset($0.startIndex) } ?? 0)
        }
        guard parts.count == 5 else {
            throw Problem(
                message: "a schedule has five fields, and this has \(parts.count)",
                offset: offset(parts[5].startIndex))
        }
        var sets: [UInt64] = []
        for (field, part) in zip(CronSchedule.fields, parts) {
            sets.append(try CronSchedule.set(field, part, at: offset(part.startIndex)))
        }
        // Sunday may be written 7.
        if sets[4] & (1 << 7) != 0 { sets[4] = (sets[4] | 1) & 0x7F }
        self.sets = sets
        isDayOpen = parts[2].first == UInt8(ascii: "*")
        isWeekdayOpen = parts[4].first == UInt8(ascii: "*")
        guard CronSchedule.hasDay(sets, isDayOpen, isWeekdayOpen) else {
            throw Problem(
                message: "the day of the month does not exist in the months given",
                offset: offset(parts[2].startIndex))
        }
    }

    private static func set(
        _ field: Field, _ text: Substring.UTF8View, at start: Int
    ) throws(Problem) -> UInt64 {
        var bits: UInt64 = 0
        var place = start
        for item in text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            guard !item.isEmpty else {
                throw Problem(
                    message: "the \(field.name) has an empty part in its list", offset: place)
            }
            bits |= try CronSchedule.bits(field, item, at: place)
            place += item.count + 1
        }
        return bits
    }

    /// One part of a list: `*`, a value or a range, with or without a step.
    private static func bits(
        _ field: Field, _ item: Substring.UTF8View, at place: Int
    ) throws(Problem) -> UInt64 {
        let halves = item.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard halves.count <= 2 else {
            throw Problem(message: "the \(field.name) has two steps", offset: place)
        }
        var range = field.range
        // As a list of days, `*` is each of them once.
        if field.range.upperBound == 7 { range = 0...6 }
        let ends = halves[0].split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        let isStar = halves[0].elementsEqual("*".utf8)
        if !isStar {
            guard ends.count <= 2 else {
                throw Problem(
                    message: "the \(field.name) has a range of more than two ends", offset: place)
            }
            let first = try CronSchedule.number(field, ends[0], at: place)
            let second = place + ends[0].count + 1
            let last = ends.count == 2 ? try CronSchedule.number(field, ends[1], at: second) : first
            guard first <= last else {
                throw Problem(
                    message: "the range of the \(field.name) goes backwards, from \(first) to"
                        + " \(last)", offset: place)
            }
            range = first...last
        }
        var step = 1
        if halves.count == 2 {
            let text = String(halves[1]) ?? ""
            guard let number = Int(text), text.utf8.allSatisfy({ (0x30...0x39) ~= $0 }), number > 0,
                number <= field.range.upperBound
            else {
                throw Problem(
                    message: "the step of the \(field.name) is no number from 1 to"
                        + " \(field.range.upperBound)", offset: place + halves[0].count + 1)
            }
            guard isStar || ends.count == 2 else {
                throw Problem(
                    message: "the \(field.name) has a step without a range; write"
                        + " \(range.lowerBound)-\(field.range.upperBound)/\(number)", offset: place)
            }
            step = number
        }
        return stride(from: range.lowerBound, through: range.upperBound, by: step).reduce(0) {
            $0 | (1 << UInt64($1))
        }
    }

    private static func number(
        _ field: Field, _ text: Substring.UTF8View, at place: Int
    ) throws(Problem) -> Int {
        let word = String(text) ?? ""
        if let index = field.names.firstIndex(of: word.lowercased()) {
            return index + (field.range.lowerBound == 1 ? 1 : 0)
        }
        let isNumber = !word.isEmpty && word.utf8.allSatisfy { (0x30...0x39) ~= $0 }
        guard isNumber, let number = Int(word), field.range.contains(number) else {
            let names = field.names.isEmpty ? "" : ", or a name as \(field.names[0])"
            throw Problem(
                message: "the \(field.name) is \(JSON.string(word).text), and must be from"
                    + " \(field.range.lowerBound) to \(field.range.upperBound)\(names)",
                offset: place)
        }
        return number
    }

    /// Whether some day of some year is meant: 30 February is not.
    private static func hasDay(_ sets: [UInt64], _ isDayOpen: Bool, _ isWeekdayOpen: Bool) -> Bool {
        guard isWeekdayOpen, !isDayOpen else { return true }
        return (1...12).contains { month in
            sets[3] & (1 << UInt64(month)) != 0
                && (1...CronSchedule.longest(month)).contains { sets[2] & (1 << UInt64($0)) != 0 }
        }
    }

    private static func longest(_ month: Int) -> Int {
        Int(CivilDate.days(inMonth: Int64(month), ofYear: 2000))
    }
}

extension CronSchedule {
    /// Whether a day is one of the schedule's.
    public func contains(_ date: CivilDate) -> Bool {
        guard holds(3, date.month) else { return false }
        let day = holds(2, date.day)
        let weekday = holds(4, date.weekday)
        return isDayOpen || isWeekdayOpen ? day && weekday : day || weekday
    }

    /// Whether a minute of a day of the schedule is one of its.
    public func contains(hour: Int, minute: Int) -> Bool {
        holds(1, Int64(hour)) && holds(0, Int64(minute))
    }

    /// The first minute of the schedule after one, both as they stand on a clock on the wall: a day
    /// and its minutes from midnight.
    ///
    /// What a zone's change of its clocks makes of it is the caller's. Nil where there is none in 40
    /// years, which no schedule that was read has. Cost: one look a day.
    public func next(after date: CivilDate, minutes: Int) -> (date: CivilDate, minutes: Int)? {
        var first = minutes + 1
        let start = date.daysSinceEpoch
        for day in start...(start + 40 * 366) {
            let candidate = CivilDate(daysSinceEpoch: day)
            if contains(candidate), first < 1440 {
                let found = (first..<1440).first { contains(hour: $0 / 60, minute: $0 % 60) }
                if let found { return (candidate, found) }
            }
            first = 0
        }
        return nil
    }

    private func holds(_ field: Int, _ number: Int64) -> Bool {
        (0..<64).contains(number) && sets[field] & (1 << UInt64(number)) != 0
    }
}

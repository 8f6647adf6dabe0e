import Testing
import Values

@Suite struct CronScheduleTests {
    @Test(
        arguments: [
            ("*/15 * * * *", "2026-11-20 10:07", "2026-11-20 10:15"),
            ("30 4 * * 1-5", "2026-11-20 10:00", "2026-11-23 04:30"),
            ("0 0 1 jan *", "2026-11-20 00:00", "2027-01-01 00:00"),
            ("0 0 29 2 *", "2026-11-20 00:00", "2028-02-29 00:00"),
            ("0 12 13 * fri", "2026-11-20 12:00", "2026-11-27 12:00"),
            ("5,35 8-10/2 * * 7", "2026-11-20 00:00", "2026-11-22 08:05"),
            ("@daily", "2026-12-31 23:59", "2027-01-01 00:00"),
            (" @Weekly ", "2026-11-20 00:00", "2026-11-22 00:00"),
            ("59 23 31 12 *", "2026-12-31 23:59", "2027-12-31 23:59"),
        ])
    func `the next time is that of every cron`(
        text: String, now: String, expected: String
    ) throws {
        let schedule = try CronSchedule(parsing: text)
        let (date, minutes) = try moment(now)
        let next = try #require(schedule.next(after: date, minutes: minutes))
        let wanted = try moment(expected)
        #expect(next.date == wanted.date && next.minutes == wanted.minutes)
    }

    private func moment(_ text: String) throws -> (date: CivilDate, minutes: Int) {
        let numbers = text.split { " -:".contains($0) }.compactMap { Int64($0) }
        let date = try #require(CivilDate(year: numbers[0], month: numbers[1], day: numbers[2]))
        return (date, Int(numbers[3] * 60 + numbers[4]))
    }

    @Test(
        arguments: [
            ("", 0, "the minute is missing"), ("* * * *", 6, "the day of the week is missing"),
            ("* * * * * *", 10, "this has 6"), ("60 * * * *", 0, "from 0 to 59"),
            ("* 24 * * *", 2, "from 0 to 23"), ("* * 0 * *", 4, "from 1 to 31"),
            ("* * * foo *", 6, "the month is \"foo\""), ("* * * * mo", 8, "a name as sun"),
            ("1,,2 * * * *", 2, "empty part"), ("5-1 * * * *", 0, "backwards"),
            ("*/0 * * * *", 2, "the step of the minute"), ("*/x * * * *", 2, "the step"),
            ("5/10 * * * *", 0, "write 5-59/10"), ("1-2-3 * * * *", 0, "more than two ends"),
            ("*/2/3 * * * *", 0, "two steps"), ("0 0 30 2 *", 4, "does not exist"),
            ("@sometimes", 0, "stands for no schedule"), ("+1 * * * *", 0, "the minute is"),
            ("1,-2 * * * *", 2, "the minute is \"\""),
        ])
    func `anything else is refused, and the field is told`(
        text: String, offset: Int, message: String
    ) {
        let problem = #expect(throws: CronSchedule.Problem.self) {
            _ = try CronSchedule(parsing: text)
        }
        #expect(problem?.offset == offset)
        #expect(problem?.message.contains(message) == true, "\(problem?.message ?? "")")
    }
}

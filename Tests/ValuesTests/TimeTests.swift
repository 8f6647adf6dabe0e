import Testing
import Values

@Suite struct TimeTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("2000-02-29T12:00:00Z", 951_825_600),
        ("1969-12-31T23:59:59Z", -1), ("2026-11-20T09:10:05+02:00", 1_795_158_605),
    ])
    func `RFC 3339 is read`(text: String, seconds: Int64) throws {
        #expect(try #require(Timestamp(text)).nanoseconds == seconds * 1_000_000_000)
    }

    @Test(arguments: ["2026-11-20T09:10:05Z", "2026-11-20T09:10:05.123Z", "1900-03-01T00:00:00Z"])
    func `a moment survives a round trip`(text: String) throws {
        #expect(try #require(Timestamp(text)).description == text)
    }

    @Test(arguments: ["2026-02-30T00:00:00Z", "2026-11-20", "2026-11-20T25:00:00Z", ""])
    func `what is no moment is refused`(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test(arguments: [
        ("30s", 30_000), ("1h30m", 5_400_000), ("250ms", 250), ("PT15M", 900_000), ("5", 5000),
        ("P1DT1S", 86_401_000), ("1.5s", 1500),
    ])
    func `durations are read`(text: String, milliseconds: Int) {
        #expect(Duration(parsing: text) == .milliseconds(milliseconds))
    }

    @Test(arguments: ["", "5x", "-3s", "P", "PT", "s", "1h-2m", "PT99999999999HX"])
    func `what is no duration is refused`(text: String) {
        #expect(Duration(parsing: text) == nil)
        #expect(Duration.objection(to: text) == "is not a duration")
    }

    @Test(arguments: [
        "99999999999h", "99999999999999999999h", "99999999999999", "PT99999999999H",
        "200000d200000d",
    ])
    func `a duration that is too long is told as such`(text: String) {
        #expect(Duration(parsing: text) == nil)
        #expect(Duration.objection(to: text) == "is longer than a duration may be, 292 years")
    }

    @Test func `why a text is no moment`() {
        #expect(Timestamp.objection(to: "2026-01-01T00:00:00Z") == nil)
        #expect(Timestamp.objection(to: "yesterday") == "is not a moment in RFC 3339")
        #expect(
            Timestamp.objection(to: "9999-12-31T23:59:59Z")
                == "is outside of the years 1678 to 2261 that a moment may be in")
    }

    @Test(arguments: [("1h30m", 5400), ("45s", 45), ("0s", 0)])
    func `durations are written as Go writes them`(text: String, seconds: Int) {
        #expect(Duration.seconds(seconds).text == text)
    }

    @Test func `what would leave the range stops at its ends`() {
        let (first, last) = (Timestamp(nanoseconds: .min), Timestamp(nanoseconds: .max))
        let long = Duration.seconds(Int64.max) + .seconds(Int64.max)
        #expect(long.nanoseconds == .max && (.zero - long).nanoseconds == .min)
        #expect(Duration.nanoseconds(Int64.max).nanoseconds == .max)
        #expect(Duration.nanoseconds(Int64.min).nanoseconds == .min)
        #expect(Duration.nanoseconds(Int64.min + 1).nanoseconds == .min + 1)
        let middle = Timestamp(seconds: 0)
        #expect(middle + long == last && last + long == last)
        #expect(middle + (.zero - long) == first && first + (.zero - long) == first)
        #expect((last - first).nanoseconds == .max && (first - last).nanoseconds == .min)
        #expect(Timestamp(seconds: .max) == last && Timestamp(seconds: .min) == first)
    }

    @Test func `a sum stops at the ends of its type`() {
        #expect(Int64.max.addingClamping(1) == .max && Int64.max.addingClamping(-1) == .max - 1)
        #expect(Int64.min.addingClamping(-1) == .min && Int64.min.addingClamping(.max) == -1)
        #expect(UInt8(250).addingClamping(9) == 255 && UInt8(1).addingClamping(2) == 3)
    }

    @Test func `every day of eight centuries survives a round trip`() {
        for day in -146_097...146_097 {
            let date = CivilDate(daysSinceEpoch: Int64(day))
            #expect(date.daysSinceEpoch == Int64(day))
        }
    }
}

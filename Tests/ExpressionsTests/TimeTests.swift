import Expressions
import Testing
import Values

/// Moments, durations and the clocks of zones.
@Suite struct TimeTests {
    private func value(_ source: String) throws -> JSON {
        try Expression(parsing: source).evaluate(Bindings())
    }

    @Test(arguments: [
        // A minute before and at the changes of the clock.
        ("2026-03-08T07:59:00Z", "America/Chicago", 1),
        ("2026-03-08T08:00:00Z", "America/Chicago", 3),
        ("2026-11-01T06:59:00Z", "America/Chicago", 1),
        ("2026-11-01T07:00:00Z", "America/Chicago", 1),
        ("2026-03-29T00:59:00Z", "Europe/Berlin", 1), ("2026-03-29T01:00:00Z", "Europe/Berlin", 3),
        ("2026-10-25T00:59:00Z", "Europe/Berlin", 2), ("2026-10-25T01:00:00Z", "Europe/Berlin", 2),
        // Summer in the south spans the new year.
        ("2026-01-15T00:00:00Z", "Australia/Sydney", 11),
        ("2026-07-15T00:00:00Z", "Australia/Sydney", 10),
        // Winter time is the exception in Ireland's rule.
        ("2026-01-15T12:00:00Z", "Europe/Dublin", 12),
        ("2026-07-15T12:00:00Z", "Europe/Dublin", 13),
        ("2026-01-15T12:00:00Z", "Asia/Tokyo", 21), ("2026-01-15T12:00:00Z", "UTC", 12),
        ("2026-01-15T12:00:00Z", "America/Nuuk", 10), ("2026-01-15T12:00:00Z", "-03:30", 8),
        ("2026-01-15T12:00:00Z", "02:00", 14), ("2026-01-15T12:00:00Z", "EST5EDT", 7),
    ])
    func `a zone shows its hour`(moment: String, zone: String, hour: Int64) throws {
        #expect(try value("timestamp('\(moment)').getHours('\(zone)')") == .integer(hour))
    }

    @Test func `zones of half hours and wrong zones`() throws {
        #expect(try value("timestamp('2026-01-15T12:00:00Z').getMinutes('Asia/Kathmandu')") == 45)
        #expect(try value("timestamp('2026-01-15T12:00:00Z').getMinutes('America/St_Johns')") == 30)
        for zone in ["Mars/Olympus", "", "+25:00", "+1:00", "utc "] {
            #expect(throws: EvaluationError.self) {
                try value("timestamp('2026-01-15T12:00:00Z').getHours('\(zone)')")
            }
        }
    }

    @Test(
        arguments: [
            ("string(duration('1h30m'))", "5400s"), ("string(duration('-1.5s'))", "-1.5s"),
            ("string(duration('1us') + duration('1ns'))", "0.000001001s"),
            ("string(duration('0'))", "0s"),
            ("string(duration('1d'))", nil), ("string(duration(''))", nil),
            ("string(duration('1'))", nil),
            ("string(duration('1.s'))", "1s"), ("string(duration('.5s'))", "0.5s"),
            ("string(duration('.s'))", nil), ("string(duration('9223372036s'))", "9223372036s"),
            ("string(duration('9223372037s'))", nil), ("string(duration('1h-1m'))", nil),
            ("string(timestamp('2024-02-29T23:59:59.5+00:30'))", "2024-02-29T23:29:59.5Z"),
            ("string(timestamp('2023-02-29T00:00:00Z'))", nil),
            ("string(timestamp('2023-02-01'))", nil),
            ("string(timestamp('0001-01-01T00:00:00+00:01'))", nil),
            ("string(timestamp(0))", "1970-01-01T00:00:00Z"),
            (
                "string(timestamp('1969-12-31T23:59:59.999Z') + duration('1ms'))",
                "1970-01-01T00:00:00Z"
            ),
        ] as [(String, JSON?)])
    func `durations and moments are read strictly`(source: String, expected: JSON?) throws {
        guard let expected else {
            #expect(throws: EvaluationError.self) { try value(source) }
            return
        }
        #expect(try value(source) == expected)
    }

    @Test func `a moment made from a Timestamp is the same`() throws {
        for text in [
            "1969-12-31T23:59:59.999999999Z", "2026-01-31T08:00:00Z", "1700-01-01T00:00:00Z",
        ] {
            let moment = try #require(Timestamp(text))
            #expect(CELTimestamp(moment) == CELTimestamp(text))
            #expect(CELTimestamp(moment)?.text == text)
        }
    }
}

/// A moment of wall-clock time: nanoseconds since 1970-01-01T00:00:00Z.
///
/// Nothing in the pure rooms reads a clock; moments are handed in. The range is that of 64 bits,
/// years 1678 to 2262, and arithmetic that would leave it stops at its ends. What is made of
/// ``nanoseconds`` by hand does not: it may begin at an end.
public struct Timestamp: Sendable, Hashable, Comparable {
    /// Nanoseconds since the epoch.
    public var nanoseconds: Int64

    /// Makes a moment from nanoseconds since the epoch.
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Makes a moment from whole seconds since the epoch.
    public init(seconds: Int64) {
        self.init(nanoseconds: seconds.multipliedClamping(by: 1_000_000_000))
    }

    /// Whether one moment is before the other.
    public static func < (first: Timestamp, second: Timestamp) -> Bool {
        first.nanoseconds < second.nanoseconds
    }

    /// The moment a duration later.
    public static func + (moment: Timestamp, duration: Duration) -> Timestamp {
        let (sum, overflow) = moment.nanoseconds.addingReportingOverflow(duration.nanoseconds)
        guard overflow else { return Timestamp(nanoseconds: sum) }
        return Timestamp(nanoseconds: duration < .zero ? .min : .max)
    }

    /// The duration from the second moment to the first.
    public static func - (first: Timestamp, second: Timestamp) -> Duration {
        let (difference, overflow) = first.nanoseconds.subtractingReportingOverflow(
            second.nanoseconds)
        guard overflow else { return .nanoseconds(difference) }
        return .nanoseconds(first < second ? Int64.min : Int64.max)
    }
}

extension Duration {
    /// The whole nanoseconds, stopping at the ends of 64 bits, which are 292 years.
    public var nanoseconds: Int64 {
        // Durations reach further than 64 bits of seconds, of which their components are made.
        guard self < .nanoseconds(Int64.max) else { return .max }
        guard self > .nanoseconds(Int64.min) else { return .min }
        let (seconds, attoseconds) = components
        return seconds.multipliedClamping(by: 1_000_000_000)
            .addingClamping(attoseconds / 1_000_000_000)
    }
}

extension Int64 {
    /// The product, stopping at the ends of 64 bits.
    func multipliedClamping(by factor: Int64) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: factor)
        guard overflow else { return product }
        return (self < 0) == (factor < 0) ? .max : .min
    }
}

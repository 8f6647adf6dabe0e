/// Waits that double, between two bounds, with jitter (law 20).
public struct Backoff: Sendable, Hashable {
    /// The first wait.
    public let minimum: Duration
    /// The longest wait.
    public let maximum: Duration
    /// The part of a wait that is random: 0.2 makes it 80 % to 100 % of the doubled one.
    public let jitter: Double

    /// Makes a backoff; bounds that are out of order or negative are a programmer's error and trap.
    public init(
        minimum: Duration = .milliseconds(5), maximum: Duration = .seconds(60), jitter: Double = 0.2
    ) {
        precondition(
            .zero < minimum && minimum <= maximum && (0...1).contains(jitter),
            "a backoff needs 0 < minimum <= maximum and a jitter in 0...1")
        self.minimum = minimum
        self.maximum = maximum
        self.jitter = jitter
    }

    /// The wait after so many failures before this one.
    ///
    /// - Parameter random: A number in 0..<1.
    public func delay(afterFailures count: Int, random: Double) -> Duration {
        var delay = minimum
        var doublings = 0
        while doublings < count, delay < maximum {
            delay = delay * 2
            doublings += 1
        }
        let whole = min(delay, maximum)
        return max(minimum, whole - whole * (jitter * random))
    }
}

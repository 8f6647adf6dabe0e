internal import POSIX
public import Values

/// Where time comes from: both clocks and the wait, so that tests can bring their own.
public struct TimeSource: Sendable {
    /// The wall clock, for what is written into objects.
    public let now: @Sendable () -> Timestamp
    /// The clock that only goes forward, for every decision about elapsed time.
    public let monotonic: @Sendable () -> Duration
    /// Waits for a duration, or throws at once when the task is cancelled.
    public let sleep: @Sendable (Duration) async throws -> Void

    /// Makes a source from its parts.
    public init(
        now: @escaping @Sendable () -> Timestamp,
        monotonic: @escaping @Sendable () -> Duration,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.now = now
        self.monotonic = monotonic
        self.sleep = sleep
    }

    /// The machine's own time.
    public static let system = TimeSource(
        now: { SystemClock.now() }, monotonic: { SystemClock.monotonic() },
        sleep: { duration in try await Task.sleep(for: duration) })
}

/// Where randomness comes from: a number in 0..<1 each time.
public struct RandomSource: Sendable {
    /// The next number.
    public let next: @Sendable () -> Double

    /// Makes a source from its function.
    public init(_ next: @escaping @Sendable () -> Double) { self.next = next }

    /// The machine's own randomness.
    public static let system = RandomSource { Double.random(in: 0..<1) }
}

internal import POSIX
public import Values

/// The clocks that attempts go by, and the wait.
public struct AttemptClock: Sendable {
    /// The wall clock.
    public let now: @Sendable () -> Timestamp
    /// The clock that only goes forward.
    public let monotonic: @Sendable () -> Duration
    /// Waits for a duration; returns early where the task is cancelled.
    public let sleep: @Sendable (Duration) async -> Void

    /// Makes a clock from its parts.
    public init(
        now: @escaping @Sendable () -> Timestamp,
        monotonic: @escaping @Sendable () -> Duration,
        sleep: @escaping @Sendable (Duration) async -> Void
    ) {
        self.now = now
        self.monotonic = monotonic
        self.sleep = sleep
    }

    /// The machine's own.
    public static let system = AttemptClock(
        now: { SystemClock.now() }, monotonic: { SystemClock.monotonic() },
        sleep: { duration in try? await WallTimer.sleep(for: duration) })

    /// The longest wait between two looks at a wall clock, which may be set forward.
    private static let slice = Duration.seconds(30)

    /// Waits for a moment of the wall clock; returns early where the task is cancelled.
    public func sleep(until moment: Timestamp) async {
        while !Task.isCancelled {
            let rest = moment - now()
            if rest <= .zero { return }
            await sleep(min(rest, AttemptClock.slice))
        }
    }

    /// The wall clock in whole milliseconds since 1970.
    public var milliseconds: Int64 { now().nanoseconds / 1_000_000 }
}

internal import Glibc
public import Values

/// The clocks of this machine.
public enum SystemClock {
    /// The wall-clock time; it may jump when the clock is set.
    public static func now() -> Timestamp {
        Timestamp(nanoseconds: read(CLOCK_REALTIME))
    }

    /// The time since the machine started; it never goes back.
    public static func monotonic() -> Duration {
        .nanoseconds(read(CLOCK_MONOTONIC))
    }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        _ = unsafe clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

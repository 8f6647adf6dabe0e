public import Values

/// Waiting for moments, without holding a thread.
public enum WallTimer {
    /// Returns at a moment of the wall clock or soon after; at once where it is past.
    ///
    /// The clock is looked at every 30 seconds, so a clock that is set forward wakes the sleeper.
    ///
    /// - Throws: `CancellationError` as soon as the task is cancelled.
    public static func sleep(until moment: Timestamp) async throws(CancellationError) {
        while true {
            let rest = moment - SystemClock.now()
            if rest <= .zero { return }
            try await sleep(for: min(rest, Limits.sleepSlice))
        }
    }

    /// Returns after a duration.
    ///
    /// - Throws: `CancellationError` as soon as the task is cancelled.
    public static func sleep(for duration: Duration) async throws(CancellationError) {
        do { try await Task.sleep(for: duration, clock: .continuous) } catch {
            throw CancellationError()
        }
    }
}

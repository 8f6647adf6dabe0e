internal import Streams
internal import Values
internal import Workflows

/// The enforcement of an attempt's deadline.
enum AttemptDeadline {
    /// Runs an operation, cancels it when the deadline passes, and returns after it has ended.
    ///
    /// What had succeeded by then stays a success. When the caller's own task is cancelled, the
    /// operation's outcome is given as it is.
    static func enforce(
        _ deadline: Timestamp?, by clock: AttemptClock = .system,
        _ operation: @escaping @Sendable () async -> AttemptOutcome
    ) async -> AttemptOutcome {
        guard let deadline else { return await operation() }
        guard clock.now() < deadline else { return .failed(passed(deadline)) }
        return await withTaskGroup(of: AttemptOutcome?.self) { group in
            group.addTask { await operation() }
            group.addTask {
                await clock.sleep(until: deadline)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            if let first { return first }
            // The sleeper is done: at the deadline, or since the caller was cancelled.
            let outcome = (await group.next() ?? nil) ?? .cancelled
            if case .succeeded = outcome { return outcome }
            return Task.isCancelled && clock.now() < deadline
                ? outcome : .failed(passed(deadline))
        }
    }

    private static func passed(_ deadline: Timestamp) -> TaskError {
        TaskError(
            type: TaskError.Kind.timeout,
            message: "the attempt did not end by its deadline, \(deadline)", isRetryable: true)
    }
}

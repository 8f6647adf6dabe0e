public import Expressions
import Values

/// How often and when a failed attempt is made again.
public struct RetryPolicy: Sendable, Hashable {
    /// How many attempts are made in all, at least 1.
    public var maxAttempts: Int
    /// The wait before the second attempt.
    public var initialInterval: Duration
    /// The longest wait between two attempts.
    public var maxInterval: Duration
    /// By how much each wait is longer than the one before, at least 1.
    public var backoffMultiplier: Double
    /// The part of each wait that is random, from 0 to 1.
    public var jitter: Double
    /// The types of errors that are tried again; nil leaves it to the error.
    public var retryableErrors: [String]?
    /// Decides in place of ``retryableErrors`` whether an attempt is made again, where one is left.
    ///
    /// Sees `error` (type, message, code) and `attempt`, beside `workflow` and `run`.
    public var retryIf: Expression?
    /// Other numbers for some types of errors, tried again unless ``retryIf`` vetoes it.
    public var perError: [String: RetryPolicy] = [:]

    /// Makes a policy; the defaults are those of a policy that is written but leaves a field out.
    public init(
        maxAttempts: Int = 3, initialInterval: Duration = .seconds(1),
        maxInterval: Duration = .seconds(60), backoffMultiplier: Double = 2, jitter: Double = 0.1,
        retryableErrors: [String]? = nil
    ) {
        self.maxAttempts = maxAttempts
        self.initialInterval = initialInterval
        self.maxInterval = maxInterval
        self.backoffMultiplier = backoffMultiplier
        self.jitter = jitter
        self.retryableErrors = retryableErrors
    }

    /// One attempt and no other: what holds where no policy is written.
    public static let none = RetryPolicy(maxAttempts: 1)

    /// The numbers that hold after an error: those of its type, or else these.
    public func numbers(for error: TaskError) -> RetryPolicy { perError[error.type] ?? self }

    /// Whether an error lets another attempt be made after so many.
    ///
    /// - Parameters:
    ///   - verdict: What ``retryIf`` says, which decides alone. Else a type in ``perError`` is tried
    ///     again; else a list of types decides, in which `*` stands for all; else the error.
    public func allowsRetry(
        after error: TaskError, attempts: Int, verdict: Bool? = nil
    ) -> Bool {
        guard attempts < numbers(for: error).maxAttempts else { return false }
        if let verdict { return verdict }
        if perError[error.type] != nil { return true }
        guard let retryableErrors else { return error.isRetryable }
        return retryableErrors.contains(error.type) || retryableErrors.contains("*")
    }

    /// The wait after the attempt of that number failed.
    ///
    /// - Parameters:
    ///   - attempt: The number of the attempt that failed, from 1.
    ///   - sample: A random number from 0 to 1, which places the wait between its full length and
    ///     that less the jitter.
    ///   - retryAfter: What the other side asked for, which the wait is never shorter than.
    public func delay(
        afterAttempt attempt: Int, sample: Double, retryAfter: Duration? = nil
    ) -> Duration {
        let longest = Double(max(0, maxInterval.nanoseconds))
        var wait = min(Double(max(0, initialInterval.nanoseconds)), longest)
        var step = 1
        while step < attempt, wait < longest, backoffMultiplier > 1, wait > 0 {
            wait = min(wait * backoffMultiplier, longest)
            step += 1
        }
        let share = min(1, max(0, jitter)) * min(1, max(0, sample))
        wait *= 1 - share
        let delay = Duration.nanoseconds(Int64(min(wait, 9e18)))
        return max(delay, retryAfter ?? .zero)
    }
}

/// What a failed task does to its run.
public enum FailureAction: String, Sendable, Hashable, CaseIterable {
    /// Ends the run: running tasks are cancelled, no more start.
    case fail = "Fail"
    /// Lets the other tasks go on.
    case `continue` = "Continue"
    /// Ends the run, and undoes what has completed by its compensations.
    case rollback = "Rollback"
}

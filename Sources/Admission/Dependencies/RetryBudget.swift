internal import Values

/// Keeps repetitions a small part of all requests, so that they do not finish off what fails.
///
/// A success pays in a part of a token, a repetition costs one, and a few come by themselves, so that
/// a dependency nobody calls otherwise is still tried again.
///
/// Sources: gRPC A6 (token ratio); Finagle's `RetryBudget` (minimum retries a second).
public struct RetryBudget: Sendable, Hashable {
    /// How much it gives.
    public struct Policy: Sendable, Hashable {
        /// What a success pays in: repetitions are about that part of requests.
        public var ratio: Double
        /// How many repetitions a second there always are.
        public var minimumPerSecond: Double
        /// The most it saves.
        public var capacity: Double

        /// Makes a policy.
        public init(ratio: Double = 0.2, minimumPerSecond: Double = 1, capacity: Double = 100) {
            self.ratio = max(0, ratio)
            // Never none at all: what waits for a repetition must get there.
            self.minimumPerSecond = max(0.001, minimumPerSecond)
            self.capacity = max(1, capacity)
        }
    }

    /// What it goes by.
    public let policy: Policy
    private var tokens: Double
    private var updated: Duration

    /// Makes a full budget.
    public init(policy: Policy = Policy(), at now: Duration) {
        self.policy = policy
        tokens = policy.capacity
        updated = now
    }

    /// How much there is.
    public func balance(at now: Duration) -> Double {
        let seconds = Double(max(.zero, now - updated).nanoseconds) / 1e9
        return min(policy.capacity, tokens + seconds * policy.minimumPerSecond)
    }

    /// When a repetition may be made; now, where one may at once.
    public func available(at now: Duration) -> Duration {
        let missing = 1 - balance(at: now)
        guard missing > 0 else { return now }
        return now + .nanoseconds(Int64((missing / policy.minimumPerSecond * 1e9).rounded(.up)))
    }

    /// Pays for a repetition.
    public mutating func withdraw(at now: Duration) { change(by: -1, at: now) }

    /// Pays in for a success.
    public mutating func deposit(at now: Duration) { change(by: policy.ratio, at: now) }

    /// Gives back what a repetition cost that was not made.
    public mutating func refund(at now: Duration) { change(by: 1, at: now) }

    private mutating func change(by amount: Double, at now: Duration) {
        tokens = min(policy.capacity, balance(at: now) + amount)
        updated = max(updated, now)
    }
}

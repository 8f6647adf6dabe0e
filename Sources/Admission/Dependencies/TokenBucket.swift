internal import Values

/// So much a minute, with as much at once.
///
/// The bucket is kept as the moment at which it will be full: exact in nanoseconds, without a timer.
/// What is known only afterwards may be taken beyond what there is; the bucket then owes.
///
/// Source: ITU-T I.371, the generic cell rate algorithm in its virtual-scheduling form.
public struct TokenBucket: Sendable, Hashable {
    /// How much it holds when full.
    public let capacity: Int64
    /// How long one token takes to come.
    private let interval: Int64
    private var fullAt: Duration

    /// Makes a full bucket.
    public init(perMinute limit: Int64, at now: Duration) {
        capacity = max(1, limit)
        interval = max(1, 60_000_000_000 / capacity)
        fullAt = now
    }

    /// How many tokens there are; below zero where it owes.
    public func level(at now: Duration) -> Int64 {
        guard fullAt > now else { return capacity }
        let missing = (fullAt - now).nanoseconds
        return capacity - (missing + interval - 1) / interval
    }

    /// When there will be so many, at most its capacity.
    public func available(_ count: Int64, at now: Duration) -> Duration {
        let wanted = min(max(0, count), capacity)
        return max(now, fullAt - .nanoseconds((capacity - wanted) * interval))
    }

    /// Takes tokens, or gives them back where the number is negative.
    public mutating func take(_ count: Int64, at now: Duration) {
        let (cost, overflow) = count.multipliedReportingOverflow(by: interval)
        let shift = overflow ? Int64.max / 4 : max(-Int64.max / 4, min(cost, Int64.max / 4))
        fullAt = max(now, max(now, fullAt) + .nanoseconds(shift))
    }

    /// Takes over what the other side says is left: never more than we count ourselves.
    public mutating func observe(remaining: Int64, at now: Duration) {
        let missing = capacity - max(0, min(remaining, capacity))
        fullAt = max(fullAt, now + .nanoseconds(missing * interval))
    }
}

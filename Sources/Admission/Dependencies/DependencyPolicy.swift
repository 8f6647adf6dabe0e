internal import Values

/// How requests to one dependency are limited and watched.
public struct DependencyPolicy: Sendable, Hashable {
    /// The most requests a minute; nil for no limit.
    public var requestsPerMinute: Int64?
    /// The most tokens a minute; nil for no limit.
    public var tokensPerMinute: Int64?
    /// The most requests at once; nil for no limit.
    public var maximumConcurrent: Int?
    /// When its circuit opens.
    public var breaker: CircuitBreaker.Policy
    /// How many requests may be repetitions.
    public var retryBudget: RetryBudget.Policy
    /// What is asked of its health.
    public var health: HealthThresholds
    /// Who is asked while it is out of order, best first.
    public var fallbacks: [String]
    /// How long a request waits while it and all fallbacks are out of order.
    public var patience: Duration

    /// Makes a policy; the defaults are those of a dependency of which nothing is said.
    public init(
        requestsPerMinute: Int64? = nil, tokensPerMinute: Int64? = nil,
        maximumConcurrent: Int? = nil, breaker: CircuitBreaker.Policy = CircuitBreaker.Policy(),
        retryBudget: RetryBudget.Policy = RetryBudget.Policy(),
        health: HealthThresholds = HealthThresholds(), fallbacks: [String] = [],
        patience: Duration = .seconds(300)
    ) {
        self.requestsPerMinute = requestsPerMinute
        self.tokensPerMinute = tokensPerMinute
        self.maximumConcurrent = maximumConcurrent
        self.breaker = breaker
        self.retryBudget = retryBudget
        self.health = health
        self.fallbacks = fallbacks
        self.patience = patience
    }
}

/// What is asked of a dependency's health, over the window of its breaker.
public struct HealthThresholds: Sendable, Hashable {
    /// The greatest part of requests that may fail.
    public var errorRate: Double?
    /// The least part of requests that must succeed.
    public var successRate: Double?
    /// The latency that 99 of 100 requests must keep.
    public var p99: Duration?

    /// Makes thresholds; nil asks nothing.
    public init(errorRate: Double? = nil, successRate: Double? = nil, p99: Duration? = nil) {
        self.errorRate = errorRate
        self.successRate = successRate
        self.p99 = p99
    }

    /// Whether nothing is asked.
    public var isEmpty: Bool { errorRate == nil && successRate == nil && p99 == nil }

    /// What of it does not hold; nil where all does.
    func violation(by health: Health) -> String? {
        if let errorRate, health.counts.failureRate > errorRate {
            return "\(health.counts.failures) of \(health.counts.total) requests failed"
        }
        if let successRate, 1 - health.counts.failureRate < successRate {
            return "only \(health.counts.successes) of \(health.counts.total) requests succeeded"
        }
        if let p99, let measured = health.p99, measured > p99 {
            return "99 of 100 requests take up to \(measured.text), and may take \(p99.text)"
        }
        return nil
    }
}

/// How a dependency did lately.
public struct Health: Sendable, Hashable {
    /// How its requests ended.
    public var counts: RequestWindow.Counts
    /// The latency that 99 of 100 of them kept; nil where there was none.
    public var p99: Duration?
}

/// Everything that decides whether one more request may go to one dependency now: its circuit, its
/// rate limits, its bulkhead, its retry budget and its health.
///
/// It is keyed by whoever owns the quota, and not by workflow or host: what one caller learns of a
/// limit holds for all.
public struct Dependency: Sendable {
    /// One request that passed; it is given back once, by ``finish(_:_:latency:observed:at:)`` or
    /// ``abandon(_:at:)``.
    public struct Pass: Sendable, Hashable {
        let term: CircuitBreaker.Term
        /// The term of the probe of its health; nil where it was not sent as one.
        let healthTerm: CircuitBreaker.Term?
        let isRetry: Bool
    }

    /// What it goes by.
    public private(set) var policy: DependencyPolicy
    /// Its circuit.
    public private(set) var breaker: CircuitBreaker
    /// Open while its health is worse than asked.
    public private(set) var degradation: CircuitBreaker
    /// What the last degradation was for.
    public private(set) var degradedReason: String?
    /// How many requests are under way.
    public private(set) var underWay = 0
    /// What it last told of its limits.
    public private(set) var observed = RateLimitObservation()
    /// Nothing passes before; nil where it did not ask for that.
    public private(set) var pausedUntil: Duration?
    private var requests: TokenBucket?
    private var tokens: TokenBucket?
    private var budget: RetryBudget
    private var window: RequestWindow

    /// Makes a dependency of which nothing is known yet.
    public init(policy: DependencyPolicy, at now: Duration) {
        self.policy = policy
        breaker = CircuitBreaker(policy: policy.breaker, at: now)
        degradation = CircuitBreaker(policy: policy.breaker, at: now)
        requests = policy.requestsPerMinute.map { TokenBucket(perMinute: $0, at: now) }
        tokens = policy.tokensPerMinute.map { TokenBucket(perMinute: $0, at: now) }
        budget = RetryBudget(policy: policy.retryBudget, at: now)
        window = RequestWindow(length: policy.breaker.window, measuresLatency: true)
    }

    /// Goes by another policy from now on; what is known stays as far as it still applies.
    public mutating func apply(_ policy: DependencyPolicy, at now: Duration) {
        guard policy != self.policy else { return }
        let old = self.policy
        self.policy = policy
        breaker.policy = policy.breaker
        degradation.policy = policy.breaker
        if policy.requestsPerMinute != old.requestsPerMinute {
            requests = policy.requestsPerMinute.map { TokenBucket(perMinute: $0, at: now) }
        }
        if policy.tokensPerMinute != old.tokensPerMinute {
            tokens = policy.tokensPerMinute.map { TokenBucket(perMinute: $0, at: now) }
        }
        if policy.retryBudget != old.retryBudget {
            budget = RetryBudget(policy: policy.retryBudget, at: now)
        }
        if policy.breaker.window != old.breaker.window {
            window = RequestWindow(length: policy.breaker.window, measuresLatency: true)
        }
    }

    /// How it did lately.
    public func health(at now: Duration) -> Health {
        Health(counts: window.counts(at: now), p99: window.percentile(0.99, at: now))
    }

    /// Whether its health is worse than asked, seen from now.
    public func isDegraded(at now: Duration) -> Bool { degradation.opens(at: now) != nil }

    /// Whether it works as asked, seen from now: its circuit lets requests pass, and its health too.
    public func isInOrder(at now: Duration) -> Bool {
        breaker.opens(at: now) == nil && degradation.opens(at: now) == nil
    }

    /// Lets a request pass, or says why not.
    public mutating func pass(
        named name: String, isRetry: Bool, at now: Duration
    ) -> GateVerdict<Pass> {
        if let opens = breaker.opens(at: now) {
            return .closed(
                .circuitOpen(name), until: opens == CircuitBreaker.never ? nil : opens)
        }
        if let pausedUntil, pausedUntil > now {
            return .closed(.rateLimited(name), until: pausedUntil)
        }
        if let most = policy.maximumConcurrent, underWay >= most {
            return .closed(.bulkhead(name), until: nil)
        }
        if isRetry, budget.available(at: now) > now {
            return .closed(.retryBudget(name), until: budget.available(at: now))
        }
        for bucket in [requests, tokens] {
            guard let available = bucket?.available(1, at: now), available > now else { continue }
            return .closed(.rateLimited(name), until: available)
        }
        guard let term = breaker.pass(at: now) else {
            return .closed(.circuitOpen(name), until: nil)
        }
        if isRetry { budget.withdraw(at: now) }
        requests?.take(1, at: now)
        underWay += 1
        return .passed(Pass(term: term, healthTerm: degradation.pass(at: now), isRetry: isRetry))
    }

    /// Takes note of how a request ended that passed.
    ///
    /// - Returns: What became of it by that, for users.
    public mutating func finish(
        _ pass: Pass, _ outcome: DependencyOutcome, latency: Duration,
        observed told: RateLimitObservation = RateLimitObservation(), at now: Duration
    ) -> [DependencyChange] {
        note(told, at: now)
        var changes: [DependencyChange] = []
        switch outcome {
        case .unknown:
            underWay -= 1
            breaker.abandon(pass.term)
            if let term = pass.healthTerm { degradation.abandon(term) }
            return []
        case .throttled(let retryAfter):
            underWay -= 1
            // It works, and says how much: nothing for the breaker. Without a time, a moment.
            let pause = min(max(retryAfter ?? .seconds(1), .zero), AdmissionLimits.pause)
            pausedUntil = max(pausedUntil ?? now, now + pause)
            breaker.abandon(pass.term)
            if let term = pass.healthTerm { degradation.abandon(term) }
            return []
        case .exhausted:
            underWay -= 1
            // Every other request would be answered the same: no need to count them.
            if case .open = breaker.state { return [] }
            breaker.open(at: now)
            return [.circuitOpened]
        case .succeeded, .refused, .failed: break
        }
        underWay -= 1
        let isSuccess = outcome != .failed
        if isSuccess { budget.deposit(at: now) }
        window.add(isSuccess: isSuccess, latency: latency, at: now)
        if breaker.record(isSuccess: isSuccess, of: pass.term, at: now) {
            if case .closed = breaker.state {
                changes.append(.circuitClosed)
            } else {
                changes.append(.circuitOpened)
            }
        }
        changes += judgeHealth(pass, isSuccess: isSuccess, latency: latency, at: now)
        return changes
    }

    /// Gives back the place of a request that never began.
    public mutating func abandon(_ pass: Pass, at now: Duration) {
        underWay -= 1
        breaker.abandon(pass.term)
        if let term = pass.healthTerm { degradation.abandon(term) }
        requests?.take(-1, at: now)
        if pass.isRetry { budget.refund(at: now) }
    }

    /// Takes note of the time.
    ///
    /// - Returns: What became of it by that, for users.
    public mutating func advance(to now: Duration) -> [DependencyChange] {
        degradation.advance(to: now)
        return breaker.advance(to: now) ? [.circuitHalfOpened] : []
    }

    /// Takes over that others found its circuit open, until a moment.
    ///
    /// - Returns: Whether that is news.
    public mutating func adoptOpen(until: Duration, at now: Duration) -> Bool {
        guard until > now else { return false }
        if case .open(let present) = breaker.state, present >= until { return false }
        breaker.open(at: now, until: until)
        return true
    }

    private mutating func judgeHealth(
        _ pass: Pass, isSuccess: Bool, latency: Duration, at now: Duration
    ) -> [DependencyChange] {
        guard !policy.health.isEmpty else { return [] }
        guard case .closed = degradation.state else {
            guard let term = pass.healthTerm else { return [] }
            // One probe is judged by itself: a percentile of one is its latency.
            let isGood = isSuccess && policy.health.p99.map { latency <= $0 } ?? true
            guard degradation.record(isSuccess: isGood, of: term, at: now) else { return [] }
            guard case .closed = degradation.state else { return [] }
            window.clear()
            degradedReason = nil
            return [.recovered]
        }
        let health = health(at: now)
        guard health.counts.total >= policy.breaker.minimumRequests,
            let violation = policy.health.violation(by: health)
        else { return [] }
        degradation.open(at: now)
        degradedReason = violation
        return [.degraded(violation)]
    }

    private mutating func note(_ told: RateLimitObservation, at now: Duration) {
        if let quota = told.requests {
            observed.requests = quota
            if let remaining = quota.remaining { requests?.observe(remaining: remaining, at: now) }
        }
        if let quota = told.tokens {
            observed.tokens = quota
            if let remaining = quota.remaining { tokens?.observe(remaining: remaining, at: now) }
        } else if let used = told.usedTokens {
            tokens?.take(max(0, used), at: now)
        }
        for quota in [told.requests, told.tokens] {
            guard let quota, quota.remaining == 0, let reset = quota.reset, reset > .zero else {
                continue
            }
            let until = now + min(reset, AdmissionLimits.pause)
            pausedUntil = max(pausedUntil ?? until, until)
        }
    }
}

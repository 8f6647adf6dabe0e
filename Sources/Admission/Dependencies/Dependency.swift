/// Everything that decides whether one more request may go to one dependency now: its circuit, its
/// rate limits, its bulkhead, its retry budget and its health.
///
/// It is keyed by whoever owns the quota, and not by workflow or host: what one caller learns of a
/// limit holds for all.
public struct Dependency: Sendable {
    /// One request that passed; it is given back once, by ``finish(_:_:latency:observed:at:)`` or
    /// ``abandon(_:at:)``.
    public struct Pass: Sendable, Hashable {
        /// The dependency of its name that it passed: there may be another by the time it ends.
        let incarnation: UInt64
        let term: CircuitBreaker.Term
        /// The term of the probe of its health; nil where it was not sent as one.
        let healthTerm: CircuitBreaker.Term?
        /// What it paid as a repetition; nil where it is none.
        let retry: RetryPayment?
        /// Until when what it paid could have been spent.
        let requestExpires: Duration
        let tokensExpire: Duration
        /// The tokens it is expected to use.
        let expectedTokens: Int64
    }

    /// What paid for a repetition.
    enum RetryPayment: Sendable, Hashable {
        /// What successes paid in.
        case savings
        /// A token of the bucket that all share, which could be spent until a moment.
        case token(expires: Duration)
    }

    /// Which of the dependencies it is that had its name one after the other.
    let incarnation: UInt64
    /// What it goes by.
    public private(set) var policy: DependencyPolicy
    /// Its circuit.
    public private(set) var breaker: CircuitBreaker
    /// Open while its health is worse than asked.
    public private(set) var degradation: CircuitBreaker
    /// What the last degradation was for.
    public private(set) var degradedReason: String?
    /// How many requests are under way, those that passed before it was made anew among them.
    public private(set) var underWay: Int
    /// What it last told of its limits.
    public private(set) var observed = RateLimitObservation()
    /// Nothing passes before; nil where it did not ask for that.
    public internal(set) var pausedUntil: Duration?
    var share: LimitShare
    private(set) var budget: RetryBudget
    /// The tokens that a request uses, on average of the last ones.
    private var meanTokens = 0.0
    var expectedTokens: Int64 { Int64(meanTokens.rounded(.up)) }
    private var window: RequestWindow

    /// Makes a dependency of which nothing is known yet.
    public init(policy: DependencyPolicy, at now: Duration) {
        self.init(policy: policy, at: now, incarnation: 0, underWay: 0)
    }

    /// Makes one in the place of another, of whose requests some are still under way.
    init(policy: DependencyPolicy, at now: Duration, incarnation: UInt64, underWay: Int) {
        self.incarnation = incarnation
        self.policy = policy
        self.underWay = underWay
        breaker = CircuitBreaker(policy: policy.breaker, at: now)
        degradation = CircuitBreaker(policy: policy.breaker, at: now)
        share = LimitShare(policy: policy)
        budget = RetryBudget(policy: policy.retryBudget)
        window = RequestWindow(length: policy.breaker.window, measuresLatency: true)
    }

    /// Goes by another policy from now on; what is known stays as far as it still applies.
    public mutating func apply(_ policy: DependencyPolicy, at now: Duration) {
        guard policy != self.policy else { return }
        let old = self.policy
        self.policy = policy
        breaker.policy = policy.breaker
        degradation.policy = policy.breaker
        share.apply(policy)
        if policy.retryBudget != old.retryBudget {
            budget = RetryBudget(policy: policy.retryBudget)
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
        if underWay >= share.permits(at: now) {
            if policy.maximumConcurrent.map({ underWay < $0 }) ?? false { share.isWanted = true }
            return .closed(.bulkhead(name), until: nil)
        }
        if isRetry, budget.savings < 1, let wait = wait(for: .retries, at: now) {
            return .closed(.retryBudget(name), until: wait.until)
        }
        for kind in [LimitKind.requests, .tokens] {
            guard let wait = wait(for: kind, at: now) else { continue }
            return .closed(.rateLimited(name), until: wait.until)
        }
        guard let term = breaker.pass(at: now) else {
            return .closed(.circuitOpen(name), until: nil)
        }
        var retry: RetryPayment?
        if isRetry {
            retry =
                budget.withdraw()
                ? .savings : .token(expires: share.take(1, of: .retries, at: now))
        }
        underWay += 1
        let expected = expectedTokens
        return .passed(
            Pass(
                incarnation: incarnation, term: term, healthTerm: degradation.pass(at: now),
                retry: retry,
                requestExpires: share.take(1, of: .requests, at: now),
                tokensExpire: share.take(expected, of: .tokens, at: now), expectedTokens: expected))
    }

    private struct Wait {
        /// When a token will be there; nil where only a draw can bring one.
        let until: Duration?
    }

    /// How a token is waited for; nil where one is there.
    private mutating func wait(for kind: LimitKind, at now: Duration) -> Wait? {
        let next = share.nextToken(kind, at: now)
        if let next, next <= now { return nil }
        share.isWanted = true
        return Wait(until: next)
    }

    /// Takes note of how a request ended that passed.
    ///
    /// - Returns: What became of it by that, for users.
    public mutating func finish(
        _ pass: Pass, _ outcome: DependencyOutcome, latency: Duration,
        observed told: RateLimitObservation = RateLimitObservation(), at now: Duration
    ) -> [DependencyChange] {
        underWay -= 1
        // What passed the one before says nothing of this one, which may be another service.
        guard pass.incarnation == incarnation else { return [] }
        note(told, expected: pass, at: now)
        var changes: [DependencyChange] = []
        switch outcome {
        case .unknown:
            breaker.abandon(pass.term)
            if let term = pass.healthTerm { degradation.abandon(term) }
            return []
        case .throttled(let retryAfter):
            // It works, and says how much: nothing for the breaker. Without a time, a moment.
            pause(for: retryAfter ?? .seconds(1), at: now)
            breaker.abandon(pass.term)
            if let term = pass.healthTerm { degradation.abandon(term) }
            return []
        case .exhausted:
            // Every other request would be answered the same: no need to count them.
            if case .open = breaker.state { return [] }
            breaker.open(at: now)
            return [.circuitOpened]
        case .succeeded, .refused, .failed: break
        }
        let isSuccess = outcome != .failed
        if isSuccess { budget.deposit() }
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
        guard pass.incarnation == incarnation else { return }
        breaker.abandon(pass.term)
        if let term = pass.healthTerm { degradation.abandon(term) }
        share.giveBack(1, of: .requests, expires: pass.requestExpires, at: now)
        share.giveBack(
            pass.expectedTokens, of: .tokens, expires: pass.tokensExpire, at: now)
        switch pass.retry {
        case .savings: budget.refund()
        case .token(let expires): share.giveBack(1, of: .retries, expires: expires, at: now)
        case nil: break
        }
    }

    /// Whether time alone changes it: its circuit is open, or it is kept from requests for its health.
    var hasOpenCircuit: Bool { breaker.isOpen || degradation.isOpen }

    /// Takes note of the time.
    ///
    /// - Returns: What became of it by that, for users.
    public mutating func advance(to now: Duration) -> [DependencyChange] {
        degradation.advance(to: now)
        return breaker.advance(to: now) ? [.circuitHalfOpened] : []
    }

    /// Takes over that others found its circuit open, until a moment, which is believed as far as a
    /// circuit can stay open.
    ///
    /// - Returns: Whether that is news.
    public mutating func adoptOpen(until: Duration, at now: Duration) -> Bool {
        let until = min(until, now + AdmissionLimits.openDuration)
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

    private mutating func note(
        _ told: RateLimitObservation, expected pass: Pass, at now: Duration
    ) {
        if let used = told.usedTokens.map({ min(max(0, $0), AdmissionLimits.usedTokens) }) {
            if used >= pass.expectedTokens {
                _ = share.take(used - pass.expectedTokens, of: .tokens, at: now)
            } else {
                share.giveBack(
                    pass.expectedTokens - used, of: .tokens, expires: pass.tokensExpire, at: now)
            }
            let weight = meanTokens == 0 ? 1 : AdmissionLimits.meanWeight
            meanTokens += (Double(used) - meanTokens) * weight
        }
        if let quota = told.requests {
            observed.requests = quota
            if let remaining = quota.remaining {
                share.observe(remaining, of: .requests, at: now)
            }
        }
        if let quota = told.tokens {
            observed.tokens = quota
            if let remaining = quota.remaining { share.observe(remaining, of: .tokens, at: now) }
        }
        for quota in [told.requests, told.tokens] where quota?.remaining == 0 {
            if let reset = quota?.reset { pause(for: reset, at: now) }
        }
        if let wait = told.retryAfter { pause(for: wait, at: now) }
    }

    /// Lets nothing pass for a while, as far as that is believed.
    private mutating func pause(for wait: Duration, at now: Duration) {
        guard wait > .zero else { return }
        let until = now + min(wait, AdmissionLimits.pause)
        pausedUntil = max(pausedUntil ?? until, until)
    }
}

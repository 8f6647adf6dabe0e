internal import Values

/// What one process holds of the limits of one dependency, and how it comes by more.
///
/// It begins with nothing. ``propose(on:for:_:at:wall:)`` says what to store, and
/// ``settle(_:_:)`` takes over what was. Until then, and where nobody knows whether it was, the
/// process has the less of what it had and of what it asked for.
struct LimitShare: Sendable {
    /// What a process needs.
    struct Need: Sendable {
        /// Tokens of each kind.
        var tokens: [LimitKind: Int64]
        /// Requests under way.
        var underWay: Int64
        /// Requests under way and those that wait.
        var permits: Int64
    }

    private var buckets: [LimitKind: SharedBucket] = [:]
    /// The most requests at once that all have together; nil for no limit.
    private var mostPermits: Int64?
    private var purses: [LimitKind: TokenPurse] = [:]
    private var uses: [LimitKind: RecentUse] = [:]
    /// When buckets will be full at the earliest, after what the dependency said is left.
    private var observedFull: [LimitKind: Duration] = [:]
    private var permits: Int64 = 0
    private var until = Duration.zero
    /// What it had before a proposal that is not settled.
    private var permitsBefore: Int64 = 0
    /// Whether it should propose something.
    var isWanted = false

    /// Makes a share of nothing.
    init(policy: DependencyPolicy) { apply(policy) }

    /// Goes by other limits from now on; what was drawn of those that changed is lost.
    mutating func apply(_ policy: DependencyPolicy) {
        var next: [LimitKind: SharedBucket] = [:]
        next[.requests] = policy.requestsPerMinute.map { SharedBucket(perMinute: $0) }
        next[.tokens] = policy.tokensPerMinute.map { SharedBucket(perMinute: $0) }
        next[.retries] = SharedBucket(
            perSecond: policy.retryBudget.minimumPerSecond, burst: policy.retryBudget.capacity)
        for kind in LimitKind.allCases where buckets[kind] != next[kind] {
            purses[kind] = next[kind] == nil ? nil : TokenPurse()
            observedFull[kind] = nil
        }
        buckets = next
        mostPermits = policy.maximumConcurrent.map { min(Int64($0), AdmissionLimits.concurrent) }
        if let mostPermits { permits = min(permits, mostPermits) }
    }

    /// How many requests may be under way.
    func permits(at now: Duration) -> Int64 {
        guard mostPermits != nil else { return .max }
        return now < until ? permits : 0
    }

    /// When a token may be taken; nil where only another draw brings one.
    func nextToken(_ kind: LimitKind, at now: Duration) -> Duration? {
        guard let purse = purses[kind] else { return now }
        return purse.nextToken(at: now)
    }

    /// Takes tokens, beyond what there is where that does not suffice, and asks for more in time.
    ///
    /// - Returns: Until when they could have been spent.
    mutating func take(_ count: Int64, of kind: LimitKind, at now: Duration) -> Duration {
        guard count > 0, let expires = purses[kind]?.take(count, at: now) else { return now }
        uses[kind, default: RecentUse()].add(count, at: now)
        guard let purse = purses[kind] else { return expires }
        if purse.owed > 0 || purse.held < foreseen(kind, at: now) / 2 { isWanted = true }
        return expires
    }

    /// Gives tokens back that could be spent until a moment.
    mutating func giveBack(_ count: Int64, of kind: LimitKind, expires: Duration, at now: Duration)
    {
        guard count > 0 else { return }
        purses[kind]?.giveBack(count, expires: expires, at: now)
    }

    /// Believes who receives the requests that no more than so many are left.
    mutating func observe(_ remaining: Int64, of kind: LimitKind, at now: Duration) {
        guard let bucket = buckets[kind] else { return }
        let remaining = min(max(0, remaining), AdmissionLimits.figure)
        purses[kind]?.limit(to: remaining, at: now)
        let others = max(0, remaining - (purses[kind]?.held ?? 0))
        observedFull[kind] = max(
            observedFull[kind] ?? .zero, bucket.holding(atMost: others, at: now))
    }

    /// How many are likely to be used until the horizon; 0 where too few are to draw ahead.
    private func foreseen(_ kind: LimitKind, at now: Duration) -> Int64 {
        let count = uses[kind]?.count(at: now) ?? 0
        return count < AdmissionLimits.steadyUse ? 0 : count
    }

    /// Says what to store, so that the process has what it needs, as far as others leave it.
    ///
    /// - Parameters:
    ///   - stored: What is stored.
    ///   - holder: This process, in this life.
    ///   - now: The moment by the clock that the process counts by.
    ///   - wall: The same moment by the clock that all share, give or take the skew.
    mutating func propose(
        on stored: LimitLedger, for holder: String, _ need: Need, at now: Duration, wall: Timestamp
    ) -> LimitProposal {
        isWanted = false
        var draft = LimitDraft(on: stored, for: holder, at: now, wall: wall)
        guard draft.hasPlace else {
            draft.look(at: now)
            return draft.proposal()
        }
        for kind in LimitKind.allCases {
            guard let bucket = buckets[kind] else { continue }
            purses[kind]?.advance(to: now)
            draft.draw(
                kind, from: bucket, owed: purses[kind]?.owed ?? 0, observed: observedFull[kind],
                held: purses[kind]?.held ?? 0,
                needed: (need.tokens[kind] ?? 0).addingClamping(foreseen(kind, at: now)))
        }
        if let mostPermits {
            draft.divide(
                mostPermits, has: permits(at: now), underWay: need.underWay, wanted: need.permits)
        } else {
            draft.dropPermits()
        }
        let proposal = draft.proposal()
        permitsBefore = permits
        permits = min(permits, proposal.permits)
        return proposal
    }

    /// Takes over how the attempt to store a proposal ended.
    mutating func settle(_ proposal: LimitProposal, _ end: LimitProposal.End) {
        guard proposal.ledger != nil else { return }
        switch end {
        case .refused: permits = permitsBefore
        // What was drawn is lost, and what was given up is given up.
        case .unknown: break
        case .stored:
            permits = proposal.permits
            until = proposal.until
            for (kind, draw) in proposal.draws { purses[kind]?.add(draw) }
            for (kind, count) in proposal.debts { purses[kind]?.payOff(count) }
        }
    }
}

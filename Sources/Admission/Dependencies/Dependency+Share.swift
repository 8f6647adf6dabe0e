public import Values

/// How a dependency comes by its part of limits that several processes share.
extension Dependency {
    /// Whether it should propose something.
    public var wantsShare: Bool { share.isWanted }

    /// Says what to store of the limits that all share; see ``LimitLedger``.
    ///
    /// Whoever stores it tells by ``settle(_:_:)`` how that ended, before the next proposal.
    ///
    /// - Parameters:
    ///   - stored: What is stored.
    ///   - holder: This process, in this life: no other has the name.
    ///   - demand: Who waits for it.
    ///   - now: The moment, on the clock that the dependency counts by.
    ///   - wall: The same moment, by a clock that is at most ``AdmissionLimits/clockSkew`` from those
    ///     of others.
    public mutating func proposeShare(
        on stored: LimitLedger, for holder: String, _ demand: LimitDemand, at now: Duration,
        wall: Timestamp
    ) -> LimitProposal {
        let isClosed = breaker.opens(at: now) != nil || pausedUntil.map { $0 > now } == true
        let waiting = isClosed ? 0 : demand.waiting
        let most = policy.maximumConcurrent.map { Int64($0) } ?? AdmissionLimits.concurrent
        let startable = min(waiting, max(0, most - Int64(underWay)))
        let tokens = startable.multipliedReportingOverflow(by: max(1, expectedTokens))
        let need = LimitShare.Need(
            tokens: [
                .requests: startable, .tokens: tokens.overflow ? .max / 4 : tokens.partialValue,
                .retries: min(startable, max(0, demand.retries - Int64(budget.savings))),
            ], underWay: Int64(underWay), permits: Int64(underWay) + waiting)
        return share.propose(on: stored, for: holder, need, at: now, wall: wall)
    }

    /// Takes over how the attempt to store a proposal ended.
    public mutating func settle(_ proposal: LimitProposal, _ end: LimitProposal.End) {
        share.settle(proposal, end)
    }

    /// Takes over that others were asked to send nothing until a moment.
    ///
    /// - Returns: Whether that is news.
    public mutating func adoptPause(until: Duration, at now: Duration) -> Bool {
        // Times are stored in whole seconds: what differs by less is what is known already.
        guard until > now, until > (pausedUntil ?? .zero) + .seconds(1) else { return false }
        pausedUntil = min(until, now + AdmissionLimits.pause)
        return true
    }
}

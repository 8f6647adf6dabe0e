import Admission
import Engine
import Executors
import Kubernetes
import Observability
import Synchronization
import Values
import Workflows

/// Says when attempts may begin, for all runs of this process.
///
/// It keeps nothing that must survive: an attempt that waits is ready and no more, and after a
/// restart its run asks again, since when it waits. What providers are known to be, and what was
/// taken of their limits, is in their status.
final class AttemptAdmission: Sendable {
    /// How often those who wait are told where they are now.
    static let noticeInterval = Duration.seconds(5)
    /// The most that are told at once: each costs a write.
    static let maximumNotices = 200

    /// Whom it tells.
    struct Listener: Sendable {
        /// An attempt that waited has an answer.
        let answered: @Sendable (AttemptTicket, RunEvent) -> Void
        /// Something became of a provider.
        let providerChanged: @Sendable (_ name: String, DependencyChange) -> Void
        /// A request to a provider ended.
        let providerUsed: @Sendable (_ name: String) -> Void
        /// More of what all processes may take of a provider is wanted.
        let shareWanted: @Sendable (_ name: String) -> Void
        /// So much waits that nothing new should start, or that is over.
        let pressureChanged: @Sendable (_ isHigh: Bool) -> Void
    }

    private let time: TimeSource
    private let metrics: AdmissionMetrics
    private let limit: AdmissionConfiguration
    private let state: Mutex<AttemptAdmissionState>
    private let listener = Mutex<Listener?>(nil)
    /// One key: there is something to do.
    private let ticks: WorkQueue<Int>

    init(_ configuration: AdmissionConfiguration, time: TimeSource, metrics: AdmissionMetrics) {
        self.time = time
        self.metrics = metrics
        limit = configuration
        ticks = WorkQueue(time: time)
        var state = AttemptAdmissionState(
            marks: Watermarks(high: configuration.highWatermark, low: configuration.lowWatermark))
        state.queue.setCapacity(configuration.attempts, of: .total)
        for (name, amount) in configuration.resources {
            state.queue.setCapacity(amount, of: .resource(name))
        }
        for (namespace, weight) in configuration.weights {
            state.queue.setWeight(weight, of: namespace)
        }
        self.state = Mutex(state)
    }

    /// Sets whom it tells, before ``run()``.
    func listen(_ listener: Listener) { self.listener.withLock { $0 = listener } }

    /// How many attempts wait.
    var waitingCount: Int { state.withLock { $0.queue.waitingCount } }

    /// Lets those in whose time has come, until the task is cancelled.
    func run() async {
        ticks.add(0)
        await ticks.work(workers: 1) { _ in self.tick() }
    }

    /// Asks for an attempt; where it must wait, the listener is told later.
    func request(_ wish: AttemptWish) -> AttemptAnswer {
        let now = time.monotonic()
        // What waited before a restart has waited since.
        let age = wish.waitingSince.map { max(.zero, time.now() - $0) } ?? .zero
        let (answer, outcome) = state.withLock {
            state -> (AttemptAnswer, AttemptAdmissionOutcome) in
            if state.queue.isAdmitted(wish.ticket) { return (.admitted, AttemptAdmissionOutcome()) }
            let request = state.request(wish, limit)
            if state.queue.waitingCount >= AdmissionLimits.waiting {
                return (.refused(AttemptAdmission.full), AttemptAdmissionOutcome())
            }
            if let pool = state.queue.add(request, at: now, since: now - age) {
                return (.refused(AttemptAdmission.impossible(pool)), AttemptAdmissionOutcome())
            }
            state.tickets[wish.ticket.run.uid, default: []].insert(wish.ticket)
            var outcome = state.admit(at: now, metrics)
            guard let own = outcome.answers.firstIndex(where: { $0.ticket == wish.ticket }) else {
                return (.waits(state.tell(wish.ticket)), outcome)
            }
            // It may have waited so long before a restart that it is refused at once.
            if case .attemptRefused(_, let error) = outcome.answers.remove(at: own).event {
                return (.refused(error), outcome)
            }
            return (.admitted, outcome)
        }
        deliver(outcome, at: now)
        return answer
    }

    /// Takes a request back, or gives up what was admitted and did not begin.
    func withdraw(_ ticket: AttemptTicket) { change { $0.withdraw(ticket, at: $1) } }

    /// Takes back everything of a run that this process drives no more.
    func forget(run uid: String) {
        change { state, now in
            for ticket in state.tickets[uid] ?? [] { state.withdraw(ticket, at: now) }
            state.tickets[uid] = nil
            state.failedAtStandIn[uid] = nil
            for resource in state.limitedRuns.removeValue(forKey: uid) ?? [] {
                state.queue.setCapacity(nil, of: .run(uid, resource: resource))
            }
        }
    }

    /// Where an admitted attempt's requests go; nil where it goes through no provider.
    func route(of ticket: AttemptTicket) -> ProviderRoute? {
        state.withLock { state in
            guard let passage = state.passages[ticket] else { return nil }
            return ProviderRoute(
                name: ProviderName.resource(passage.name), endpoint: state.endpoints[passage.name],
                replacedEndpoint: passage.isFallback ? state.endpoints[passage.wanted] : nil)
        }
    }

    /// Takes note of how an admitted attempt ended.
    func finish(
        _ ticket: AttemptTicket, _ outcome: AttemptOutcome, latency: Duration,
        observed: RateLimitObservation
    ) {
        let now = time.monotonic()
        var observed = observed
        observed.retryAfter = observed.retryAfter ?? DependencyOutcome.pause(after: outcome)
        let result = state.withLock { [observed] state -> AttemptAdmissionOutcome in
            var changes: [(provider: String, change: DependencyChange)] = []
            var used: String?
            if let passage = state.passages.removeValue(forKey: ticket) {
                used = passage.name
                let told = DependencyOutcome(outcome)
                state.note(told, of: ticket, passage)
                metrics.providerRequests.increment([passage.name, told.word])
                if passage.isFallback {
                    metrics.fallbacks.increment([passage.wanted, passage.name])
                }
                changes = state.table.finish(
                    passage, told, latency: latency, observed: observed, at: now
                ).map { (passage.name, $0) }
                for gate in state.table.gates(to: passage.name) { state.queue.gateMayOpen(gate) }
            }
            state.queue.remove(ticket)
            state.tickets[ticket.run.uid]?.remove(ticket)
            var outcome = state.admit(at: now, metrics)
            outcome.changes = changes + outcome.changes
            outcome.used = used
            return outcome
        }
        deliver(result, at: now)
    }

    /// Takes a provider's wishes over, or forgets it where they are nil.
    func apply(_ name: String, _ policy: DependencyPolicy?, endpoint: String?) {
        change { state, now in
            state.endpoints[name] = endpoint
            if let policy {
                state.table.apply(policy, to: name, at: now)
            } else {
                state.table.remove(name)
            }
            for gate in state.table.gates(to: name) { state.queue.gateMayOpen(gate) }
        }
    }

    /// Takes over that another process found a provider's circuit open.
    func adoptOpen(_ name: String, for rest: Duration) -> Bool {
        let now = time.monotonic()
        return state.withLock { $0.table.adoptOpen(name, until: now + rest, at: now) }
    }

    /// Takes over that another process was asked to send a provider nothing for a while.
    func adoptPause(_ name: String, for rest: Duration) -> Bool {
        let now = time.monotonic()
        return state.withLock { $0.table.adoptPause(name, until: now + rest, at: now) }
    }

    /// Says what to store of the limits that all processes share; nil where the provider is unknown.
    ///
    /// Whoever asks tells by ``settle(_:_:_:)`` what became of it, before it asks again.
    func proposeShare(
        of name: String, on stored: LimitLedger, for holder: String
    ) -> LimitProposal? {
        let (now, wall) = (time.monotonic(), time.now())
        return state.withLock { state in
            state.table.proposeShare(
                of: name, on: stored, for: holder, state.queue.demand(for: name), at: now,
                wall: wall)
        }
    }

    /// Takes over what became of a proposal, and lets those in who waited for it.
    func settle(_ name: String, _ proposal: LimitProposal, _ end: LimitProposal.End) {
        change { state, _ in
            state.table.settle(name, proposal, end)
            for gate in state.table.gates(to: name) { state.queue.gateMayOpen(gate) }
        }
    }

    /// What is known of a provider.
    func dependency(_ name: String) -> Dependency? { state.withLock { $0.table[name] } }

    private func change(_ body: (inout AttemptAdmissionState, Duration) -> Void) {
        let now = time.monotonic()
        let outcome = state.withLock { state -> AttemptAdmissionOutcome in
            body(&state, now)
            return state.admit(at: now, metrics)
        }
        deliver(outcome, at: now)
    }

    private func tick() {
        let now = time.monotonic()
        let outcome = state.withLock { state -> AttemptAdmissionOutcome in
            var outcome = state.admit(at: now, metrics)
            state.notify(at: now, into: &outcome)
            return outcome
        }
        deliver(outcome, at: now)
    }

    private func deliver(_ outcome: AttemptAdmissionOutcome, at now: Duration) {
        if let wake = outcome.wake { ticks.add(0, after: max(.milliseconds(1), wake - now)) }
        guard let listener = listener.withLock({ $0 }) else { return }
        for (ticket, event) in outcome.answers { listener.answered(ticket, event) }
        for (provider, change) in outcome.changes { listener.providerChanged(provider, change) }
        if let used = outcome.used { listener.providerUsed(used) }
        for provider in outcome.sharesWanted { listener.shareWanted(provider) }
        if let pressure = outcome.pressure { listener.pressureChanged(pressure) }
    }

    private static let full = TaskError(
        type: TaskError.Kind.unschedulable, message: "too many attempts wait already",
        isRetryable: true)

    private static func impossible(_ pool: PoolName) -> TaskError {
        TaskError(
            type: TaskError.Kind.unschedulable,
            message:
                "the attempt needs more of \(pool) than there is; lower its resources, or raise"
                + " the limit", isRetryable: false)
    }
}

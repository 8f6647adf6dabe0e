import Admission
import Engine
import Observability
import Values
import Workflows

/// What waits, what is admitted, and what is known of providers.
struct AttemptAdmissionState: Sendable {
    var queue = AdmissionQueue<AttemptTicket, DependencyTable.Passage>()
    var table = DependencyTable()
    var passages: [AttemptTicket: DependencyTable.Passage] = [:]
    /// The attempts of each run that wait or are admitted.
    var tickets: [String: Set<AttemptTicket>] = [:]
    var endpoints: [String: String] = [:]
    /// What those who wait were told last.
    var told: [AttemptTicket: (position: Int, word: String)] = [:]
    /// The tasks of each run whose last attempt failed at a provider that stood in for theirs, with
    /// both; what is not known after a restart is taken to have failed at theirs.
    var failedAtStandIn: [String: [Int: (wanted: String, name: String)]] = [:]
    var limitedRuns: [String: Set<String>] = [:]
    var limitedNamespaces: Set<String> = []
    var marks: Watermarks
    var nextNotice = Duration.zero
}

/// What followed from a change, to be told outside the lock.
struct AttemptAdmissionOutcome: Sendable {
    var answers: [(ticket: AttemptTicket, event: RunEvent)] = []
    var changes: [(provider: String, change: DependencyChange)] = []
    var used: String?
    var sharesWanted: [String] = []
    var pressure: Bool?
    var wake: Duration?
}

extension AttemptAdmissionState {
    /// What a wish needs, in the terms of the queue.
    mutating func request(
        _ wish: AttemptWish, _ limit: AdmissionConfiguration
    ) -> AdmissionRequest<AttemptTicket> {
        let run = wish.ticket.run
        var demands = wish.takesPlace ? [Demand(.total, 1)] : []
        if wish.takesPlace, let most = limit.attemptsPerNamespace {
            demands.append(Demand(.namespace(run.namespace), 1))
            if limitedNamespaces.insert(run.namespace).inserted {
                queue.setCapacity(most, of: .namespace(run.namespace))
            }
        }
        for (name, amount) in wish.resources.sorted(by: { $0.key < $1.key }) where amount > 0 {
            demands.append(Demand(.resource(name), amount))
            guard let most = wish.runResources[name] else { continue }
            demands.append(Demand(.run(run.uid, resource: name), amount))
            if limitedRuns[run.uid, default: []].insert(name).inserted {
                queue.setCapacity(most, of: .run(run.uid, resource: name))
            }
        }
        let gate = gateName(of: wish)
        return AdmissionRequest(
            ticket: wish.ticket, namespace: run.namespace, priority: wish.priority,
            demands: demands,
            gate: gate.map { Gate($0, failedAt: failedAt(wish)) },
            patience: gate.map { table[$0]?.policy.patience ?? DependencyPolicy().patience })
    }

    private func gateName(of wish: AttemptWish) -> String? {
        gateName(wish.ticket.run.namespace, provider: wish.provider, executor: wish.executor)
    }

    /// The provider at which the task of a wish failed before; nil where it did at none.
    ///
    /// What was cut off did not fail, and what was never admitted reached nobody.
    private func failedAt(_ wish: AttemptWish) -> String? {
        guard let failure = wish.failure,
            !AttemptAdmissionState.unansweredErrors.contains(failure.errorType),
            let wanted = gateName(
                wish.ticket.run.namespace, provider: failure.config["provider"]?.stringValue,
                executor: failure.executor)
        else { return nil }
        let other = failedAtStandIn[wish.ticket.run.uid]?[wish.ticket.reference.task]
        return other.flatMap { $0.wanted == wanted ? $0.name : nil } ?? wanted
    }

    /// The errors of attempts that never began, or were cut off.
    private static let unansweredErrors: Set<String> = [
        EngineErrorType.interrupted, TaskError.Kind.circuitOpen, TaskError.Kind.interrupted,
        TaskError.Kind.providerNotFound, TaskError.Kind.unschedulable,
    ]

    /// Notes where an attempt failed, for the next one of its task.
    mutating func note(
        _ outcome: DependencyOutcome, of ticket: AttemptTicket,
        _ passage: DependencyTable.Passage
    ) {
        // What was cut off leaves what failed before it.
        guard outcome != .unknown else { return }
        let (uid, task) = (ticket.run.uid, ticket.reference.task)
        if passage.isFallback, outcome != .succeeded {
            failedAtStandIn[uid, default: [:]][task] = (passage.wanted, passage.name)
        } else if failedAtStandIn[uid]?.removeValue(forKey: task) != nil,
            failedAtStandIn[uid]?.isEmpty == true
        {
            failedAtStandIn[uid] = nil
        }
    }

    /// A task names its provider as such, or as its executor; an executor that is no provider is
    /// something else.
    private func gateName(_ namespace: String, provider: String?, executor: String?) -> String? {
        if let provider { return ProviderName.key(namespace, provider) }
        guard let executor else { return nil }
        let name = ProviderName.key(namespace, executor)
        return table[name] == nil ? nil : name
    }

    mutating func withdraw(_ ticket: AttemptTicket, at now: Duration) {
        if let passage = passages.removeValue(forKey: ticket) {
            table.abandon(passage, at: now)
            for gate in table.gates(to: passage.name) { queue.gateMayOpen(gate) }
        }
        queue.remove(ticket)
        told[ticket] = nil
        tickets[ticket.run.uid]?.remove(ticket)
    }

    /// Lets everybody in who may be, and gives up on those who waited too long.
    mutating func admit(
        at now: Duration, _ metrics: AdmissionMetrics
    ) -> AttemptAdmissionOutcome {
        var outcome = AttemptAdmissionOutcome()
        outcome.changes = table.advance(to: now).map { ($0.name, $0.change) }
        var admitted: [(AttemptTicket, DependencyTable.Passage?)] = []
        queue.admit(at: now, gates: &table) { grant in
            admitted.append((grant.ticket, grant.passage))
            metrics.admitted.increment([grant.priority.rawValue])
            metrics.waitSeconds.observe(grant.waited, [grant.priority.rawValue])
        }
        for (ticket, passage) in admitted {
            passages[ticket] = passage
            told[ticket] = nil
            outcome.answers.append((ticket, .attemptAdmitted(ticket.reference)))
        }
        for (ticket, reason) in queue.expire(at: now) {
            told[ticket] = nil
            tickets[ticket.run.uid]?.remove(ticket)
            metrics.refused.increment([reason.word])
            outcome.answers.append(
                (ticket, .attemptRefused(ticket.reference, error(for: reason, at: now))))
        }
        outcome.sharesWanted = table.takeSharesWanted()
        if marks.update(queue.waitingCount) { outcome.pressure = marks.isHoldingBack }
        outcome.wake = queue.nextWake
        if queue.waitingCount > 0 {
            outcome.wake = min(outcome.wake ?? nextNotice, max(nextNotice, now))
        }
        return outcome
    }

    private func error(for reason: WaitReason, at now: Duration) -> TaskError {
        guard case .circuitOpen(let name) = reason else {
            return TaskError(
                type: TaskError.Kind.providerNotFound,
                message: "there is no Provider as the task names it: it waited for \(reason)",
                isRetryable: true)
        }
        var rest: Duration?
        if case .open(let until)? = table[name]?.breaker.state { rest = max(.zero, until - now) }
        return TaskError(
            type: TaskError.Kind.circuitOpen,
            message: "the circuit of the provider \(ProviderName.resource(name)) stayed open",
            isRetryable: true, retryAfter: rest)
    }

    /// The sentence for one who waits, which is remembered as told.
    mutating func tell(_ ticket: AttemptTicket) -> String {
        let position = queue.position(of: ticket) ?? 1
        let reason = queue.reason(of: ticket) ?? .turn
        told[ticket] = (position, reason.word)
        return "\(reason.word): number \(position) in line"
            + (reason.subject.map { " for \($0)" } ?? "")
    }

    /// Tells those who wait where they are now, where that is news: another reason, or half as far.
    mutating func notify(at now: Duration, into outcome: inout AttemptAdmissionOutcome) {
        guard now >= nextNotice else { return }
        nextNotice = now + AttemptAdmission.noticeInterval
        var count = 0
        let waiting = told.sorted { first, second in
            (first.value.position, first.key.run.uid, first.key.reference.task)
                < (second.value.position, second.key.run.uid, second.key.reference.task)
        }
        for (ticket, last) in waiting where count < AttemptAdmission.maximumNotices {
            guard let reason = queue.reason(of: ticket), let position = queue.position(of: ticket)
            else { continue }
            guard reason.word != last.word || position <= last.position / 2 else { continue }
            count += 1
            outcome.answers.append(
                (ticket, .attemptQueued(ticket.reference, message: tell(ticket))))
        }
        if queue.waitingCount > 0 { outcome.wake = min(outcome.wake ?? nextNotice, nextNotice) }
    }
}

extension WaitReason {
    /// What is waited for, by its name in the namespace, where the word does not tell that.
    ///
    /// A status has little room for it: see `TextLimits.queueMessage`.
    fileprivate var subject: String? {
        switch self {
        case .turn, .backpressure: nil
        case .pool(let pool), .reserved(let pool):
            switch pool {
            case .total, .namespace: nil
            case .resource, .run: pool.description
            }
        case .circuitOpen(let name), .rateLimited(let name), .bulkhead(let name),
            .retryBudget(let name), .unknownDependency(let name):
            ProviderName.resource(name)
        }
    }
}

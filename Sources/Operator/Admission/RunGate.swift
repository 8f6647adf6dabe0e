import Admission
import Kubernetes
import Synchronization
import Values

/// Says when runs may start.
///
/// Whether a run was admitted is in its status, written with its first checkpoint: after a restart
/// such a run is admitted still, and counted before any other is let in.
final class RunGate: Sendable {
    /// How often those who wait are looked at, to tell them where they are now.
    static let noticeInterval = Duration.seconds(5)
    /// The most that are told at once: each costs a write.
    static let maximumNotices = 50

    /// How a run waits.
    struct Wait: Sendable, Equatable {
        /// Its place among the waiting of its namespace, from 1.
        let position: Int
        /// For what.
        let reason: WaitReason
    }

    /// What a status says of a wait.
    struct Told: Sendable, Equatable {
        let position: Int
        let word: String
    }

    /// Whether a run may start.
    enum Answer: Sendable, Equatable {
        /// It may.
        case admitted
        /// Not yet; its key is given to the listener when it may.
        case waits(Wait)
    }

    fileprivate struct Ticket: Hashable, Sendable {
        let key: ObjectKey
        let uid: String
    }

    /// The one gate of all runs: it is closed while too many attempts wait.
    fileprivate struct Pressure: AdmissionGates {
        static let name = Gate("runs")
        var isHigh = false

        mutating func pass(_ gate: Gate, at now: Duration) -> GateVerdict<Bool> {
            isHigh ? .closed(.backpressure, until: nil) : .passed(true)
        }
    }

    /// One moment by both clocks.
    fileprivate struct Anchor {
        let wall: Timestamp
        let monotonic: Duration

        func monotonic(of moment: Timestamp) -> Duration { monotonic + (moment - wall) }
    }

    fileprivate struct State {
        /// What moments of creation are counted by: two objects of one second, as which the API
        /// tells them, must not be told apart by when the clocks were read.
        var anchor: Anchor?
        var queue = AdmissionQueue<Ticket, Bool>()
        var pressure = Pressure()
        var limitedNamespaces: Set<String> = []
        var told: [Ticket: Told] = [:]
        /// The number of its spec by which a waiting run was asked for; absent where it has none.
        var numbers: [Ticket: Int64] = [:]
        /// The UID under which a key waits or was admitted.
        var uids: [ObjectKey: String] = [:]
    }

    private let limit: AdmissionConfiguration
    private let time: TimeSource
    private let state: Mutex<State>

    init(_ configuration: AdmissionConfiguration, time: TimeSource) {
        limit = configuration
        self.time = time
        var state = State()
        state.queue.setCapacity(configuration.runs, of: .total)
        for (namespace, weight) in configuration.weights {
            state.queue.setWeight(weight, of: namespace)
        }
        self.state = Mutex(state)
    }

    /// How many runs wait.
    var waitingCount: Int { state.withLock { $0.queue.waitingCount } }

    /// Asks for a run, which is then known until ``forget(_:uid:)``; one that had its key before is
    /// forgotten.
    ///
    /// - Parameters:
    ///   - number: The number in its spec that says so; nil where its definition does.
    ///   - created: When its object was made: from then on it has waited, also over restarts.
    ///   - version: The object's version: those of one second are in its order.
    func request(
        _ key: ObjectKey, uid: String, priority: Admission.Priority, number: Int64? = nil,
        created: Timestamp?, version: ResourceVersion? = nil
    ) -> (Answer, admitted: [ObjectKey]) {
        let (now, wall) = (time.monotonic(), time.now())
        return state.withLock { state in
            let since = created.map { state.monotonic(of: $0, wall, now) } ?? now
            let ticket = Ticket(key: key, uid: uid)
            let request = state.request(ticket, priority, limit)
            if !state.queue.isAdmitted(ticket) {
                _ = state.queue.add(
                    request, at: now, since: min(now, since), sequence: version?.number ?? 0)
                // It may have waited already, as another class.
                state.queue.setPriority(priority, of: ticket)
                state.numbers[ticket] = number
            }
            var others = state.admit(at: now)
            others.removeAll { $0 == key }
            if state.queue.isAdmitted(ticket) { return (.admitted, others) }
            return (.waits(state.wait(of: ticket)), others)
        }
    }

    /// Counts a run that was admitted before.
    func restore(_ key: ObjectKey, uid: String) {
        let now = time.monotonic()
        state.withLock { state in
            let ticket = Ticket(key: key, uid: uid)
            guard !state.queue.isWaiting(ticket) else { return }
            state.queue.addAdmitted(state.request(ticket, .normal, limit), at: now)
        }
    }

    /// How a run waits; nil where it does not.
    func wait(of key: ObjectKey, uid: String) -> Wait? {
        state.withLock { state in
            let ticket = Ticket(key: key, uid: uid)
            return state.queue.isWaiting(ticket) ? state.wait(of: ticket) : nil
        }
    }

    /// Whether a waiting run was asked for by another number than its spec has now.
    func isOutdated(_ key: ObjectKey, uid: String, number: Int64?) -> Bool {
        state.withLock { $0.numbers[Ticket(key: key, uid: uid)] != number }
    }

    /// Notes what a waiting run's status says of its wait.
    func told(_ wait: Wait, to key: ObjectKey, uid: String) {
        state.withLock { state in
            let ticket = Ticket(key: key, uid: uid)
            guard state.queue.isWaiting(ticket) else { return }
            state.told[ticket] = Told(position: wait.position, word: wait.reason.word)
        }
    }

    /// Whether it is worth a write that a run waits so, after what was written last.
    static func isNews(_ wait: Wait, after last: Told?) -> Bool {
        guard let last else { return true }
        return wait.reason.word != last.word || wait.position <= last.position / 2
            || wait.position > last.position
    }

    /// Forgets a run that ended or is gone, and gives those that may start by that.
    func forget(_ key: ObjectKey, uid: String) -> [ObjectKey] {
        let now = time.monotonic()
        return state.withLock { state in
            let ticket = Ticket(key: key, uid: uid)
            state.queue.remove(ticket)
            state.told[ticket] = nil
            state.numbers[ticket] = nil
            if state.uids[key] == uid { state.uids[key] = nil }
            return state.admit(at: now)
        }
    }

    /// Forgets a run whose key another has now, and gives those that may start by that.
    func forgetPast(_ key: ObjectKey, before uid: String) -> [ObjectKey] {
        guard let past = state.withLock({ $0.uids[key] }), past != uid else { return [] }
        return forget(key, uid: past)
    }

    /// The same for whatever run has the key.
    func forget(_ key: ObjectKey) -> [ObjectKey] {
        guard let uid = state.withLock({ $0.uids[key] }) else { return [] }
        return forget(key, uid: uid)
    }

    /// Holds new runs back, or lets them in again, and gives those that may start by that.
    func setPressure(_ isHigh: Bool) -> [ObjectKey] {
        let now = time.monotonic()
        return state.withLock { state in
            state.pressure.isHigh = isHigh
            guard !isHigh else { return [] }
            state.queue.gateMayOpen(Pressure.name.name)
            return state.admit(at: now)
        }
    }

    /// The waiting runs whose status says something else than what is so now.
    func news() -> [ObjectKey] {
        state.withLock { state in
            let changed = state.told.filter { ticket, last in
                RunGate.isNews(state.wait(of: ticket), after: last)
            }
            let order = changed.sorted {
                ($0.value.position, $0.key.key) < ($1.value.position, $1.key.key)
            }
            return order.prefix(RunGate.maximumNotices).map(\.key.key)
        }
    }

    /// Looks at those who wait every now and then, until the task is cancelled.
    func run(_ tell: @Sendable ([ObjectKey]) -> Void) async {
        while !Task.isCancelled {
            do { try await time.sleep(RunGate.noticeInterval) } catch { return }
            let keys = news()
            if !keys.isEmpty { tell(keys) }
        }
    }
}

extension RunGate.State {
    /// A moment of the wall clock by the other one.
    fileprivate mutating func monotonic(
        of moment: Timestamp, _ wall: Timestamp, _ now: Duration
    ) -> Duration {
        let drift = anchor.map { $0.monotonic(of: wall) - now } ?? .seconds(2)
        if drift > .seconds(1) || drift < .seconds(-1) {
            anchor = RunGate.Anchor(wall: wall, monotonic: now)
        }
        return anchor?.monotonic(of: moment) ?? now
    }

    fileprivate mutating func request(
        _ ticket: RunGate.Ticket, _ priority: Admission.Priority, _ limit: AdmissionConfiguration
    ) -> AdmissionRequest<RunGate.Ticket> {
        let namespace = ticket.key.namespace
        // An object that is replaced may never be seen to be gone: what waits or was admitted under
        // its key before would keep its place for ever.
        if let past = uids.updateValue(ticket.uid, forKey: ticket.key), past != ticket.uid {
            let ghost = RunGate.Ticket(key: ticket.key, uid: past)
            queue.remove(ghost)
            told[ghost] = nil
            numbers[ghost] = nil
        }
        var demands = [Demand(.total, 1)]
        if let most = limit.runsPerNamespace {
            demands.append(Demand(.namespace(namespace), 1))
            if limitedNamespaces.insert(namespace).inserted {
                queue.setCapacity(most, of: .namespace(namespace))
            }
        }
        return AdmissionRequest(
            ticket: ticket, namespace: namespace, priority: priority, demands: demands,
            gate: RunGate.Pressure.name)
    }

    fileprivate mutating func admit(at now: Duration) -> [ObjectKey] {
        var tickets: [RunGate.Ticket] = []
        queue.admit(at: now, gates: &pressure) { tickets.append($0.ticket) }
        for ticket in tickets {
            told[ticket] = nil
            numbers[ticket] = nil
        }
        return tickets.map(\.key)
    }

    fileprivate func wait(of ticket: RunGate.Ticket) -> RunGate.Wait {
        RunGate.Wait(
            position: queue.position(of: ticket) ?? 1, reason: queue.reason(of: ticket) ?? .turn)
    }
}

internal import Values

/// A service that runs some work while this process holds a Lease.
public final class LeaderElector: Sendable {
    private enum End { case lost, workEnded, cancelled }

    private let client: KubernetesClient
    private let key: ObjectKey
    private let election: LeaseElection
    private let time: TimeSource
    private let random: RandomSource
    private let executor: (any TaskExecutor)?

    /// Makes a candidate; its identity must be no other's: the Pod's name, or random.
    ///
    /// - Parameter executor: what the lease is given back on; nil means the threads of the process.
    public init(
        client: KubernetesClient, lease: ObjectKey, identity: String,
        timing: LeaseElection.Timing = .init(), time: TimeSource = .system,
        random: RandomSource = .system, executor: (any TaskExecutor)? = nil
    ) {
        self.client = client
        self.key = lease
        self.time = time
        self.random = random
        self.executor = executor
        election = LeaseElection(key: lease, identity: identity, timing: timing)
    }

    /// Gets the lease, works while it is held, and gets it again when it was lost.
    ///
    /// The work is cancelled when the lease is lost and must end before the lease runs out for
    /// others. Returns when the work ends by itself or the task is cancelled, with the lease given
    /// back.
    ///
    /// - Parameter work: What to do in a term; the term's number grows with each change of holder.
    public func run(_ work: @escaping @Sendable (_ term: Int64) async -> Void) async {
        var election = election
        while !Task.isCancelled {
            guard let term = await acquire(&election) else { return }
            let held = election
            let (after, end) = await withTaskGroup(of: (LeaseElection?, End).self) { group in
                group.addTask {
                    await work(term)
                    return (nil, .workEnded)
                }
                group.addTask { await self.hold(held) }
                var result: (LeaseElection, End) = (held, .cancelled)
                var end: End?
                while let (state, childEnd) = await group.next() {
                    if end == nil { end = childEnd }
                    if let state { result.0 = state }
                    group.cancelAll()
                }
                result.1 = end ?? .cancelled
                return result
            }
            election = after
            if end == .lost { continue }
            await release(election)
            return
        }
    }

    /// Steps until the lease is held; nil when the task is cancelled.
    private func acquire(_ election: inout LeaseElection) async -> Int64? {
        var event = LeaseElection.Event.started
        while !Task.isCancelled {
            var term: Int64?
            for action in step(&election, event) {
                if case .lead(let number) = action {
                    term = number
                } else if term == nil {
                    event = await perform(action)
                }
            }
            if let term { return term }
        }
        return nil
    }

    /// Renews until the lease is lost or the task is cancelled.
    private func hold(_ election: LeaseElection) async -> (LeaseElection?, End) {
        var election = election
        while !Task.isCancelled {
            // The lease was just written, by `acquire` or by the last turn.
            var event = await perform(.wait(election.timing.retryPeriod))
            turn: while !Task.isCancelled {
                for action in step(&election, event) {
                    switch action {
                    case .stepDown: return (election, .lost)
                    case .wait: break turn
                    default: event = await perform(action)
                    }
                }
            }
        }
        return (election, .cancelled)
    }

    /// Gives the lease back, in a task of its own: this one may be cancelled, and is then no use.
    private func release(_ election: LeaseElection) async {
        await Task(executorPreference: executor) {
            var election = election
            var event = LeaseElection.Event.stopped
            while true {
                for action in self.step(&election, event) {
                    if case .finish = action { return }
                    event = await self.perform(action)
                }
            }
        }.value
    }

    private func step(
        _ election: inout LeaseElection, _ event: LeaseElection.Event
    ) -> [LeaseElection.Action] {
        var actions: [LeaseElection.Action] = []
        election.handle(
            event, at: time.monotonic(), wallTime: time.now(), random: random.next(),
            into: &actions)
        return actions
    }

    private func perform(_ action: LeaseElection.Action) async -> LeaseElection.Event {
        do {
            switch action {
            case .read(let timeout):
                do {
                    return .read(try await client.get(.leases, key, timeout: timeout))
                } catch let error where error.code == .notFound {
                    return .read(nil)
                }
            case .create(let lease, let timeout):
                return .written(
                    try await client.create(
                        .leases, lease, options: WriteOptions(timeout: timeout)))
            case .replace(let lease, let timeout):
                return .written(
                    try await client.replace(
                        .leases, lease, options: WriteOptions(timeout: timeout)))
            case .wait(let duration):
                try? await time.sleep(duration)
                return .waited
            case .lead, .stepDown, .finish: return .waited
            }
        } catch {
            return .failed(error)
        }
    }
}

import Admission
import GitOps
import Kubernetes
import Observability
import Resources
import Synchronization
import Values

/// Keeps Providers and what this process knows of them in step: their specs come in, what their
/// requests tell goes out into their status, and what other processes found is taken over.
final class ProviderController: Sendable {
    /// The shortest time between two writes of one status.
    static let minimumInterval = Duration.seconds(1)
    /// The shortest time between two looks at one provider: whoever still waits for a share after a
    /// look asks for the next at once, and would so keep this process busy until it gets one.
    static let lookInterval = Duration.milliseconds(100)
    /// How often figures are written that change all the time.
    static let figuresInterval = Duration.seconds(15)

    let context: OperatorContext
    private let admission: AttemptAdmission
    let cache: ObjectCache
    private let queue: WorkQueue<ObjectKey>
    private let written = Mutex<[ObjectKey: Duration]>([:])
    private let looked = Mutex<[ObjectKey: Duration]>([:])
    /// Those whose version was another than the one that was written on.
    private let refused = Mutex<Set<ObjectKey>>([])
    /// Those of which more is to be told than figures.
    private let news = Mutex<Set<ObjectKey>>([])

    init(context: OperatorContext, admission: AttemptAdmission, cache: ObjectCache) {
        self.context = context
        self.admission = admission
        self.cache = cache
        queue = WorkQueue(time: context.time, random: context.random)
    }

    /// Takes over what changed.
    func providersChanged(_ changes: [ObjectChange]) {
        for change in changes {
            let object = change.object
            let name = ProviderName.key(object.namespace, object.name)
            if case .deleted = change {
                admission.apply(name, nil, endpoint: nil)
                _ = written.withLock { $0.removeValue(forKey: object.key) }
                _ = looked.withLock { $0.removeValue(forKey: object.key) }
                _ = news.withLock { $0.remove(object.key) }
                _ = refused.withLock { $0.remove(object.key) }
                continue
            }
            guard let spec = try? ProviderSpec(object) else {
                // What was in force stays so: a typo must not lift every limit.
                tell(object.key)
                continue
            }
            admission.apply(name, spec.policy, endpoint: spec.endpoint)
            let now = context.time.now()
            if let rest = ProviderStatus.pausedElsewhere(object, holder: context.holder, now: now),
                admission.adoptPause(name, for: rest)
            {
                context.logger.info("asked to pause elsewhere", ["provider": .string(name)])
            }
            if let rest = ProviderStatus.openElsewhere(object, holder: context.holder, now: now),
                admission.adoptOpen(name, for: rest)
            {
                context.logger.info("circuit open elsewhere", ["provider": .string(name)])
            }
            if object.status["observedGeneration"]?.integerValue != object.generation {
                tell(object.key)
            }
            // A write met a version that was not known yet, and has waited for it longer and longer.
            if refused.withLock({ $0.remove(object.key) }) != nil {
                queue.forget(object.key)
                queue.add(object.key)
            }
            // What others want may be what this process holds and does not need.
            let ledger = LimitLedger(status: object.status)
            if ledger.share(of: context.holder) != nil,
                ledger.hasOthers(than: context.holder, at: now)
            {
                queue.add(object.key)
            }
        }
    }

    /// Tells users of a change, and writes it soon.
    func noteChange(of name: String, _ change: DependencyChange) {
        let key = ProviderName.objectKey(name)
        guard let object = cache.object(key) else { return }
        switch change {
        case .circuitOpened:
            context.metrics.admission.circuits.increment([name, "Open"])
            context.record(
                object, isWarning: true, reason: "CircuitOpened",
                message: "too many requests failed; none are sent for a while")
        case .circuitHalfOpened:
            context.metrics.admission.circuits.increment([name, "HalfOpen"])
        case .circuitClosed:
            context.metrics.admission.circuits.increment([name, "Closed"])
            context.record(
                object, isWarning: false, reason: "CircuitClosed", message: "it works again")
        case .degraded(let why):
            context.record(object, isWarning: true, reason: "Degraded", message: why)
        case .recovered:
            context.record(
                object, isWarning: false, reason: "Recovered", message: "its health is as asked")
        }
        tell(key)
    }

    /// Sees to it that the process gets more of what all may take of a provider.
    func noteWish(of name: String) { queue.add(ProviderName.objectKey(name)) }

    private func tell(_ key: ObjectKey) {
        news.withLock { _ = $0.insert(key) }
        queue.add(key)
    }

    /// Sees to it that what a request told is written, with what others tell meanwhile.
    func noteFigures(of name: String) {
        queue.add(ProviderName.objectKey(name), after: ProviderController.figuresInterval)
    }

    /// Works until the task is cancelled.
    func run() async { await queue.work(workers: 1) { await self.reconcile($0) } }

    private func reconcile(_ key: ObjectKey) async {
        // Until the cache shows our own last write, it shows the past (law 23).
        guard let current = cache.current(key) else {
            queue.add(key, after: ProviderController.minimumInterval)
            return
        }
        guard let object = current, !object.isDeleting else {
            queue.forget(key)
            return
        }
        let monotonic = context.time.monotonic()
        let last = written.withLock { $0[key] }
        if let last, monotonic - last < ProviderController.minimumInterval {
            queue.add(key, after: ProviderController.minimumInterval - (monotonic - last))
            return
        }
        if let early = lookedJustNow(at: key, monotonic) {
            queue.add(key, after: early)
            return
        }
        let name = ProviderName.key(object.namespace, object.name)
        let proposal = admission.proposeShare(
            of: name, on: LimitLedger(status: object.status), for: context.holder)
        if let again = proposal?.lookAgain {
            queue.add(key, after: max(ProviderController.minimumInterval, again - monotonic))
        }
        let hasNews = news.withLock { $0.remove(key) } != nil
        if !hasNews, proposal?.ledger == nil, let last,
            monotonic - last < ProviderController.figuresInterval
        {
            queue.add(key, after: ProviderController.figuresInterval - (monotonic - last))
            return
        }
        guard var status = status(of: object, monotonic) else { return }
        status["quota"] = proposal?.ledger.map { $0.json } ?? object.status["quota"]
        let end = await write(object, status, at: monotonic)
        if let proposal { admission.settle(name, proposal, end) }
        if end != .stored, hasNews { news.withLock { _ = $0.insert(key) } }
    }

    /// How long it is too early for another look; nil where it is time, which is noted.
    private func lookedJustNow(at key: ObjectKey, _ now: Duration) -> Duration? {
        looked.withLock { looked in
            if let last = looked[key], now - last < ProviderController.lookInterval {
                return ProviderController.lookInterval - (now - last)
            }
            looked[key] = now
            return nil
        }
    }

    private func write(
        _ object: KubernetesObject, _ status: JSON, at now: Duration
    ) async -> LimitProposal.End {
        let patch = StatusPatch.from(
            object.status, to: context.withoutSecrets(status: status, in: object.namespace))
        guard !patch.isEmpty else { return .stored }
        do {
            let stored = try await context.patchStatus(.providers, of: object, .object(patch))
            cache.recordWrite(stored)
            written.withLock { $0[object.key] = now }
            queue.forget(object.key)
            return .stored
        } catch {
            // On a conflict the informer brings what another process wrote, and this writes again.
            if error.code == .conflict {
                _ = refused.withLock { $0.insert(object.key) }
            } else {
                context.logger.warning(
                    "provider status not written",
                    ["provider": .string("\(object.key)"), "error": error.logField])
            }
            queue.addAfterBackoff(object.key)
            return error.outcomeUnknown ? .unknown : .refused
        }
    }

    private func status(of object: KubernetesObject, _ monotonic: Duration) -> JSON? {
        let now = context.time.now()
        do throws(InvalidProvider) { _ = try ProviderSpec(object) } catch {
            var status = object.status
            for (name, value) in ProviderStatus.invalid(error, object, now: now).objectValue ?? [:]
            {
                status[name] = value
            }
            return status
        }
        let name = ProviderName.key(object.namespace, object.name)
        return admission.dependency(name).map {
            ProviderStatus.json(
                of: $0, object, holder: context.holder, wall: now, monotonic: monotonic)
        }
    }
}

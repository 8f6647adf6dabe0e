import Engine
import GitOps
import Kubernetes
import Observability
import Resources
import Streams
import Synchronization
import Values
import Workflows

/// Drives every run of the cluster to its end.
///
/// The informer says which runs changed; the queue hands each to one worker at a time; the worker
/// steps the run's machine and performs what it asks for. All of a run's progress is in its status,
/// so a process that dies here loses nothing that was acknowledged.
final class RunController: Sendable {
    /// How many workers step runs at once; each spends its time waiting for the API server.
    static let workers = 32

    /// The reasons to wait that no event tells the end of.
    private static let polled: Set<String> = ["CheckpointNotFound", RunAdoption.damaged]

    let context: OperatorContext
    private let attempts: AttemptRunner
    private let streams: StreamStore
    private let admission: AttemptAdmission
    let gate: RunGate
    let cache: ObjectCache
    let results: ResultCache
    let definitions: @Sendable (_ kind: String, ObjectKey) -> KubernetesObject?
    let queue: WorkQueue<ObjectKey>
    private let drivers = Mutex<[ObjectKey: RunDriver]>([:])
    /// The runs that wait for a definition, or for another run.
    let waiting = WaitingRuns()
    private let yielded = YieldedRuns()
    /// The runs whose machines took an illegal step.
    let standing = StandingRuns()
    /// How many runs were taken up: drivers are told apart by it.
    private let adoptions = Atomic<Int>(0)

    /// Makes a controller over a cache of runs that an informer keeps.
    ///
    /// - Parameters:
    ///   - attempts: runs what the machines launch.
    ///   - streams: what tasks write that others read meanwhile.
    ///   - admission: says when attempts may begin.
    ///   - gate: says when runs may start.
    ///   - results: what tasks gave that may stand in for others.
    ///   - definitions: looks a definition up in its informer's cache.
    init(
        context: OperatorContext, attempts: AttemptRunner, streams: StreamStore,
        admission: AttemptAdmission, gate: RunGate, cache: ObjectCache, results: ResultCache,
        definitions: @escaping @Sendable (_ kind: String, ObjectKey) -> KubernetesObject?
    ) {
        self.context = context
        self.attempts = attempts
        self.streams = streams
        self.admission = admission
        self.gate = gate
        self.cache = cache
        self.results = results
        self.definitions = definitions
        queue = WorkQueue(time: context.time, random: context.random)
    }

    /// How many runs this process drives.
    var activeCount: Int { drivers.withLock { $0.count } }

    /// Whether this process drives a run.
    func drives(runUID: String) -> Bool {
        drivers.withLock { $0.values.contains { $0.identity.uid == runUID } }
    }

    /// How often steps of a run failed since one succeeded.
    func failures(of key: ObjectKey) -> Int { queue.failures(of: key) }

    /// How many runs wait for a worker.
    var queueDepth: Int { queue.count }

    /// Steps the runs that changed.
    func enqueue(_ keys: some Sequence<ObjectKey>) { queue.add(contentsOf: keys) }

    /// Steps the runs that waited for a definition which is there now.
    func definitionAppeared(kind: String, _ key: ObjectKey) {
        queue.add(contentsOf: waiting.take(for: kind, key))
    }

    /// Works until the task is cancelled; then no new effect starts (law 30).
    func run() async {
        restoreAdmitted(cache.objects)
        await withDiscardingTaskGroup { group in
            group.addTask { await self.gate.run { self.enqueue($0) } }
            await self.queue.work(workers: RunController.workers) { await self.reconcile($0) }
            group.cancelAll()
        }
    }

    /// Counts what was admitted before, so that nothing new takes its place.
    private func restoreAdmitted(_ runs: [KubernetesObject]) {
        for run in runs where run.isAdmitted && !run.isChildRun {
            guard !RunPhases.hasEnded(run), let uid = run.uid else { continue }
            gate.restore(run.key, uid: uid)
        }
    }

    /// Gives an attempt that waited its answer.
    func answer(_ ticket: AttemptTicket, _ event: RunEvent) {
        let key = ObjectKey(namespace: ticket.run.namespace, name: ticket.run.name)
        guard let driver = driver(key), driver.identity.uid == ticket.run.uid else {
            admission.withdraw(ticket)
            return
        }
        driver.post(event)
        queue.add(key)
    }

    /// Holds new runs back, or lets them in again.
    func setPressure(_ isHigh: Bool) { enqueue(gate.setPressure(isHigh)) }

    private func reconcile(_ key: ObjectKey) async {
        // Until the cache shows our own last write, it shows the past (law 23).
        guard let current = cache.current(key) else {
            if let driver = driver(key) { await drive(driver) }
            return
        }
        // One that is being deleted and has begun is brought to its end: somebody may hold it.
        guard let object = current,
            !object.isDeleting || driver(key) != nil || RunPhases.isUnderWay(object)
        else {
            yielded.forget(key)
            standing.forget(key)
            if driver(key) == nil { forgetWaiting(key) }
            release(key)
            queue.forget(key)
            return
        }
        if let driver = driver(key) {
            if driver.identity.uid == object.uid {
                if driver.isTakenOver(in: object) {
                    yield(driver, to: object)
                    return
                }
                driver.observe(object)
                await tellSpecChanges(of: driver, in: object)
                await drive(driver)
                return
            }
            release(key)
        }
        guard !yielded.isGone(object) else { return }
        if let wait = yielded.wait(for: object, now: context.time.monotonic()) {
            queue.add(key, after: wait)
            return
        }
        await adopt(object)
    }

    /// Steps a run again after a while that doubles each time.
    func lookAgain(at key: ObjectKey) { queue.addAfterBackoff(key) }

    /// Lets go of a run whose machine took an illegal step: it stands still, and only it does.
    private func stop(_ driver: RunDriver, _ fault: IllegalTransition) {
        let message = StandingRuns.message(of: fault)
        standing.note(driver.key, uid: driver.identity.uid, message)
        context.logger.error(
            "a run took an illegal step",
            ["run": .string("\(driver.key)"), "error": .string("\(fault)")])
        context.record(
            driver.object, isWarning: true, reason: StandingRuns.reason, message: message)
        release(driver.key)
        // It is told in its status.
        queue.add(driver.key)
    }

    private func driver(_ key: ObjectKey) -> RunDriver? { drivers.withLock { $0[key] } }

    /// Whether nobody has let go of it.
    private func isDriven(_ driver: RunDriver) -> Bool { self.driver(driver.key) === driver }

    /// Lets go of a run whose object is gone or is another's.
    private func release(_ key: ObjectKey) {
        guard let driver = drivers.withLock({ $0.removeValue(forKey: key) }) else { return }
        attempts.cancelAll(of: driver.identity)
        letGo(of: driver)
        queue.forget(key)
    }

    /// Gives back what a run held, now that it is driven no more.
    private func letGo(of driver: RunDriver) {
        admission.forget(run: driver.identity.uid)
        enqueue(gate.forget(driver.key, uid: driver.identity.uid))
    }

    /// Lets go of a run that another process drives: whoever comes second does (law 29).
    private func yield(_ driver: RunDriver, to object: KubernetesObject) {
        let silence = yielded.note(object, now: context.time.monotonic())
        release(driver.key)
        queue.add(driver.key, after: silence)
    }

    private func adopt(_ seen: KubernetesObject) async {
        // Also where this one asks for no place, as a child does not.
        if let uid = seen.uid { enqueue(gate.forgetPast(seen.key, before: uid)) }
        if let message = standing.message(for: seen) {
            await wait(seen, StandingRuns.reason, message)
            return
        }
        // One that another process has let in, or brought to its end, waits for nothing here.
        if !seen.isAdmitted, !RunPhases.hasEnded(seen), let uid = seen.uid,
            let wait = gate.wait(of: seen.key, uid: uid),
            !gate.isOutdated(seen.key, uid: uid, number: seen.priorityNumber)
        {
            await show(wait, of: seen)
            return
        }
        guard let loaded = await load(seen), let finding = await source(of: loaded.run) else {
            return
        }
        let object = loaded.run
        let adoption = RunAdoption.of(
            object, shards: loaded.statuses, takingOver: finding,
            environment: context.environment, bounds: context.runLimits
        ) { kind, name in
            definitions(kind, ObjectKey(namespace: object.namespace, name: name))
        }
        switch consume adoption {
        case .ended:
            forgetWaiting(object.key)
            yielded.forget(object.key)
            queue.forget(object.key)
            if let uid = object.uid { streams.close(runUID: uid) }
            await refuseOperations(of: object)
        case .drive(let machine, var firstStatus):
            if let change = RunRepair.takenBack(from: object, now: context.time.now()) {
                // It is taken up as the version that says so.
                if await store(change, of: object) { queue.add(object.key) }
                return
            }
            let priority = object.runPriority(or: machine.plan.definition.priority)
            // What it waited for before it started is over.
            if object.checkpointSequence == 0, object.status["reason"] != nil {
                firstStatus["reason"] = .null
                firstStatus["message"] = .null
            }
            guard await admit(object, priority, into: &firstStatus) else { return }
            let number = adoptions.add(1, ordering: .relaxed).newValue
            let driver = RunDriver(
                object, machine: machine, firstStatus: firstStatus,
                holder: "\(context.holder)/\(number)", shardVersions: loaded.versions)
            drivers.withLock { $0[object.key] = driver }
            waiting.forget(object.key)
            context.audit.noteTakeover(
                of: object, by: driver.holder, at: context.time.now())
            driver.observe(object)
            if object.checkpointSequence > 0 { await tellSpecChanges(of: driver, in: object) }
            await drive(driver)
        case .waiting(let reason, let message):
            forgetWaiting(object.key)
            await wait(object, reason, message)
        case .refused(let reason, let message):
            forgetWaiting(object.key)
            await conclude(object, .failed, reason, message)
        }
    }

    func wait(_ object: KubernetesObject, _ reason: String, _ message: String) async {
        if await concludeIfCancelled(object) { return }
        if let source = object.spec["retryOf"]?["run"]?.stringValue {
            let key = ObjectKey(namespace: object.namespace, name: source)
            waiting.add(object.key, for: "WorkflowRun", key)
            // It may have come, ended or gone between the look-up and now.
            let found = cache.object(key)
            let isNews =
                switch reason {
                case "RetrySourceRunning": found.map(RunPhases.hasEnded) ?? true
                case "RetrySourceNotFound": found != nil
                default: false
                }
            if isNews { queue.add(object.key) }
        }
        if RunController.polled.contains(reason) { queue.addAfterBackoff(object.key) }
        if let reference = object.spec["workflowRef"], let name = reference["name"]?.stringValue {
            let kind = reference["kind"]?.stringValue ?? "Workflow"
            let definition = ObjectKey(namespace: object.namespace, name: name)
            waiting.add(object.key, for: kind, definition)
            // It may have come between the look-up and now.
            if reason == RunAdoption.noDefinition, definitions(kind, definition) != nil {
                queue.add(object.key)
            }
        }
        guard object.checkpointSequence == 0 else {
            let now = context.time.now()
            if let change = RunRepair.told(of: object, reason, message, now: now) {
                _ = await store(change, of: object)
            }
            return
        }
        guard object.status["reason"]?.stringValue != reason else { return }
        let phase = object.status["phase"]?.stringValue.flatMap { RunPhase(rawValue: $0) }
        await write(object, phase ?? .pending, reason, message)
    }

    /// Writes a change of a run's status; false where it was not stored, and is tried again.
    func store(_ status: JSON, of object: KubernetesObject) async -> Bool {
        do {
            let written = try await context.patchStatus(.workflowRuns, of: object, status)
            cache.recordWrite(written)
            queue.forget(object.key)
            return true
        } catch {
            context.logger.warning(
                "run status not written",
                ["run": .string("\(object.key)"), "error": error.logField])
            queue.addAfterBackoff(object.key)
            return false
        }
    }
}

extension RunController {
    /// Steps a run until it has nothing more to do for now, or this process is to stop: then no
    /// write succeeds, and each that fails asks for the next.
    private func drive(_ driver: RunDriver) async {
        while !Task.isCancelled, isDriven(driver),
            driver.hasEvents || driver.isDue(at: context.time.now())
        {
            let actions = driver.step(
                at: context.time.now(), admit: admission.request, withdraw: admission.withdraw)
            if let fault = driver.fault {
                stop(driver, fault)
                return
            }
            for action in actions {
                // A write may have found that the run is another's, or gone.
                guard isDriven(driver) else { return }
                await perform(action, driver)
            }
            if let tell = context.transitions { tell(driver.takeTransitions()) }
        }
        guard isDriven(driver), let wake = driver.wake else { return }
        queue.add(driver.key, after: max(.zero, wake - context.time.now()))
    }

    private func perform(_ action: RunAction, _ driver: RunDriver) async {
        switch action {
        case .writeCheckpoint(let sequence): await writeCheckpoint(sequence, driver)
        case .requestAdmission, .withdrawAdmission: break  // The driver asked within its step.
        case .launch(let attempt): launch(attempt, driver)
        case .lookUpResult(let lookup): find(lookup, for: driver)
        case .storeResult(let offer): keep(offer, of: driver.identity)
        case .cancelAttempt(let reference):
            guard let path = driver.path(of: reference) else { return }
            attempts.cancel(path, attempt: reference.attempt, of: driver.identity)
        case .progressStored(let reference):
            guard let path = driver.path(of: reference) else { return }
            attempts.noteProgressStored(path, attempt: reference.attempt, of: driver.identity)
        case .streamEnded(let path, let isComplete, let attempt):
            stream(path, of: driver).end(isComplete: isComplete, sealedBy: attempt)
        case .streamReleased(let path, let reader): stream(path, of: driver).release(reader)
        case .setTimer: break  // The driver keeps the moment; drive(_:) asks for it at the end.
        case .recordEvent(let notice):
            context.record(
                driver.object, isWarning: notice.severity == .warning, reason: notice.reason,
                message: notice.message)
        case .finish(let phase):
            yielded.forget(driver.key)
            drivers.withLock { _ = $0.removeValue(forKey: driver.key) }
            letGo(of: driver)
            queue.forget(driver.key)
            streams.close(runUID: driver.identity.uid)
            context.metrics.runsFinished.increment([phase.rawValue])
        }
    }

    private func stream(_ path: String, of driver: RunDriver) -> StreamLog {
        streams.log(StreamStore.Address(runUID: driver.identity.uid, path: path))
    }

    private func launch(_ attempt: TaskAttempt, _ driver: RunDriver) {
        // What is stored as launching and was not is made by whoever goes on (law 30).
        guard !Task.isCancelled else { return }
        // In the order of the actions: who ends after this is told of after this.
        if attempt.streamReaders != nil || attempt.stream != nil {
            stream(attempt.taskID, of: driver).expect(readers: attempt.streamReaders ?? [])
        }
        let started = context.time.monotonic()
        let ticket = AttemptTicket(run: driver.identity, reference: attempt.reference)
        attempts.start(
            attempt, of: driver.identity, through: admission.route(of: ticket),
            progressed: { [self] progress in
                let told = context.redact(
                    value: .object(progress), in: driver.key.namespace
                ).objectValue
                driver.post(.attemptProgressed(attempt.reference, told ?? progress))
                queue.add(driver.key)
            }
        ) { [self] given, observed in
            let outcome = context.redact(given, in: driver.key.namespace)
            let name =
                switch outcome {
                case .succeeded: "succeeded"
                case .failed: "failed"
                case .cancelled: "cancelled"
                }
            context.metrics.attempts.increment([attempt.type, name])
            let latency = context.time.monotonic() - started
            context.metrics.attemptSeconds.observe(latency, [attempt.type])
            admission.finish(ticket, outcome, latency: latency, observed: observed)
            driver.post(.attemptFinished(attempt.reference, outcome))
            queue.add(driver.key)
        }
    }

    /// Writes the run's status on the version it was decided on, and tells the machine how it went.
    private func writeCheckpoint(_ sequence: Int64, _ driver: RunDriver) async {
        let object = cache.object(driver.key) ?? driver.object
        var (shards, patch) = driver.checkpoint(
            generation: object.generation, now: context.time.now())
        let started = context.time.monotonic()
        do {
            if !shards.isEmpty, let claim = driver.claim() {
                let claimed = try await context.client.patch(
                    .workflowRuns, driver.key, .merge(claim), subresource: "status")
                cache.recordWrite(claimed)
                driver.claimed(claimed)
                patch[["metadata", "resourceVersion"]] = claimed.resourceVersion.map {
                    .string($0.description)
                }
            }
            // First what the status refers to; a status that is not stored refers to nothing.
            do throws(KubernetesError) {
                try await ShardWriter(context: context).store(shards, of: driver)
            } catch {
                // That the run itself is well says nothing of its shards.
                await recover(from: error, sequence, driver, atOnce: false)
                return
            }
            let written = try await context.client.patch(
                .workflowRuns, driver.key, .merge(patch), subresource: "status")
            context.metrics.checkpointSeconds.observe(context.time.monotonic() - started)
            cache.recordWrite(written)
            queue.forget(driver.key)
            context.audit.note(driver.wrote(written, sequence: sequence), written, sequence)
        } catch {
            await recover(from: error, sequence, driver)
        }
    }

    /// After a write that failed the next step is a read: the object tells what happened (law 5).
    ///
    /// - Parameter atOnce: Whether the write is repeated at once where it met another version.
    private func recover(
        from error: KubernetesError, _ sequence: Int64, _ driver: RunDriver, atOnce: Bool = true
    ) async {
        context.metrics.checkpointFailures.increment()
        context.logger.warning(
            "checkpoint not written",
            ["run": .string("\(driver.key)"), "error": error.logField])
        let delay = queue.addAfterBackoff(driver.key)
        guard
            error.code == .conflict || error.code == .alreadyExists || error.code == .notFound
                || error.outcomeUnknown
        else {
            driver.failed(sequence: sequence, retryAfter: error.retryAfter ?? delay)
            return
        }
        do {
            let live = try await context.client.get(.workflowRuns, driver.key)
            guard live.uid == driver.identity.uid else {
                yielded.noteGone(driver.key, uid: driver.identity.uid)
                release(driver.key)
                return
            }
            if driver.isTakenOver(in: live) {
                yield(driver, to: live)
            } else if live.checkpointSequence == sequence, error.outcomeUnknown {
                cache.recordWrite(live)
                context.audit.note(driver.wrote(live, sequence: sequence), live, sequence)
            } else {
                driver.observe(live)
                // A server that fails each write would be asked without a pause.
                let isConflict = error.code == .conflict || error.code == .alreadyExists
                driver.failed(
                    sequence: sequence,
                    retryAfter: atOnce && isConflict ? .zero : max(error.retryAfter ?? .zero, delay)
                )
            }
        } catch {
            if error.code == .notFound {
                yielded.noteGone(driver.key, uid: driver.identity.uid)
                release(driver.key)
            } else {
                driver.failed(sequence: sequence, retryAfter: error.retryAfter ?? delay)
            }
        }
    }
}

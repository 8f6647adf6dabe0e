internal import Values
internal import Workflows

/// From the launch of an attempt to the next.
extension RunMachine {
    /// Hands out an attempt whose intent is stored, unless the run has turned from it meanwhile.
    ///
    /// What it is made of is what it was when it was staged: none of that changes before it is launched.
    mutating func launch(
        _ staged: StagedAttempt, at now: Timestamp, into actions: inout [RunAction]
    ) {
        let task = Int(staged.task)
        guard isAwaited(staged.reference, into: &actions) else { return }
        var attempt = makeAttempt(of: task, staged.inputs ?? constantInputs(of: task))
        guard run.phase == .running else {
            keepForLater(attempt, into: &actions)
            return
        }
        prepare(&attempt, at: now)
        actions.append(.launch(attempt))
    }

    /// The same of one that was kept over a pause, or that needs no intent.
    mutating func launch(
        _ attempt: consuming TaskAttempt, at now: Timestamp, into actions: inout [RunAction]
    ) {
        guard isAwaited(attempt.reference, into: &actions) else { return }
        guard run.phase == .running else {
            keepForLater(attempt, into: &actions)
            return
        }
        prepare(&attempt, at: now)
        actions.append(.launch(attempt))
    }

    /// Whether a task still waits for an attempt to be handed out.
    private func isAwaited(
        _ reference: AttemptReference, into actions: inout [RunAction]
    ) -> Bool {
        let task = reference.task
        if tasks[task].phase == .launching, Int(tasks[task].attempt) == reference.attempt {
            return true
        }
        // Its task ended on the way: what it was given is another's.
        if limits.asksForAdmission { actions.append(.withdrawAdmission(reference)) }
        return false
    }

    /// Keeps an attempt until the pause is over.
    private mutating func keepForLater(_ attempt: TaskAttempt, into actions: inout [RunAction]) {
        // A pause may be long: the place is given back, and asked for again after it.
        if limits.asksForAdmission { actions.append(.withdrawAdmission(attempt.reference)) }
        cleared.append(attempt)
    }

    /// Moves a task on to an attempt that is handed out now.
    private mutating func prepare(_ attempt: inout TaskAttempt, at now: Timestamp) {
        let task = attempt.reference.task
        let traits = tasks[task].traits
        let isApproval =
            !traits.isDisjoint(with: [.approval, .options]) && attempt.type == EngineType.approval
        if isApproval { hasRarePhases = true }
        move(task, to: isApproval ? .waitingApproval : .running)
        attempt.deadline = setDeadline(of: task, attempt.type, at: now)
        if traits.contains(.announces) {
            // One may have ended since the attempt was made, and is not told of again.
            attempt.setStreamReaders(streamReaders(of: task))
        }
    }

    /// Sets the timer of an attempt that starts now, and gives when it must have ended.
    private mutating func setDeadline(
        of task: Int, _ type: String, at now: Timestamp
    ) -> Timestamp? {
        let isPlain = tasks[task].traits.isDisjoint(with: [.timed, .options])
        if isPlain && tasks[task].instance == 0 { return nil }
        let deadline = ownDeadline(of: task, at: now)
        if let deadline {
            timers.set(task, to: deadline)
            // It is found again after a crash, and then has the time it had.
            if isNamedNow(task, type) {
                details[task, default: TaskDetail()].deadline = deadline
            }
        }
        return earliest(deadline, outside: task)
    }

    /// The earliest of a deadline and those of the containers around a task.
    ///
    /// Not the run's: a pause moves that one, and an attempt that goes on in a pause must not end by
    /// a deadline that is none any more. The run stops its attempts itself when its time is over.
    private func earliest(_ deadline: Timestamp?, outside task: Int) -> Timestamp? {
        var earliest = deadline
        var instance = Int(tasks[task].instance)
        while instances[instance].role == .body {
            let parent = Int(instances[instance].parent)
            if let limit = timers.time(ofSlot: parent) { earliest = min(earliest ?? limit, limit) }
            instance = Int(tasks[parent].instance)
        }
        return earliest
    }

    /// An attempt has ended.
    ///
    /// One that is not the current attempt of a running task is ignored.
    mutating func attemptEnded(
        _ reference: AttemptReference, _ outcome: AttemptOutcome, at now: Timestamp,
        into actions: inout [RunAction]
    ) {
        let task = reference.task
        guard tasks.indices.contains(task),
            tasks[task].phase == .running || tasks[task].phase == .waitingApproval,
            !tasks[task].isOpenContainer, Int(tasks[task].attempt) == reference.attempt
        else { return }
        // An effect that has happened is made known at once: what is not stored is done again.
        ledger.hurry()
        let deadline = timers.time(ofSlot: task)
        timers.clear(task)
        if case .failed(let error) = outcome, error.type == TaskError.Kind.timeout,
            let outer = earliest(nil, outside: task), outer <= now
        {
            // Its executor knew the deadline of the container, and reports before the timer here does.
            fireTimers(at: now, into: &actions)
        }
        let isExpired = tasks[task].marks.contains(.expired)
        if isExpired { tasks[task].reason = nil }
        let isHalted = isHalted(task)
        switch outcome {
        case .succeeded(let given) where !isExpired:
            // Its room is for what came of it.
            forgetProgress(of: task)
            if tasks[task].traits.contains(.options) {
                offerResult(of: task, given, into: &actions)
            }
            complete(task, with: given, at: now, into: &actions)
        case .failed(let error) where !isExpired && !isHalted:
            // An executor that obeys its deadline reports it before the timer here does.
            let isTimeout =
                error.type == TaskError.Kind.timeout && deadline.map { now >= $0 } == true
            retryOrFail(task, error, as: isTimeout ? .timedOut : .failed, at: now, into: &actions)
        case _ where isExpired:
            let (program, index) = place(of: task)
            let limit = program.tasks[index].timeout ?? program.tasks[index].totalTimeout ?? .zero
            retryOrFail(task, .timedOut(after: limit), as: .timedOut, at: now, into: &actions)
        case .cancelled where !isHalted:
            interrupt(task, at: now, into: &actions)
        default:
            end(task, as: .cancelled, reason: imposedReason(of: task), at: now)
        }
    }

    /// Makes another attempt where the policy allows one, or ends the task.
    mutating func retryOrFail(
        _ task: Int, _ error: TaskError, as phase: TaskPhase, at now: Timestamp,
        into actions: inout [RunAction]
    ) {
        // Attempts that a crash cut off are not held against the task.
        let counted = Int(tasks[task].attempt - tasks[task].interruptions)
        guard !isHalted(task), let policy = retryPolicy(of: task, after: error, attempts: counted)
        else {
            fail(task, error, as: phase, at: now, into: &actions)
            return
        }
        let path = path(of: task)
        let sample = SeededFraction.draw(
            runUID: identity.uid, taskID: path, attempt: Int(tasks[task].attempt))
        let delay = policy.delay(
            afterAttempt: counted, sample: sample,
            retryAfter: error.retryAfter.map { min($0, limits.retryAfter) })
        let next = (now + delay).roundedToMilliseconds(.up)
        if let total = totalDeadline(of: task), total <= next {
            fail(task, error, as: .timedOut, at: now, into: &actions)
            return
        }
        countPause(of: task, at: now)
        record(error, of: task)
        move(task, to: .retrying)
        tasks[task].marks.remove(.container)
        details[task]?.nextAttempt = next
        let seconds = delay.components.seconds + (delay.components.attoseconds > 0 ? 1 : 0)
        details[task]?.wait = Int32(clamping: max(1, seconds))
        timers.set(task, to: next)
        let text =
            "attempt \(tasks[task].attempt) of task '\(path)' failed, the next is due in"
            + " \(delay.text): \(error.type): \(error.message)"
        notify(
            .warning, "TaskRetrying", text.cut(toBytes: TextLimits.runMessage), task: path,
            into: &actions)
    }

    /// What holds for the next attempt of a task, or nil where none is made.
    private func retryPolicy(
        of task: Int, after error: TaskError, attempts: Int
    ) -> RetryPolicy? {
        // Another means is tried once.
        guard !isFallingBack(task) else { return nil }
        let (program, index) = place(of: task)
        let policy = program.tasks[index].retryPolicy
        guard policy.maxAttempts > 1 || !policy.perError.isEmpty else { return nil }
        var verdict: Bool?
        if let rule = policy.retryIf {
            // A rule without a value allows nothing: an error in it must not repeat an effect.
            verdict = (try? evaluate(rule, of: task, error: error)) ?? false
        }
        guard policy.allowsRetry(after: error, attempts: attempts, verdict: verdict) else {
            return nil
        }
        return policy.numbers(for: error)
    }

    /// The fate of a task's attempt is unknown: what then is done is as its plan says.
    mutating func interrupt(
        _ task: Int, at now: Timestamp, into actions: inout [RunAction]
    ) {
        guard !isHalted(task) else {
            end(task, as: .cancelled, reason: imposedReason(of: task), at: now)
            return
        }
        timers.clear(task)
        countPause(of: task, at: now)
        if tasks[task].traits.contains(.options) {
            let (program, index) = place(of: task)
            switch program.tasks[index].interruptionAction {
            case .retry: break
            case .fail:
                let error = TaskError(
                    type: EngineErrorType.interrupted,
                    message: "the attempt was cut off, and nobody knows what it did",
                    isRetryable: false)
                fail(task, error, at: now, into: &actions)
                return
            case .hold:
                holdInDoubt(task, into: &actions)
                return
            }
        }
        guard Int(tasks[task].interruptions) < limits.interruptions else {
            let error = TaskError(
                type: EngineErrorType.interrupted,
                message: "\(limits.interruptions + 1) attempts were cut off before they ended",
                isRetryable: false)
            fail(task, error, at: now, into: &actions)
            return
        }
        tasks[task].interruptions += 1
        tasks[task].reason = .interrupted
        enqueue(task)
    }

    private mutating func holdInDoubt(_ task: Int, into actions: inout [RunAction]) {
        tasks[task].interruptions += 1
        tasks[task].reason = .interrupted
        move(task, to: .inDoubt)
        let path = path(of: task)
        notify(
            .warning, "TaskInDoubt",
            "attempt \(tasks[task].attempt) of task '\(path)' was cut off, and nobody knows what it"
                + " did: say whether it is to be made again, has completed, or has failed",
            task: path, into: &actions)
    }

    /// Goes on with an attempt that is idempotent by a name after a crash: the same attempt is
    /// launched again, and finds what it made.
    mutating func adopt(
        _ task: Int, at now: Timestamp, into actions: inout [RunAction]
    ) {
        let given: JSONObject
        do {
            given = try evaluateInputs(of: task)
        } catch {
            interrupt(task, at: now, into: &actions)
            return
        }
        var attempt = makeAttempt(of: task, given)
        attempt.isAdopted = true
        if tasks[task].phase == .launching {
            move(task, to: attempt.type == EngineType.approval ? .waitingApproval : .running)
        }
        if let deadline = details[task]?.deadline {
            timers.set(task, to: deadline)
            attempt.deadline = earliest(deadline, outside: task)
        } else {
            attempt.deadline = setDeadline(of: task, attempt.type, at: now)
        }
        if run.phase == .paused, standsStill(task) { timers.clear(task) }
        actions.append(.launch(attempt))
        // What it made is still there: it must be found to be stopped.
        if tasks[task].reason == .expired {
            expire(task, at: now)
        } else if isHalted(task) {
            cancelAttempt(task, at: now)
        }
    }

    /// Stops an attempt that is past its deadline.
    mutating func expire(_ task: Int, at now: Timestamp) {
        tasks[task].marks.insert(.expired)
        cancelAttempt(task, at: now)
    }
}

internal import Values
internal import Workflows

/// From the launch of an attempt to the next.
extension RunMachine {
    /// Hands out an attempt whose intent is stored, unless the run has turned from it meanwhile.
    mutating func launch(
        _ attempt: TaskAttempt, at now: Timestamp, into actions: inout [RunAction]
    ) {
        let task = attempt.reference.task
        guard tasks[task].phase == .launching,
            Int(tasks[task].attempt) == attempt.reference.attempt
        else { return }
        guard run.phase == .running else {
            cleared.append(attempt)
            // A pause may be long: the place is given back, and asked for again after it.
            if limits.asksForAdmission { actions.append(.withdrawAdmission(attempt.reference)) }
            return
        }
        move(task, to: .running)
        var attempt = attempt
        if let timeout = plan.tasks[task].timeout {
            let deadline = (now + timeout).roundedToMilliseconds(.up)
            timers.set(task, to: deadline)
            attempt.deadline = min(deadline, run.deadline ?? deadline)
        } else {
            attempt.deadline = run.deadline
        }
        actions.append(.launch(attempt))
    }

    /// An attempt has ended.
    ///
    /// One that is not the current attempt of a running task is ignored.
    mutating func attemptEnded(
        _ reference: AttemptReference, _ outcome: AttemptOutcome, at now: Timestamp,
        into actions: inout [RunAction]
    ) {
        let task = reference.task
        guard tasks.indices.contains(task), tasks[task].phase == .running,
            Int(tasks[task].attempt) == reference.attempt
        else { return }
        // An effect that has happened is made known at once: what is not stored is done again.
        ledger.hurry()
        let deadline = timers.time(ofSlot: task)
        timers.clear(task)
        let isExpired = tasks[task].marks.contains(.expired)
        switch outcome {
        case .succeeded(let given) where !isExpired:
            complete(task, with: given, at: now, into: &actions)
        case .failed(let error) where !isExpired && run.ending == nil:
            // An executor that obeys its deadline reports it before the timer here does.
            let isTimeout =
                error.type == TaskError.Kind.timeout && deadline.map { now >= $0 } == true
            retryOrFail(task, error, as: isTimeout ? .timedOut : .failed, at: now, into: &actions)
        case _ where isExpired:
            let limit = plan.tasks[task].timeout ?? .zero
            retryOrFail(task, .timedOut(after: limit), as: .timedOut, at: now, into: &actions)
        case .cancelled where run.ending == nil:
            interrupt(task, at: now, into: &actions)
        default:
            end(task, as: .cancelled, reason: run.ending?.taskReason, at: now)
        }
    }

    /// Makes another attempt where the policy allows one, or ends the task.
    mutating func retryOrFail(
        _ task: Int, _ error: TaskError, as phase: TaskPhase, at now: Timestamp,
        into actions: inout [RunAction]
    ) {
        let policy = plan.tasks[task].retryPolicy
        // Attempts that a crash cut off are not held against the task.
        let counted = Int(tasks[task].attempt - tasks[task].interruptions)
        guard run.ending == nil, policy.allowsRetry(after: error, attempts: counted) else {
            fail(task, error, as: phase, at: now, into: &actions)
            return
        }
        let id = plan.tasks[task].id
        let sample = SeededFraction.draw(
            runUID: identity.uid, taskID: id, attempt: Int(tasks[task].attempt))
        let delay = policy.delay(
            afterAttempt: counted, sample: sample,
            retryAfter: error.retryAfter.map { min($0, limits.retryAfter) })
        let next = (now + delay).roundedToMilliseconds(.up)
        record(error, of: task)
        move(task, to: .retrying)
        details[task]?.nextAttempt = next
        timers.set(task, to: next)
        let text =
            "attempt \(tasks[task].attempt) of task '\(id)' failed, the next is due in"
            + " \(delay.text): \(error.type): \(error.message)"
        notify(
            .warning, "TaskRetrying", text.cut(toBytes: TextLimits.runMessage), task: id,
            into: &actions)
    }

    /// The fate of a task's attempt is unknown: the next one is made, as long as that does not
    /// happen too often.
    mutating func interrupt(
        _ task: Int, at now: Timestamp, into actions: inout [RunAction]
    ) {
        guard run.ending == nil else {
            end(task, as: .cancelled, reason: run.ending?.taskReason, at: now)
            return
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
        move(task, to: .ready)
        ready.insert(task)
    }
}

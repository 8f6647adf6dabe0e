internal import Values
internal import Workflows

/// Attempts whose owner says when they may begin.
///
/// A task that waits for that is ready and no more: nothing of the attempt is recorded, its number is
/// not used up, and its timeout has not begun. A machine that is rebuilt asks again, as one that has
/// waited since the moment in its status.
extension RunMachine {
    /// Asks the owner to admit a task's next attempt.
    mutating func requestAdmission(of task: Int, into actions: inout [RunAction]) {
        asking.insert(task)
        countAsking(task, 1)
        let attempt = makeAttempt(of: task, [:], number: Int(tasks[task].attempt) + 1)
        actions.append(
            .requestAdmission(
                AttemptRequest(
                    attempt, waitingSince: details[task]?.queued, failure: lastFailure(of: task))))
    }

    /// The attempt of a task that failed last; nil where none did.
    ///
    /// A fallback is tried once: what failed before it went by other means.
    func lastFailure(of task: Int) -> AttemptFailure? {
        guard let detail = details[task], let errorType = detail.errorType else { return nil }
        let (program, index) = place(of: task)
        let plan = program.tasks[index]
        let earlier = plan.fallbacks.prefix(max(0, Int(detail.fallback) - 1)).reversed()
        for case .attempt(let other) in earlier {
            return AttemptFailure(
                errorType: errorType, executor: other.executor, config: other.config)
        }
        return AttemptFailure(errorType: errorType, executor: plan.executor, config: plan.config)
    }

    /// Begins an attempt that was asked for; one that is not wanted any more is ignored.
    mutating func attemptAdmitted(
        _ reference: AttemptReference, at now: Timestamp, into actions: inout [RunAction]
    ) {
        if let attempt = takeCleared(reference) {
            launch(attempt, at: now, into: &actions)
            return
        }
        guard takeRequest(reference) else { return }
        if tasks[reference.task].phase == .ready {
            start(reference.task, isAdmitted: true, at: now, into: &actions)
        }
        // It may have become too late for it, or something else stands in for it now.
        if Int(tasks[reference.task].attempt) != reference.attempt {
            actions.append(.withdrawAdmission(reference))
        }
    }

    /// Notes for what an attempt waits, and since when.
    mutating func attemptQueued(
        _ reference: AttemptReference, _ message: String, at now: Timestamp
    ) {
        let task = reference.task
        guard isAsking(reference) else { return }
        let text = message.cut(toBytes: TextLimits.queueMessage)
        // Rebuilt from the status it is told again what it knows.
        if tasks[task].reason == .queued, details[task]?.message == text { return }
        tasks[task].reason = .queued
        var detail = details[task] ?? TaskDetail()
        detail.message = text
        detail.queued = detail.queued ?? now
        details[task] = detail
        change(task)
    }

    /// Forgets what an attempt waited for.
    @inline(never)
    mutating func forgetQueue(of task: Int) {
        details[task]?.message = nil
        details[task]?.queued = nil
    }

    /// Fails an attempt that its owner does not let begin; its number is used up.
    mutating func attemptRefused(
        _ reference: AttemptReference, _ error: TaskError, at now: Timestamp,
        into actions: inout [RunAction]
    ) {
        let task = reference.task
        if takeCleared(reference) != nil {
            // Its number is used up already; nothing of it began, as of one that is refused before.
            move(task, to: .ready)
        } else {
            guard takeRequest(reference) else { return }
            countAttempt(of: task, at: now)
            forgetQueue(of: task)
        }
        retryOrFail(task, error, as: .failed, at: now, into: &actions)
    }

    /// Takes out an attempt that was asked for again after a pause; nil where none waits for that.
    private mutating func takeCleared(_ reference: AttemptReference) -> TaskAttempt? {
        guard run.phase == .running,
            let place = cleared.firstIndex(where: { $0.reference == reference })
        else { return nil }
        return cleared.remove(at: place)
    }

    /// Takes back what was asked for, as the run is not to start anything now.
    mutating func withdrawRequests(into actions: inout [RunAction]) {
        guard limits.asksForAdmission else { return }
        for task in asking.members {
            withdrawRequest(of: task, into: &actions)
            ready.insert(task, level: tasks[task].level)
        }
        for attempt in cleared { actions.append(.withdrawAdmission(attempt.reference)) }
    }

    /// Takes back what was asked for a task, if it was.
    mutating func withdrawRequest(of task: Int, into actions: inout [RunAction]) {
        guard asking.contains(task) else { return }
        asking.remove(task)
        countAsking(task, -1)
        if tasks[task].reason == .queued {
            tasks[task].reason = nil
            forgetQueue(of: task)
            change(task)
        }
        actions.append(.withdrawAdmission(nextAttempt(of: task)))
    }

    /// Counts a task that asks among those of its scope that are under way.
    private mutating func countAsking(_ task: Int, _ change: Int32) {
        guard hasRarePhases else { return }
        instances[Int(tasks[task].instance)].underWay += change
    }

    /// Gives back what was admitted for the current attempt of a task, which will not be launched.
    mutating func withdrawAdmission(of task: Int, into actions: inout [RunAction]) {
        guard limits.asksForAdmission else { return }
        let attempt = Int(tasks[task].attempt)
        actions.append(.withdrawAdmission(AttemptReference(task: task, attempt: attempt)))
    }

    private func nextAttempt(of task: Int) -> AttemptReference {
        AttemptReference(task: task, attempt: Int(tasks[task].attempt) + 1)
    }

    private func isAsking(_ reference: AttemptReference) -> Bool {
        tasks.indices.contains(reference.task) && asking.contains(reference.task)
            && nextAttempt(of: reference.task) == reference
    }

    private mutating func takeRequest(_ reference: AttemptReference) -> Bool {
        guard isAsking(reference), !isHalted(reference.task) else { return false }
        asking.remove(reference.task)
        countAsking(reference.task, -1)
        return true
    }
}

extension AttemptRequest {
    /// The request for an attempt.
    init(
        _ attempt: TaskAttempt, waitingSince: Timestamp? = nil, failure: AttemptFailure? = nil
    ) {
        self.init(
            reference: attempt.reference, taskID: attempt.taskID, type: attempt.type,
            executor: attempt.executor, config: attempt.config, priority: attempt.priority,
            resources: attempt.resources, waitingSince: waitingSince, failure: failure)
    }
}

internal import Values
internal import Workflows

/// How a run begins, and what its users want of it afterwards.
extension RunMachine {
    /// Begins the run, or goes on with one that was rebuilt.
    mutating func begin(at now: Timestamp, into actions: inout [RunAction]) {
        guard !run.begun else { return }
        run.begun = true
        if run.phase.isTerminal {
            // Its end is what it was rebuilt from, so it is stored.
            finish(tellingUsers: false, into: &actions)
            return
        }
        if run.phase == .pending {
            beginAnew(at: now, into: &actions)
        } else {
            // One that counts as failed now may end the run, and so those behind it.
            for task in active.members where active.contains(task) {
                if isNamedNow(task, makeAttempt(of: task, [:]).type) {
                    adopt(task, at: now, into: &actions)
                } else {
                    interrupt(task, at: now, into: &actions)
                }
            }
            resumeRollback(at: now, into: &actions)
            bringNearer(at: now)
            fireTimers(at: now, into: &actions)
        }
        applyDesiredState(at: now, into: &actions)
        // After the wish: what is ready must not start in a run that is not to go on.
        guard run.ending == nil else { return }
        for task in tasks.indices where tasks[task].phase == .pending {
            if tasks[task].unmet == 0 || tasks[task].traits.contains(.join) {
                arrivals.append(Int32(task))
            }
        }
    }

    private mutating func beginAnew(at now: Timestamp, into actions: inout [RunAction]) {
        guard !run.desired.isEnd else { return }
        moveRun(to: .running, "Started", at: now)
        run.started = now
        if let timeout = plan.timeout {
            let deadline = (now + timeout).roundedToMilliseconds(.up)
            run.deadline = deadline
            timers.set(TimerSlot.runDeadline, to: deadline)
        }
        notify(.normal, "RunStarted", "the run started", into: &actions)
        guard !budget.isSufficient else { return }
        let message =
            "the status of a run of \(tasks.count) tasks has no room for its end within"
            + " \(limits.statusBytes) bytes; make it several workflows"
        beginEnding(.rejecting, message: message, at: now, into: &actions)
    }

    /// Applies the wish last heard.
    mutating func applyDesiredState(at now: Timestamp, into actions: inout [RunAction]) {
        guard !run.phase.isTerminal else { return }
        switch run.desired {
        case .terminated:
            guard run.ending != .terminating else { return }
            beginEnding(.terminating, message: run.message, at: now, into: &actions)
        case .cancelled:
            // How a run ends that has done its tasks is decided; what is left of it is done at once.
            if run.decision != nil, run.phase == .paused, run.ending == nil {
                resume(at: now, into: &actions)
            }
            guard run.decision == nil, run.ending != .cancelling, run.ending != .terminating
            else { return }
            beginEnding(.cancelling, message: nil, at: now, into: &actions)
        case .paused:
            guard run.phase == .running, run.ending == nil else { return }
            moveRun(to: .paused, "PauseRequested", at: now)
            notify(.normal, "RunPaused", "the run is paused", into: &actions)
            withdrawRequests(into: &actions)
            run.pausedSince = now
            stopTimers()
            ledger.hurry()
        case .running:
            guard run.phase == .paused else { return }
            resume(at: now, into: &actions)
        }
    }

    /// Goes on after a pause, whose length does not count towards the run's timeout.
    private mutating func resume(at now: Timestamp, into actions: inout [RunAction]) {
        moveRun(to: .running, "ResumeRequested", at: now)
        notify(.normal, "RunResumed", "the run goes on", into: &actions)
        if let since = run.pausedSince { moveDeadlines(by: max(.zero, now - since), since: since) }
        run.pausedSince = nil
        ledger.hurry()
        let waiting = cleared
        cleared = []
        for attempt in waiting {
            // Its place was given back, if it takes one.
            if limits.asksForAdmission, mustAsk(attempt.reference.task) {
                cleared.append(attempt)
                let failure = lastFailure(of: attempt.reference.task)
                actions.append(.requestAdmission(AttemptRequest(attempt, failure: failure)))
            } else {
                launch(attempt, at: now, into: &actions)
            }
        }
    }
}

internal import Values
internal import Workflows

extension RunMachine {
    /// Does what is due.
    mutating func fireTimers(at now: Timestamp, into actions: inout [RunAction]) {
        while let (time, slot) = timers.first, time <= now {
            timers.clear(slot)
            switch slot {
            case TimerSlot.runDeadline: timeOut(at: now, into: &actions)
            case TimerSlot.rewrite: ledger.isHeld = false
            case TimerSlot.lag:
                isLagTimed = false
                ledger.hurry()
            default: fireTaskTimer(slot, at: now, into: &actions)
            }
        }
    }

    /// Ends the run if its own deadline has passed.
    mutating func expireRun(at now: Timestamp, into actions: inout [RunAction]) {
        guard let deadline = timers.time(ofSlot: TimerSlot.runDeadline), deadline <= now else {
            return
        }
        timers.clear(TimerSlot.runDeadline)
        timeOut(at: now, into: &actions)
    }

    private mutating func timeOut(at now: Timestamp, into actions: inout [RunAction]) {
        // What undoes the run is not bound by it: a rebuilt run still has the deadline.
        guard run.ending == nil, run.stage == .main, !run.phase.isTerminal else { return }
        let limit = plan.timeout.map { " of \($0.text)" } ?? ""
        beginEnding(
            .timingOut, message: "the run passed its timeout\(limit)", at: now, into: &actions)
    }

    private mutating func fireTaskTimer(
        _ task: Int, at now: Timestamp, into actions: inout [RunAction]
    ) {
        switch tasks[task].phase {
        case .retrying:
            forgetWait(of: task)
            enqueue(task)
        case .ready: expireReady(task, at: now, into: &actions)
        case .waiting: endWait(of: task, at: now, into: &actions)
        case .running where tasks[task].isOpenContainer:
            containers[task]?.isExpired = true
            stopBodies(of: task, .timedOut, at: now, into: &actions)
            concludeIfOver(task, at: now, into: &actions)
        case .running where tasks[task].marks.contains(.cancelled),
            .waitingApproval where tasks[task].marks.contains(.cancelled):
            // Nobody will tell how it ended; a run must not wait for that for ever.
            let attempt = Int(tasks[task].attempt)
            attemptEnded(
                AttemptReference(task: task, attempt: attempt), .cancelled, at: now,
                into: &actions)
        case .running, .waitingApproval:
            tasks[task].reason = .expired
            change(task)
            expire(task, at: now)
        default: break
        }
    }

    /// Brings attempts nearer that a clock which was ahead has set too far off: none is waited for
    /// longer than its policy, or the other side, said.
    ///
    /// O(tasks that have details), where the clock went back and in a run that is taken up.
    mutating func bringNearer(at now: Timestamp) {
        for task in details.keys.sorted() where tasks[task].phase == .retrying {
            // Earlier releases did not store how long.
            guard let detail = details[task], let next = detail.nextAttempt, detail.wait > 0,
                next > now + .seconds(Int64(detail.wait))
            else { continue }
            let nearer = (now + .seconds(Int64(detail.wait))).roundedToMilliseconds(.up)
            details[task]?.nextAttempt = nearer
            timers.set(task, to: nearer)
            change(task)
            ledger.hurry()
        }
    }

    /// Forgets for when the next attempt was due.
    mutating func forgetWait(of task: Int) {
        details[task]?.nextAttempt = nil
        details[task]?.wait = 0
    }

    /// Sees to it that changes which force no write are still written soon: somebody watches.
    ///
    /// A short task never gets that far; a long one costs one write, so that it is seen to run.
    mutating func limitLag(at now: Timestamp) {
        guard !isLagTimed, ledger.isDirty, let lag = limits.statusLag, !ledger.isWriting,
            !ledger.isHeld
        else { return }
        isLagTimed = true
        timers.set(TimerSlot.lag, to: now + lag)
    }

    /// Asks to be woken for the earliest timer, unless it was asked for that or an earlier one.
    mutating func announceTimer(into actions: inout [RunAction]) {
        guard !run.finished, let (time, _) = timers.first else { return }
        if let announced = announcedTimer, announced <= time { return }
        announcedTimer = time
        actions.append(.setTimer(time))
    }
}

extension AttemptOutcome {
    /// Whether the attempt failed since it did not end by its deadline.
    var isTimeout: Bool {
        if case .failed(let error) = self { return error.type == TaskError.Kind.timeout }
        return false
    }
}

extension Timestamp {
    enum Rounding {
        case down
        case up
    }

    /// The whole millisecond: what is decided must be what the status can say.
    func roundedToMilliseconds(_ rounding: Rounding) -> Timestamp {
        let unit: Int64 = 1_000_000
        let part = nanoseconds % unit
        let excess = part < 0 ? part + unit : part
        guard excess != 0 else { return self }
        let (floor, underflow) = nanoseconds.subtractingReportingOverflow(excess)
        if underflow { return self }
        guard rounding == .up else { return Timestamp(nanoseconds: floor) }
        return Timestamp(nanoseconds: floor) + .milliseconds(1)
    }
}

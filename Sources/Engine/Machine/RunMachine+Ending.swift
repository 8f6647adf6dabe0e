internal import Values
internal import Workflows

/// How a run ends: what runs is stopped, what was done is undone where that is asked for, `finally`
/// runs, and then it is over.
extension RunMachine {
    /// Moves the run to a phase, and keeps that it did.
    ///
    /// A step that the table of phases forbids is not taken, and stops this machine: see ``fault``.
    mutating func moveRun(to phase: RunPhase, _ reason: String, at now: Timestamp) {
        let present = run.phase
        do throws(IllegalTransition) {
            try RunHistory.move(&run.phase, to: phase, reason, at: now, in: &run.transitions)
        } catch {
            if faults.isEmpty { faults = [error] }
            return
        }
        taken.note(present, phase)
        if let last = run.transitions.last { journal.note(last) }
        run.changedFields.insert(.transitions)
        ledger.noteChange()
    }

    /// Goes on with a run that is paused, as it ends: from a pause, no run does.
    private mutating func endPause(
        _ reason: String, at now: Timestamp, into actions: inout [RunAction]
    ) {
        guard run.phase == .paused else { return }
        moveRun(to: .running, reason, at: now)
        notify(.normal, "RunResumed", "the run goes on to its end (\(reason))", into: &actions)
    }

    /// Stops the run: nothing starts any more, and every attempt that runs is cancelled once.
    mutating func beginEnding(
        _ ending: Ending, message: String?, at now: Timestamp, into actions: inout [RunAction]
    ) {
        endPause(ending.rawValue, at: now, into: &actions)
        run.pausedSince = nil
        run.ending = ending
        run.reason = ending.rawValue
        run.message = message
        withdrawRequests(into: &actions)
        cleared = []
        timers.clear(TimerSlot.runDeadline)
        for task in active.members {
            if tasks[task].phase == .launching {
                // Its intent may be stored, but it was not handed out and never will be.
                withdrawAdmission(of: task, into: &actions)
                end(task, as: .cancelled, reason: ending.taskReason, at: now)
            } else if !tasks[task].marks.contains(.cancelled) {
                cancelAttempt(task, at: now)
            }
        }
        ledger.noteChange()
        ledger.hurry()
    }

    /// Asks once that the current attempt be stopped, and waits a bounded time for its end.
    mutating func cancelAttempt(_ task: Int, at now: Timestamp) {
        tasks[task].marks.insert(.cancelled)
        timers.set(task, to: now + limits.settlementGrace)
        ledger.stage(cancelOf: AttemptReference(task: task, attempt: Int(tasks[task].attempt)))
    }

    /// Goes on to what comes after the tasks of the workflow, once they have all ended; true where
    /// that gives something to do.
    mutating func advance(at now: Timestamp, into actions: inout [RunAction]) -> Bool {
        guard !run.phase.isTerminal, active.isEmpty else { return false }
        switch run.stage {
        case .main:
            if let ending = run.ending {
                return endMain(ending, at: now, into: &actions)
            }
            guard instances[0].remaining == 0 else { return false }
            return completeMain(at: now, into: &actions)
        case .rollback:
            if run.ending != nil { return abandon(at: now, into: &actions) }
            guard rollbacks[0]?.isDone == true else { return false }
            return endRollback(at: now, into: &actions)
        case .finally:
            if run.ending != nil { return abandon(at: now, into: &actions) }
            guard let instance = instancesByPrefix[finallyPrefix],
                instances[instance].remaining == 0
            else { return false }
            endFinally(instance, at: now, into: &actions)
            return false
        }
    }

    /// Decides the end of a run that was stopping, now that its last attempt has ended.
    private mutating func endMain(
        _ ending: Ending, at now: Timestamp, into actions: inout [RunAction]
    ) -> Bool {
        sweep(ending, at: now)
        run.ending = nil
        let decision = RunState.Decision(
            phase: ending.phase, reason: ending.finalReason, message: run.message)
        switch ending {
        case .rejecting, .terminating: finalize(decision, at: now, into: &actions)
        case .rollingBack:
            run.decision = decision
            run.stage = .rollback
            run.reason = RunReason.compensating
            ledger.noteChange()
            ledger.hurry()
            _ = rollBack(0, at: now, into: &actions)
            return true
        default: return openFinally(decision, at: now, into: &actions)
        }
        return false
    }

    /// Settles every task that has not ended.
    ///
    /// O(tasks), once or twice a run.
    private mutating func sweep(_ ending: Ending, at now: Timestamp) {
        for task in tasks.indices where !tasks[task].phase.isTerminal {
            let neverTried = tasks[task].attempt == 0
            if tasks[task].phase == .ready {
                ready.remove(task, level: tasks[task].level)
            }
            let phase: TaskPhase = ending.phase == .failed && neverTried ? .skipped : .cancelled
            end(task, as: phase, reason: ending.taskReason, at: now)
        }
        arrivals.removeAll()
        endedInstances.removeAll()
        for instance in instances.indices {
            instances[instance].isOver = true
            instances[instance].held = []
        }
        rollbacks = [:]
    }

    /// Decides the end of a run whose tasks have all ended, with its outputs.
    private mutating func completeMain(
        at now: Timestamp, into actions: inout [RunAction]
    ) -> Bool {
        switch evaluateOutputs() {
        case .failure(let error):
            let decision = RunState.Decision(
                phase: .failed, reason: RunReason.outputFailed,
                message: error.message.cut(toBytes: TextLimits.runMessage))
            return openFinally(decision, at: now, into: &actions)
        case .success(let given):
            guard !given.isEmpty else {
                return openFinally(noteFailures(), at: now, into: &actions)
            }
            // What a merge patch makes of them: there, a member that is null is an absent one.
            let kept = JSON.object([:]).merging(patch: .object(given)).objectValue ?? [:]
            run.outputs = kept.isEmpty ? nil : kept
            return openFinally(noteFailures(), at: now, into: &actions)
        }
    }

    /// Names the failures that the run went on after.
    ///
    /// O(tasks), once a run.
    private func noteFailures() -> RunState.Decision {
        let failed = tasks.indices.filter {
            tasks[$0].phase == .failed || tasks[$0].phase == .timedOut
        }
        guard let first = failed.first, let detail = details[first] else {
            return RunState.Decision(phase: .completed)
        }
        let count = failed.count == 1 ? "1 task" : "\(failed.count) tasks"
        let message =
            ("\(count) failed; '\(path(of: first))': \(detail.errorType ?? ""): "
            + (detail.errorMessage ?? "")).cut(toBytes: TextLimits.runMessage)
        return RunState.Decision(
            phase: .completed, reason: RunReason.completedWithFailures, message: message)
    }

    /// Starts the tasks that run whatever happened; without any, the run is over.
    private mutating func openFinally(
        _ decision: RunState.Decision, at now: Timestamp, into actions: inout [RunAction]
    ) -> Bool {
        guard let scope = plan.finallyScope, run.started != nil else {
            finalize(decision, at: now, into: &actions)
            return false
        }
        timers.clear(TimerSlot.runDeadline)
        run.deadline = nil
        run.decision = decision
        run.stage = .finally
        run.reason = RunReason.finalizing
        ledger.noteChange()
        ledger.hurry()
        budget.releaseFinally(plan)
        let program = program(ofScope: scope)
        if program.maximumParallel != .max { hasRarePhases = true }
        guard openInstance(program, .finally, parent: -1) != nil else {
            // There is room for it by the reserve: only the bound of all tasks can be the reason.
            run.decision?.message = "there was no room for the tasks of finally"
            finalize(run.decision ?? decision, at: now, into: &actions)
            return false
        }
        return true
    }

    /// Ends a run whose `finally` is over.
    ///
    /// A failure there fails a run that had completed. One that was cancelled, had failed or had timed
    /// out stays so: what ended it comes first (law 18).
    private mutating func endFinally(
        _ instance: Int, at now: Timestamp, into actions: inout [RunAction]
    ) {
        guard var decision = run.decision else { return }
        let failed = Int(instances[instance].failed)
        if failed >= 0 {
            let detail = details[failed]
            let text =
                "task '\(path(of: failed))' failed: \(detail?.errorType ?? ""):"
                + " \(detail?.errorMessage ?? "")"
            if decision.phase == .completed {
                decision.phase = .failed
                decision.reason = RunReason.finallyFailed
                decision.message = text.cut(toBytes: TextLimits.runMessage)
            } else {
                decision.message =
                    ((decision.message.map { $0 + "; " } ?? "") + text)
                    .cut(toBytes: TextLimits.runMessage)
            }
        }
        finalize(decision, at: now, into: &actions)
    }

    /// Ends a run that is not to finish what comes after its tasks.
    private mutating func abandon(at now: Timestamp, into actions: inout [RunAction]) -> Bool {
        guard var decision = run.decision else { return false }
        sweep(.terminating, at: now)
        if decision.phase == .completed || run.stage == .rollback {
            decision.phase = .cancelled
            decision.reason = RunReason.terminated
        }
        finalize(decision, at: now, into: &actions)
        return false
    }

    /// Goes on after a rollback to `finally`.
    private mutating func endRollback(
        at now: Timestamp, into actions: inout [RunAction]
    ) -> Bool {
        guard var decision = run.decision else { return false }
        let failures = failedCompensations()
        rollbacks[0] = nil
        if let first = failures.first {
            decision.phase = .failed
            decision.reason = RunReason.rollbackFailed
            let others = failures.count > 1 ? "; and \(failures.count - 1) more" : ""
            decision.message =
                ("'\(path(of: first))' could not be undone: \(whyNotUndone(first))" + others)
                .cut(toBytes: TextLimits.runMessage)
        }
        return openFinally(decision, at: now, into: &actions)
    }

    private mutating func finalize(
        _ decision: RunState.Decision, at now: Timestamp, into actions: inout [RunAction]
    ) {
        run.reason = decision.reason
        run.message = decision.message
        run.decision = nil
        run.ending = nil
        run.stage = .main
        // Its last attempt ended while it was paused: there is nothing to hold back any more.
        endPause("LastTaskEnded", at: now, into: &actions)
        moveRun(to: decision.phase, decision.reason ?? decision.phase.rawValue, at: now)
        run.pausedSince = nil
        run.deadline = nil
        timers.clear(TimerSlot.runDeadline)
        run.completed = max(run.started ?? now, now)
        ledger.hurry()
    }

    /// Tells the owner that the run's end is stored.
    mutating func finish(tellingUsers: Bool, into actions: inout [RunAction]) {
        guard !run.finished else { return }
        run.finished = true
        if tellingUsers {
            let isGood = run.phase == .completed || run.phase == .cancelled
            notify(
                isGood ? .normal : .warning, "Run\(run.phase.rawValue)",
                run.message ?? "the run ended: \(run.phase.rawValue)", into: &actions)
        }
        actions.append(.finish(run.phase))
    }
}

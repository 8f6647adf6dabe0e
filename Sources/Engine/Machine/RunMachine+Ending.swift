internal import Values
internal import Workflows

/// How a run ends.
extension RunMachine {
    /// Moves the run to a phase.
    mutating func moveRun(to phase: RunPhase) {
        precondition(
            run.phase.mayBecome(phase), "the run went from \(run.phase) to \(phase)")
        run.phase = phase
        ledger.noteChange()
    }

    /// Stops the run: nothing starts any more, and every attempt that runs is cancelled once.
    mutating func beginEnding(
        _ ending: Ending, message: String?, at now: Timestamp, into actions: inout [RunAction]
    ) {
        if run.phase == .paused { moveRun(to: .running) }
        run.pausedSince = nil
        run.ending = ending
        run.reason = ending.rawValue
        run.message = message
        withdrawRequests(into: &actions)
        cleared = []
        timers.clear(runDeadlineSlot)
        for task in active.members {
            if tasks[task].phase == .launching {
                // Its intent may be stored, but it was not handed out and never will be.
                withdrawAdmission(of: task, into: &actions)
                end(task, as: .cancelled, reason: ending.taskReason, at: now)
            } else if !tasks[task].marks.contains(.cancelled) {
                cancelAttempt(task, at: now, into: &actions)
            }
        }
        ledger.noteChange()
        ledger.hurry()
    }

    /// Asks once that the current attempt be stopped, and waits a bounded time for its end.
    mutating func cancelAttempt(
        _ task: Int, at now: Timestamp, into actions: inout [RunAction]
    ) {
        tasks[task].marks.insert(.cancelled)
        timers.set(task, to: now + limits.settlementGrace)
        let attempt = Int(tasks[task].attempt)
        actions.append(.cancelAttempt(AttemptReference(task: task, attempt: attempt)))
    }

    /// Ends a run that was stopping, now that its last attempt has ended.
    mutating func endRun(
        _ ending: Ending, at now: Timestamp, into actions: inout [RunAction]
    ) {
        for task in tasks.indices where !tasks[task].phase.isTerminal {
            let neverTried = tasks[task].attempt == 0
            ready.remove(task)
            let phase: TaskPhase = ending.phase == .failed && neverTried ? .skipped : .cancelled
            end(task, as: phase, reason: ending.taskReason, at: now)
        }
        arrivals.removeAll()
        run.reason = ending.finalReason
        finalize(as: ending.phase, at: now, into: &actions)
    }

    /// Ends a run whose tasks have all ended, with its outputs.
    mutating func completeRun(at now: Timestamp, into actions: inout [RunAction]) {
        switch evaluateOutputs() {
        case .failure(let error):
            run.reason = RunReason.outputFailed
            run.message = error.message.cut(toBytes: TextLimits.runMessage)
            finalize(as: .failed, at: now, into: &actions)
        case .success(let given):
            // What a merge patch makes of them: there, a member that is null is an absent one.
            let kept = JSON.object([:]).merging(patch: .object(given)).objectValue ?? [:]
            run.outputs = kept.isEmpty ? nil : kept
            noteFailures()
            finalize(as: .completed, at: now, into: &actions)
        }
    }

    /// Names the failures that the run went on after.
    ///
    /// O(tasks), once a run.
    private mutating func noteFailures() {
        let failed = tasks.indices.filter {
            tasks[$0].phase == .failed || tasks[$0].phase == .timedOut
        }
        guard let first = failed.first, let detail = details[first] else { return }
        let count = failed.count == 1 ? "1 task" : "\(failed.count) tasks"
        run.reason = RunReason.completedWithFailures
        run.message =
            ("\(count) failed; '\(plan.tasks[first].id)': \(detail.errorType ?? ""): "
            + (detail.errorMessage ?? "")).cut(toBytes: TextLimits.runMessage)
    }

    private mutating func finalize(
        as phase: RunPhase, at now: Timestamp, into actions: inout [RunAction]
    ) {
        moveRun(to: phase)
        run.ending = nil
        run.pausedSince = nil
        run.deadline = nil
        timers.clear(runDeadlineSlot)
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

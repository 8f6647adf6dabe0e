internal import Values
internal import Workflows

/// The changes of single tasks: every one of them goes through `move`.
extension RunMachine {
    /// Notes that a task's part of the status changed.
    mutating func change(_ task: Int) {
        guard !tasks[task].marks.contains(.changed) else {
            ledger.noteChange()
            return
        }
        tasks[task].marks.insert(.changed)
        ledger.noteChange(of: task)
    }

    /// Moves a task to a phase.
    ///
    /// A step that the table of phases forbids is an error of the engine and stops the process:
    /// what is stored stays right, and a restart goes on from there.
    mutating func move(_ task: Int, to phase: TaskPhase) {
        let present = tasks[task].phase
        precondition(present.mayBecome(phase), "a task went from \(present) to \(phase)")
        if present.isActive && !phase.isActive { active.remove(task) }
        if !present.isActive && phase.isActive { active.insert(task) }
        tasks[task].phase = phase
        change(task)
    }

    /// Ends a task.
    mutating func end(_ task: Int, as phase: TaskPhase, reason: TaskReason?, at now: Timestamp) {
        move(task, to: phase)
        timers.clear(task)
        if tasks[task].reason == .queued { details[task]?.message = nil }
        tasks[task].reason = reason
        if let started = tasks[task].started { tasks[task].completed = max(started, now) }
        if details[task]?.nextAttempt != nil { details[task]?.nextAttempt = nil }
        remaining -= 1
        if reason?.isSweep != true { done += 1 }
    }

    /// Tells the tasks that wait for this one that it has ended.
    mutating func releaseDependents(of task: Int) {
        for dependent in plan.dependents(of: task) {
            let index = Int(dependent)
            tasks[index].unmet -= 1
            if tasks[index].unmet == 0 { arrivals.append(dependent) }
        }
    }

    /// Ends a task with what it gave, if that fits.
    mutating func complete(
        _ task: Int, with given: JSONObject, at now: Timestamp, into actions: inout [RunAction]
    ) {
        let size = given.isEmpty ? 2 : JSON.object(given).canonicalSize
        if let error = outputError(task, size: size) {
            fail(task, error, at: now, into: &actions)
            return
        }
        end(task, as: .completed, reason: nil, at: now)
        outputs[task] = given
        if let message = details.removeValue(forKey: task)?.errorMessage {
            budget.giveBackMessage(of: message)
        }
        releaseDependents(of: task)
    }

    /// Takes room for a task's outputs, or says why there is none.
    private mutating func outputError(_ task: Int, size: Int) -> TaskError? {
        guard size <= limits.taskOutputBytes else {
            return TaskError(
                type: EngineErrorType.outputTooLarge,
                message: "the outputs have \(size) bytes, and a task may give"
                    + " \(limits.taskOutputBytes)", isRetryable: false)
        }
        guard size <= 2 || budget.take(size) else {
            return TaskError(
                type: EngineErrorType.outputTooLarge,
                message: "the outputs have \(size) bytes, and the run's status has room for"
                    + " \(budget.free) of \(limits.statusBytes)", isRetryable: false)
        }
        return nil
    }

    /// Ends a task with an error, and does with the run what the task's failure action says.
    mutating func fail(
        _ task: Int, _ error: TaskError, as phase: TaskPhase = .failed, at now: Timestamp,
        into actions: inout [RunAction]
    ) {
        record(error, of: task)
        end(task, as: phase, reason: nil, at: now)
        let id = plan.tasks[task].id
        let text = "task '\(id)' failed: \(error.type): \(error.message)"
            .cut(toBytes: TextLimits.runMessage)
        notify(.warning, "TaskFailed", text, task: id, into: &actions)
        releaseDependents(of: task)
        guard run.ending == nil, plan.tasks[task].failureAction == .fail else { return }
        beginEnding(.failing, message: text, at: now, into: &actions)
    }

    /// Keeps an error in the task's part of the status, cut so that it fits.
    mutating func record(_ error: TaskError, of task: Int) {
        var detail = details[task] ?? TaskDetail()
        if let present = detail.errorMessage { budget.giveBackMessage(of: present) }
        detail.errorType = error.type.cut(toBytes: TextLimits.errorType)
        detail.errorMessage = budget.takeMessage(error.message)
        details[task] = detail
    }

    /// Tells users something.
    func notify(
        _ severity: RunNotice.Severity, _ reason: String, _ message: String, task: String? = nil,
        into actions: inout [RunAction]
    ) {
        actions.append(
            .recordEvent(
                RunNotice(severity: severity, reason: reason, message: message, taskID: task)))
    }
}

/// The types of errors that only the engine gives to tasks.
///
/// None of them is retried.
public enum EngineErrorType {
    /// Too many attempts were cut off by crashes.
    public static let interrupted = "Interrupted"
    /// What the task gave does not fit into the status.
    public static let outputTooLarge = "OutputTooLarge"
}

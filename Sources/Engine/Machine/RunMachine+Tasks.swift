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
    /// A step that the table of phases forbids is not taken, and stops this machine: see ``fault``.
    mutating func move(_ task: Int, to phase: TaskPhase) {
        let state = tasks[task]
        let present = state.phase
        guard present.mayBecome(phase) else {
            refuse(task, to: phase)
            return
        }
        taken.note(present, phase)
        let isActive = phase.isActive
        if present.isActive != isActive, !state.isOpenContainer {
            if isActive { active.insert(task) } else { active.remove(task) }
            if state.traits.contains(.companion) { companions += isActive ? 1 : -1 }
        }
        if hasRarePhases { count(task, from: present, to: phase) }
        tasks[task].enter(phase)
        if journal.isKept, let heard {
            journal.note(task, attempt: state.attempt, from: present, to: phase, at: heard)
        }
        if state.marks.contains(.changed) {
            ledger.noteChange()
        } else {
            ledger.noteChange(of: task)
        }
    }

    /// Stops this machine, unless an earlier step has: the first is the cause.
    @inline(never)
    private mutating func refuse(_ task: Int, to phase: TaskPhase) {
        guard faults.isEmpty else { return }
        faults = [
            IllegalTransition(
                subject: "task '\(path(of: task))'", from: tasks[task].phase.rawValue,
                to: phase.rawValue, reason: "the table of task phases has no such step")
        ]
    }

    /// Keeps the counters of phases that few runs have.
    private mutating func count(_ task: Int, from present: TaskPhase, to phase: TaskPhase) {
        if present == .waitingApproval { approvals -= 1 }
        if phase == .waitingApproval { approvals += 1 }
        let instance = Int(tasks[task].instance)
        guard instances[instance].program.maximumParallel != .max,
            present.isUnderWay != phase.isUnderWay, !tasks[task].traits.contains(.companion)
        else { return }
        instances[instance].underWay += phase.isUnderWay ? 1 : -1
        guard !phase.isUnderWay, !instances[instance].held.isEmpty else { return }
        // All of them: the first may need no place at all.
        let held = instances[instance].held
        instances[instance].held = []
        for next in held { ready.insert(Int(next), level: tasks[Int(next)].level) }
    }

    /// Makes a task wait for a place.
    mutating func enqueue(_ task: Int) {
        if tasks[task].phase != .ready { move(task, to: .ready) }
        ready.insert(task, level: tasks[task].level)
        setReadyTimer(of: task)
    }

    /// Ends a task.
    mutating func end(_ task: Int, as phase: TaskPhase, reason: TaskReason?, at now: Timestamp) {
        move(task, to: phase)
        timers.clear(task)
        if !cleared.isEmpty { cleared.removeAll { $0.reference.task == task } }
        if tasks[task].reason == .queued { forgetQueue(of: task) }
        tasks[task].finish(reason, at: now)
        if !details.isEmpty { clearMoments(of: task) }
        noteStreamEnd(of: task)
        let instance = Int(tasks[task].instance)
        instances[instance].remaining -= 1
        if instances[instance].remaining == 0 && instance != 0 {
            endedInstances.append(Int32(instance))
        }
        if reason?.isSweep != true { done += 1 }
        if !reusable.isEmpty { noteFreshness(of: task) }
    }

    // Not part of what ends plain tasks, which is the engine's hottest path.
    @inline(never)
    private mutating func clearMoments(of task: Int) {
        guard details[task] != nil else { return }
        forgetWait(of: task)
        details[task]?.deadline = nil
        details[task]?.totalDeadline = nil
        details[task]?.until = nil
        forgetProgress(of: task)
    }

    /// Tells the tasks that wait for this one that it has ended.
    mutating func releaseDependents(of task: Int) {
        let instance = Int(tasks[task].instance)
        let first = Int(instances[instance].first)
        let hasAnnounced = hasAnnounced(task)
        let isUneven = tasks[task].phase != .completed
        for dependent in instances[instance].program.graph.dependents(of: task - first) {
            let index = first + Int(dependent)
            if isUneven { tasks[index].marks.insert(.uneven) }
            if hasAnnounced, waitsForStart(index, of: task) { continue }
            tasks[index].unmet -= 1
            if tasks[index].unmet == 0 || tasks[index].traits.contains(.join) {
                arrivals.append(Int32(index))
            }
        }
    }

    /// Counts a new attempt of a task, and tells those that wait for its start of the first.
    mutating func countAttempt(of task: Int, at now: Timestamp) {
        tasks[task].begin(at: now)
        guard tasks[task].attempt == 1, tasks[task].traits.contains(.announces) else { return }
        let instance = Int(tasks[task].instance)
        let first = Int(instances[instance].first)
        for dependent in instances[instance].program.graph.dependents(of: task - first) {
            let index = first + Int(dependent)
            guard waitsForStart(index, of: task) else { continue }
            tasks[index].unmet -= 1
            if tasks[index].unmet == 0 || tasks[index].traits.contains(.join) {
                arrivals.append(Int32(index))
            }
        }
    }

    /// Whether those that wait for a task's start need not wait any more.
    func hasAnnounced(_ task: Int) -> Bool {
        tasks[task].traits.contains(.announces) && tasks[task].attempt > 0
    }

    /// Whether a task waits for the start of another, and not for its end.
    func waitsForStart(_ dependent: Int, of task: Int) -> Bool {
        let (program, index) = place(of: dependent)
        let dependency = Int32(place(of: task).index)
        return program.tasks[index].edges.contains {
            $0.task == dependency && $0.when == .started
        }
    }

    /// Ends a task with what it gave, if that fits.
    mutating func complete(
        _ task: Int, with given: JSONObject, reason: TaskReason? = nil, at now: Timestamp,
        into actions: inout [RunAction]
    ) {
        // What a container gives is what its tasks gave, which is stored already.
        if !given.isEmpty, !tasks[task].isOpenContainer, let error = outputError(task, given) {
            fail(task, error, at: now, into: &actions)
            return
        }
        end(task, as: .completed, reason: reason, at: now)
        if !given.isEmpty { outputs[task] = given }
        if tasks[task].traits.contains(.compensation) {
            completions += 1
            details[task, default: TaskDetail()].order = completions
        }
        if !details.isEmpty { forgetError(of: task) }
        releaseDependents(of: task)
    }

    @inline(never)
    private mutating func forgetError(of task: Int) {
        guard var detail = details[task] else { return }
        if let message = detail.errorMessage {
            budget.giveBackMessage(of: message, in: tasks[task].shard)
        }
        detail.errorMessage = nil
        detail.errorType = nil
        detail.errorCode = nil
        details[task] = detail.isEmpty ? nil : detail
    }

    /// Takes room for a task's outputs, or says why they are not stored.
    private mutating func outputError(_ task: Int, _ given: JSONObject) -> TaskError? {
        let size = JSON.object(given).canonicalSize
        if let error = depthError("the outputs", given, size: size) { return error }
        guard size <= limits.taskOutputBytes else {
            return TaskError(
                type: EngineErrorType.outputTooLarge,
                message: "the outputs have \(size) bytes, and a task may give"
                    + " \(limits.taskOutputBytes)", isRetryable: false)
        }
        let shard = tasks[task].shard
        guard budget.take(size, in: shard) else {
            return TaskError(
                type: EngineErrorType.outputTooLarge,
                message: "the outputs have \(size) bytes, and the run's status has room for"
                    + " \(budget.free(in: shard)) of \(limits.statusBytes)", isRetryable: false)
        }
        return nil
    }

    /// Does what follows when a task's last attempt has failed, or it could make none: the next
    /// fallback, or its end.
    mutating func fail(
        _ task: Int, _ error: TaskError, as phase: TaskPhase = .failed, at now: Timestamp,
        into actions: inout [RunAction]
    ) {
        if tasks[task].traits.contains(.options),
            fallBack(task, after: error, at: now, into: &actions)
        {
            return
        }
        giveUp(task, error, as: phase, at: now, into: &actions)
    }

    /// Ends a task with an error, and does with what it is part of as its failure action says.
    mutating func giveUp(
        _ task: Int, _ error: TaskError, as phase: TaskPhase, at now: Timestamp,
        into actions: inout [RunAction]
    ) {
        record(error, of: task)
        end(task, as: phase, reason: nil, at: now)
        let path = path(of: task)
        let text = "task '\(path)' failed: \(error.type): \(error.message)"
            .cut(toBytes: TextLimits.runMessage)
        notify(.warning, "TaskFailed", text, task: path, into: &actions)
        releaseDependents(of: task)
        let (program, index) = place(of: task)
        let action = program.tasks[index].failureAction
        guard action != .continue else { return }
        let instance = Int(tasks[task].instance)
        guard instance == 0 else {
            if instances[instance].failed < 0 { instances[instance].failed = Int32(task) }
            // What cleans up goes on as far as it can.
            if instances[instance].role != .finally, !isHalted(task) {
                stop(instance, .failed, at: now, into: &actions)
            }
            return
        }
        guard !isHalted(task) else { return }
        beginEnding(
            action == .rollback ? .rollingBack : .failing, message: text, at: now, into: &actions)
    }

    /// Keeps an error in the task's part of the status, cut so that it fits.
    mutating func record(_ error: TaskError, of task: Int) {
        var detail = details[task] ?? TaskDetail()
        let shard = tasks[task].shard
        if let present = detail.errorMessage { budget.giveBackMessage(of: present, in: shard) }
        detail.errorCode = error.code.flatMap { $0 < 0 ? nil : Int32(exactly: $0) }
        detail.errorType = error.type.cut(
            toBytes: detail.errorCode == nil
                ? TextLimits.errorType : TextLimits.errorType - TextLimits.errorCode)
        detail.errorMessage = budget.takeMessage(error.message, in: shard)
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

extension TaskPhase {
    /// Whether a task of this phase counts among those of its scope that are under way.
    var isUnderWay: Bool { self == .launching || self == .running }
}

/// The types of errors that only the engine gives to tasks.
///
/// None of them is retried.
public enum EngineErrorType {
    /// Too many attempts were cut off by crashes.
    public static let interrupted = "Interrupted"
    /// What the task gave does not fit into the status.
    public static let outputTooLarge = "OutputTooLarge"
    /// What the task gave nests too deep for objects of the API.
    public static let outputTooDeep = "OutputTooDeep"
    /// The checkpoint has no room for the tasks of a container.
    public static let checkpointFull = "CheckpointFull"
    /// A container goes through more than it may.
    public static let loopLimit = "LoopLimitError"
    /// The tasks that a dynamic container was given are no valid ones.
    public static let invalidTasks = "InvalidTasks"
    /// A user decided that an attempt whose fate was unknown had failed.
    public static let resolved = "ResolvedAsFailed"
}

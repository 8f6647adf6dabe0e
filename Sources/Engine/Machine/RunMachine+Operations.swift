internal import Values
internal import Workflows

/// What users do to a run that is under way.
extension RunMachine {
    /// Does what a user asks, once, and keeps what came of it.
    ///
    /// A run that has ended answers for itself no more: whoever owns its object refuses what comes then.
    mutating func perform(
        _ operation: RunOperation, id: String, at now: Timestamp, into actions: inout [RunAction]
    ) {
        guard run.operations[id] == nil, !run.phase.isTerminal else { return }
        let isHeard = run.operations.count < HistoryLimits.operations
        let mayBeKept =
            run.operations.count < OperationRecord.maximumKept
            && budget.take(StatusReserve.operation + id.sizeInJSON, in: 0)
        guard isHeard, mayBeKept else {
            let message =
                isHeard
                ? "the run's status has no room to keep what would come of it"
                : "the run has heard \(HistoryLimits.operations) operations, and does no more"
            notify(.warning, "OperationRefused", "\(message) (\(id))", into: &actions)
            if mayBeKept {
                keep(OperationRecord(time: now, result: .refused, message: message), of: id)
            }
            return
        }
        let record: OperationRecord
        do {
            let message = try apply(operation, at: now, into: &actions)
            record = OperationRecord(time: now, result: .done, message: message)
            notify(.normal, "OperationDone", "\(message) (\(id))", into: &actions)
        } catch {
            let message = error.description.cut(toBytes: TextLimits.operationMessage)
            record = OperationRecord(time: now, result: .refused, message: message)
            notify(.warning, "OperationRefused", "\(message) (\(id))", into: &actions)
        }
        keep(record, of: id)
    }

    private mutating func keep(_ record: OperationRecord, of id: String) {
        run.operations[id] = record
        run.changedFields.insert(.operations)
        ledger.noteChange()
        ledger.hurry()
    }

    private mutating func apply(
        _ operation: RunOperation, at now: Timestamp, into actions: inout [RunAction]
    ) throws(IllegalTransition) -> String {
        switch operation {
        case .retryTask(let path):
            let task = try find(path, for: .ready)
            switch tasks[task].phase {
            case .retrying:
                timers.clear(task)
                forgetWait(of: task)
                enqueue(task)
            case .inDoubt: enqueue(task)
            default:
                throw refusal(
                    task, .ready, "only a task that is Retrying or InDoubt waits for that")
            }
            return "task '\(path)' is tried again"
        case .skipTask(let path):
            let task = try settle(path, as: .skipped, into: &actions)
            end(task, as: .skipped, reason: .skippedByUser, at: now)
            releaseDependents(of: task)
            return "task '\(path)' is skipped"
        case .setOutputs(let path, let given):
            guard let given else {
                throw refusal(
                    try find(path, for: .completed), .completed,
                    "no outputs are given: set outputs, to {} where there are none")
            }
            return try set(path, given, at: now, into: &actions)
        case .resolveInDoubt(let path, let resolution):
            return try resolve(path, resolution, at: now, into: &actions)
        case .checkpoint(let label):
            return "checkpoint \(ledger.sequence + 1) '\(label)'"
                .cut(toBytes: TextLimits.operationMessage)
        case .rollback:
            guard run.stage == .main, run.ending == nil else {
                throw IllegalTransition(
                    subject: "the run", from: run.reason ?? run.phase.rawValue,
                    to: Ending.rollingBack.rawValue, reason: "it is ending already")
            }
            beginEnding(.rollingBack, message: "as a user asked", at: now, into: &actions)
            return "the run is rolled back"
        }
    }

    private mutating func set(
        _ path: String, _ given: JSONObject, at now: Timestamp, into actions: inout [RunAction]
    ) throws(IllegalTransition) -> String {
        let task = try find(path, for: .completed)
        let size = JSON.object(given).canonicalSize
        guard size <= min(limits.taskOutputBytes, max(0, budget.free(in: tasks[task].shard))) else {
            throw refusal(task, .completed, "there is no room for outputs of \(size) bytes")
        }
        if let error = depthError("the outputs", given, size: size) {
            throw refusal(task, .completed, error.message)
        }
        if let reason = misfit(of: given, in: task) { throw refusal(task, .completed, reason) }
        _ = try settle(path, as: .completed, into: &actions)
        complete(task, with: given, reason: .setByUser, at: now, into: &actions)
        return "task '\(path)' has the outputs given"
    }

    /// Why outputs given by hand are not those that the task declares, or nil.
    ///
    /// What reads them was checked against the declaration, and would fail later and elsewhere.
    private func misfit(of given: JSONObject, in task: Int) -> String? {
        let (program, index) = place(of: task)
        let declared = program.tasks[index].declaredOutputs.sorted { $0.key < $1.key }
        for (name, kind) in declared {
            guard let value = given[name] else {
                return "its output '\(name)' is declared as \(kind.phrase), and is not given"
            }
            guard kind.contains(value) else {
                return "its output '\(name)' is declared as \(kind.phrase), and"
                    + " \(value.text.cut(toBytes: TextLimits.operationMessage / 4)) is given"
            }
        }
        return nil
    }

    private mutating func resolve(
        _ path: String, _ resolution: RunOperation.Resolution, at now: Timestamp,
        into actions: inout [RunAction]
    ) throws(IllegalTransition) -> String {
        let task = try find(path, for: .ready)
        guard tasks[task].phase == .inDoubt else {
            throw refusal(task, .ready, "nothing is in doubt about it")
        }
        switch resolution {
        case .retry:
            enqueue(task)
            return "task '\(path)' is tried again"
        case .complete(let given): return try set(path, given, at: now, into: &actions)
        case .fail:
            let error = TaskError(
                type: EngineErrorType.resolved,
                message: "the attempt was cut off, and a user decided that it had failed",
                isRetryable: false)
            fail(task, error, at: now, into: &actions)
            return "task '\(path)' has failed"
        }
    }

    /// Takes a task from whatever it is doing, so that it can be ended by hand.
    private mutating func settle(
        _ path: String, as phase: TaskPhase, into actions: inout [RunAction]
    ) throws(IllegalTransition) -> Int {
        let task = try find(path, for: phase)
        guard !tasks[task].isOpenContainer else {
            throw refusal(task, phase, "it runs the tasks in it; end those")
        }
        guard !isHalted(task) else {
            throw refusal(task, phase, "what it is part of is ending already")
        }
        switch tasks[task].phase {
        case .ready: unqueue(task, into: &actions)
        case .launching: withdrawAdmission(of: task, into: &actions)
        case .running, .waitingApproval:
            // Its end is not waited for: late, it will be that of an attempt that is over.
            if !tasks[task].marks.contains(.cancelled) {
                let attempt = Int(tasks[task].attempt)
                ledger.stage(cancelOf: AttemptReference(task: task, attempt: attempt))
            }
        default: break
        }
        return task
    }

    private func find(_ path: String, for phase: TaskPhase) throws(IllegalTransition) -> Int {
        guard let task = index(ofPath: path) else {
            throw IllegalTransition(
                subject: "task '\(path)'", from: "", to: phase.rawValue, reason: absence(of: path))
        }
        guard !tasks[task].phase.isTerminal else {
            throw refusal(task, phase, "what has ended stays as it ended")
        }
        return task
    }

    /// That there is no task of a path.
    private func absence(of path: String) -> String {
        guard !path.isEmpty else { return "the request names no task" }
        // What is in a container is there once that has begun.
        let isInside = path.contains { TaskPath.separator == $0 || $0 == "[" }
        let nearest = Spelling.nearest(to: path, among: plan.tasks.map(\.id))
        return "the run has no task '\(path)'" + (isInside ? ", or not yet" : "")
            + (nearest.map { "; did you mean '\($0)'?" } ?? "")
    }

    private func refusal(_ task: Int, _ phase: TaskPhase, _ reason: String) -> IllegalTransition {
        IllegalTransition(
            subject: "task '\(path(of: task))'", from: tasks[task].phase.rawValue,
            to: phase.rawValue, reason: reason)
    }
}

internal import Expressions
internal import Values
internal import Workflows

/// From the end of a dependency to the start of an attempt.
extension RunMachine {
    /// Does all that can be done now: settles tasks that have nothing to wait for, starts what may
    /// start, ends the run when nothing is left, asks for a write, and sets the timer.
    mutating func settle(at now: Timestamp, into actions: inout [RunAction]) {
        admitArrivals(at: now, into: &actions)
        while run.phase == .running, run.ending == nil,
            active.count + asking.count < parallelism, let task = ready.first
        {
            ready.remove(task)
            if limits.asksForAdmission, !evaluatedTypes.contains(plan.tasks[task].type) {
                requestAdmission(of: task, into: &actions)
                continue
            }
            startAttempt(task, at: now, into: &actions)
            admitArrivals(at: now, into: &actions)
        }
        if !run.phase.isTerminal && active.isEmpty {
            if let ending = run.ending {
                endRun(ending, at: now, into: &actions)
            } else if remaining == 0 {
                completeRun(at: now, into: &actions)
            }
        }
        // A run that has gone quiet gives no later occasion to write what is left.
        if active.isEmpty { ledger.hurry() }
        if let sequence = ledger.nextWrite(isOver: run.phase.isTerminal) {
            actions.append(.writeCheckpoint(sequence: sequence))
        }
        limitLag(at: now)
        announceTimer(into: &actions)
    }

    private var parallelism: Int {
        min(limits.maximumParallel, max(1, plan.maxParallel ?? .max))
    }

    /// Decides what becomes of the tasks whose last dependency has just ended.
    mutating func admitArrivals(at now: Timestamp, into actions: inout [RunAction]) {
        var next = 0
        // Skipping or failing one may add others behind it.
        while next < arrivals.count {
            if run.ending != nil { break }
            admit(Int(arrivals[next]), at: now, into: &actions)
            next += 1
        }
        arrivals.removeAll(keepingCapacity: true)
    }

    private mutating func admit(
        _ task: Int, at now: Timestamp, into actions: inout [RunAction]
    ) {
        if let (reason, message) = skipReason(of: task) {
            skip(task, reason, message, at: now)
            return
        }
        if let condition = plan.tasks[task].condition {
            do {
                guard try evaluate(condition, of: task) else {
                    skip(task, .conditionFalse, nil, at: now)
                    return
                }
            } catch {
                let message = "the condition has no value: \(error)"
                fail(task, expressionError(message), at: now, into: &actions)
                return
            }
        }
        move(task, to: .ready)
        ready.insert(task)
    }

    /// Why a task whose dependencies have all ended must not run, if so.
    ///
    /// A skip by condition spreads to all that depend on the task. Any other missing output, of a
    /// task that failed and let the run go on, hits only those that need it.
    private func skipReason(of task: Int) -> (TaskReason, String)? {
        var missing: Int?
        for dependency in plan.dependencies(of: task) {
            let index = Int(dependency)
            if tasks[index].phase == .completed { continue }
            let isNeeded = needsOutputs(of: index, in: task)
            if tasks[index].reason?.isConditional == true,
                isNeeded || plan.tasks[task].orderDependencies.contains(dependency)
            {
                return (.dependencySkipped, "task '\(plan.tasks[index].id)' was skipped")
            }
            if isNeeded && missing == nil { missing = index }
        }
        return missing.map {
            (.missingOutput, "task '\(plan.tasks[$0].id)' has no outputs: it \(ending(of: $0))")
        }
    }

    /// Whether a task's inputs or condition refer to the outputs of another.
    private func needsOutputs(of dependency: Int, in task: Int) -> Bool {
        let id = plan.tasks[dependency].id
        func isMeant(_ reference: Reference) -> Bool {
            let path = reference.path
            return path.count > 2 && path[0] == "tasks" && path[1] == id && path[2] == "outputs"
        }
        let plan = plan.tasks[task]
        return plan.inputs.references.contains { isMeant($0.reference) }
            || plan.condition?.references.contains(where: isMeant) == true
    }

    private func ending(of task: Int) -> String {
        switch tasks[task].phase {
        case .timedOut: "timed out"
        case .failed: "failed"
        default: "was skipped"
        }
    }

    private mutating func skip(
        _ task: Int, _ reason: TaskReason, _ message: String?, at now: Timestamp
    ) {
        end(task, as: .skipped, reason: reason, at: now)
        if let message { details[task, default: TaskDetail()].message = message }
        releaseDependents(of: task)
    }

    /// Begins the next attempt of a task: evaluates a pure one on the spot, and stages any other
    /// until its intent is stored (law 4).
    mutating func startAttempt(
        _ task: Int, at now: Timestamp, into actions: inout [RunAction]
    ) {
        let given: JSONObject
        do {
            given = try evaluateInputs(of: task)
        } catch {
            fail(
                task, expressionError("the inputs have no value: \(error)"), at: now, into: &actions
            )
            return
        }
        tasks[task].attempt += 1
        tasks[task].reason = nil
        details[task]?.message = nil
        if tasks[task].started == nil { tasks[task].started = now }
        if evaluatedTypes.contains(plan.tasks[task].type) {
            complete(task, with: given, at: now, into: &actions)
            return
        }
        move(task, to: .launching)
        tasks[task].marks.subtract([.cancelled, .expired])
        ledger.stage(
            TaskAttempt(
                reference: AttemptReference(task: task, attempt: Int(tasks[task].attempt)),
                taskID: plan.tasks[task].id, type: plan.tasks[task].type, inputs: given,
                deadline: nil))
    }

    private func expressionError(_ message: String) -> TaskError {
        TaskError(type: TaskError.Kind.expression, message: message, isRetryable: false)
    }
}

internal import Expressions
internal import Values
internal import Workflows

/// From the end of a dependency to the start of an attempt.
extension RunMachine {
    /// Does all that can be done now: settles tasks that have nothing to wait for, starts what may
    /// start, ends what has nothing left, asks for a write, and sets the timer.
    mutating func settle(at now: Timestamp, into actions: inout [RunAction]) {
        defer { tellStreamEnds(into: &actions) }
        repeat {
            dispatch(at: now, into: &actions)
        } while advance(at: now, into: &actions) && faults.isEmpty
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

    /// Looks at what has ended and starts what may start, until there is nothing more to do.
    private mutating func dispatch(at now: Timestamp, into actions: inout [RunAction]) {
        settleEnds(at: now, into: &actions)
        while run.phase == .running, run.ending == nil, faults.isEmpty, let task = ready.first {
            // Whoever reads a stream takes no place: its writer may wait for it, or for a place.
            let isCompanion = tasks[task].traits.contains(.companion)
            let taken = active.count - approvals - companions + asking.count
            guard isCompanion || taken < parallelism else { return }
            ready.remove(task, level: tasks[task].level)
            if hasRarePhases, !isCompanion, hold(task) { continue }
            start(task, isAdmitted: false, at: now, into: &actions)
            settleEnds(at: now, into: &actions)
        }
    }

    /// Keeps a task back whose scope has as many under way as it may.
    private mutating func hold(_ task: Int) -> Bool {
        let instance = Int(tasks[task].instance)
        guard Int(instances[instance].underWay) >= instances[instance].program.maximumParallel
        else { return false }
        let held = instances[instance].held
        let place = held.firstIndex { $0 > Int32(task) } ?? held.endIndex
        instances[instance].held.insert(Int32(task), at: place)
        return true
    }

    /// Decides what becomes of tasks whose last dependency has just ended, and of containers whose
    /// bodies have.
    mutating func settleEnds(at now: Timestamp, into actions: inout [RunAction]) {
        while faults.isEmpty, !arrivals.isEmpty || !endedInstances.isEmpty {
            var next = 0
            // Skipping or failing one may add others behind it.
            while next < arrivals.count {
                admit(Int(arrivals[next]), at: now, into: &actions)
                next += 1
            }
            arrivals.removeAll(keepingCapacity: true)
            guard !endedInstances.isEmpty else { return }
            let ended = endedInstances
            endedInstances.removeAll(keepingCapacity: true)
            for instance in ended { instanceEnded(Int(instance), at: now, into: &actions) }
        }
    }

    private mutating func admit(
        _ task: Int, at now: Timestamp, into actions: inout [RunAction]
    ) {
        guard tasks[task].phase == .pending, !isHalted(task) else { return }
        switch verdict(of: task) {
        case .wait: return
        case .skip(let reason, let message):
            skip(task, reason, message, at: now)
            return
        case .fail(let error):
            fail(task, error, at: now, into: &actions)
            return
        case .run: break
        }
        guard tasks[task].traits.contains(.condition) else {
            enqueue(task)
            return
        }
        let (program, index) = place(of: task)
        guard let condition = program.tasks[index].condition else { return }
        do {
            if try evaluate(condition, of: task) {
                enqueue(task)
            } else if program.tasks[index].falseAction == .fail {
                let error = TaskError(
                    type: TaskError.Kind.condition,
                    message: "the condition is false: \(condition.source)", isRetryable: false)
                fail(task, error, at: now, into: &actions)
            } else {
                skip(task, .conditionFalse, nil, at: now)
            }
        } catch {
            let message = "the condition has no value: \(error)"
            fail(task, expressionError(message), at: now, into: &actions)
        }
    }

    mutating func skip(
        _ task: Int, _ reason: TaskReason, _ message: String?, at now: Timestamp
    ) {
        end(task, as: .skipped, reason: reason, at: now)
        if let message {
            details[task, default: TaskDetail()].message = message.cut(
                toBytes: TextLimits.skipMessage)
        }
        releaseDependents(of: task)
    }

    /// Begins the next attempt of a task: does on the spot what has no effect, and stages any other
    /// until its intent is stored (law 4).
    mutating func start(
        _ task: Int, isAdmitted: Bool, at now: Timestamp, into actions: inout [RunAction]
    ) {
        let traits = tasks[task].traits
        guard traits.isDisjoint(with: .startedByPlan), traits.contains(.constant),
            reusable.isEmpty
        else {
            startByPlan(task, isAdmitted: isAdmitted, at: now, into: &actions)
            return
        }
        guard mayBegin(task, isAdmitted: isAdmitted, into: &actions) else { return }
        countAttempt(of: task, at: now)
        if !details.isEmpty { forgetQueue(of: task) }
        stage(task, nil)
    }

    /// Begins the next attempt of a task whose plan has to be looked at for that.
    private mutating func startByPlan(
        _ task: Int, isAdmitted: Bool, at now: Timestamp, into actions: inout [RunAction]
    ) {
        let traits = tasks[task].traits
        if traits.contains(.options), startSpecial(task, at: now, into: &actions) { return }
        let given: JSONObject
        do {
            given = try evaluateInputs(of: task)
        } catch {
            fail(
                task, expressionError("the inputs have no value: \(error)"), at: now, into: &actions
            )
            return
        }
        if !reusable.isEmpty, reuse(task, given, at: now, into: &actions) { return }
        if traits.contains(.options), awaitCache(task, given, into: &actions) { return }
        guard mayBegin(task, isAdmitted: isAdmitted, into: &actions) else { return }
        countAttempt(of: task, at: now)
        if !details.isEmpty { forgetQueue(of: task) }
        if traits.contains(.evaluated), !isFallingBack(task) {
            complete(task, with: given, at: now, into: &actions)
            return
        }
        if traits.contains(.wait), !isFallingBack(task) {
            startWait(task, given, at: now, into: &actions)
            return
        }
        guard traits.contains(.named) else {
            stage(task, given)
            return
        }
        move(task, to: .launching)
        tasks[task].marks.subtract([.cancelled, .expired])
        let attempt = makeAttempt(of: task, given)
        // What a name makes idempotent needs no write before it: it is adopted after a crash.
        if isNamedNow(task, attempt.type) {
            launch(attempt, at: now, into: &actions)
        } else {
            ledger.stage(StagedAttempt(attempt.reference, inputs: given))
        }
    }

    /// Keeps a task's attempt until its intent is stored; inputs are nil where its plan has them.
    private mutating func stage(_ task: Int, _ given: JSONObject?) {
        move(task, to: .launching)
        tasks[task].marks.subtract([.cancelled, .expired])
        let reference = AttemptReference(task: task, attempt: Int(tasks[task].attempt))
        ledger.stage(StagedAttempt(reference, inputs: given))
    }

    /// Whether an attempt need not, or need no longer, wait to be admitted; asks for that otherwise.
    private mutating func mayBegin(
        _ task: Int, isAdmitted: Bool, into actions: inout [RunAction]
    ) -> Bool {
        guard limits.asksForAdmission, !isAdmitted, mustAsk(task) else { return true }
        requestAdmission(of: task, into: &actions)
        return false
    }

    /// Whether a task's attempts take something that others wait for.
    func mustAsk(_ task: Int) -> Bool {
        isFallingBack(task)
            || tasks[task].traits.isDisjoint(with: [.evaluated, .wait, .approval, .companion])
    }

    /// An attempt of a task as its executor gets it; the current one where no number is given.
    func makeAttempt(of task: Int, _ given: JSONObject, number: Int? = nil) -> TaskAttempt {
        let (program, index) = place(of: task)
        let reference = AttemptReference(
            task: task, attempt: number ?? Int(tasks[task].attempt))
        let instance = Int(tasks[task].instance)
        let id = program.tasks[index].id
        let path = instance == 0 ? id : instances[instance].prefix + id
        guard !tasks[task].traits.isDisjoint(with: [.options, .announces]) else {
            return TaskAttempt(
                reference, taskID: path, type: program.tasks[index].type, inputs: given,
                priority: nil)
        }
        var options = AttemptOptions()
        options.streamReaders = streamReaders(of: task)
        let plan = program.tasks[index].options
        options.resources = plan.resources
        options.streamSource = plan.stream?.source.map { instances[instance].prefix + $0 }
        let other = fallbackAttempt(of: task)
        if let other {
            options.executor = other.executor
            options.config = other.config
            options.fallback = details[task].map { Int($0.fallback) }
            options.workflow = other.workflow
        } else {
            options.executor = plan.executor
            options.config = plan.config
            options.workflow = plan.workflow
            options.stream = plan.stream
            if program.tasks[index].hasOptions { options.progress = details[task]?.progress }
        }
        return TaskAttempt(
            reference, taskID: path, type: other?.type ?? program.tasks[index].type,
            inputs: given, priority: plan.priority, options: options)
    }

    func expressionError(_ message: String) -> TaskError {
        TaskError(type: TaskError.Kind.expression, message: message, isRetryable: false)
    }
}

extension TaskTraits {
    /// What a task's plan is looked at for before an attempt of it begins.
    fileprivate static let startedByPlan: TaskTraits = [.options, .evaluated, .wait, .named]
}

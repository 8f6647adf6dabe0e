internal import Expressions
internal import Values
internal import Workflows

/// Containers: how their bodies are opened, and what follows when one is over.
extension RunMachine {
    /// Begins an attempt of a container: decides what it runs, and opens the first bodies.
    ///
    /// It has no effect of its own and needs no write: what is not stored is decided again, from the
    /// same values.
    mutating func startContainer(
        _ task: Int, at now: Timestamp, into actions: inout [RunAction]
    ) {
        countAttempt(of: task, at: now)
        tasks[task].marks.insert(.container)
        move(task, to: .running)
        var state = ContainerState()
        state.attempt = tasks[task].attempt
        containers[task] = state
        setContainerDeadline(of: task, at: now)
        let (program, index) = place(of: task)
        guard let control = program.tasks[index].control else { return }
        do {
            switch control {
            case .group(let scope): openOnly(self.program(ofScope: scope), of: task)
            case .branch(let branch):
                let choice = try choose(branch, of: task)
                details[task, default: TaskDetail()].caseName = choice.name?.cut(
                    toBytes: TextLimits.caseName)
                guard let scope = choice.scope else {
                    complete(task, with: ["case": .null], at: now, into: &actions)
                    return
                }
                openOnly(self.program(ofScope: scope), of: task)
            case .dynamic(let template):
                let bodies = try compileBody(template, of: task)
                openOnly(bodies, of: task)
            case .loop(let loop):
                try beginLoop(loop, of: task)
                openIterations(loop, of: task, at: now, into: &actions)
            }
        } catch {
            conclude(task, failing: error.taskError, at: now, into: &actions)
            return
        }
        guard containers[task]?.failure == nil else {
            concludeIfOver(task, at: now, into: &actions)
            return
        }
    }

    private mutating func setContainerDeadline(of task: Int, at now: Timestamp) {
        guard let deadline = ownDeadline(of: task, at: now) else { return }
        details[task, default: TaskDetail()].deadline = deadline
        timers.set(task, to: deadline)
    }

    /// Opens the only body of a container.
    private mutating func openOnly(_ program: ScopeProgram, of task: Int) {
        if program.maximumParallel != .max { hasRarePhases = true }
        guard let instance = openInstance(program, .body, parent: task) else {
            let full = checkpointFull(tasks: program.count)
            containers[task]?.failure = full
            return
        }
        containers[task]?.open = [Int32(instance)]
        containers[task]?.last = Int32(instance)
        containers[task]?.opened = 1
    }

    func checkpointFull(tasks count: Int) -> TaskError {
        TaskError(
            type: EngineErrorType.checkpointFull,
            message:
                "the checkpoint has no room for \(count) more tasks; make it several workflows",
            isRetryable: false)
    }

    /// The case of a branch that holds.
    func choose(
        _ branch: BranchPlan, of task: Int
    ) throws(EvaluationError) -> (name: String?, scope: Int?) {
        let value = try branch.on.map { template throws(EvaluationError) in
            try evaluate(template, of: task)
        }
        for option in branch.cases {
            let holds: Bool
            if let condition = option.condition {
                holds = try evaluate(condition, of: task)
            } else {
                holds = value != nil && option.value == value
            }
            if holds { return (option.name, option.scope) }
        }
        return (branch.otherwise == nil ? nil : "default", branch.otherwise)
    }

    /// The program of the tasks that a dynamic container is given.
    ///
    /// The same values give the same program, so that it is made again after a crash.
    mutating func compileBody(
        _ template: ValueTemplate, of task: Int
    ) throws -> ScopeProgram {
        let list = try evaluate(template, of: task)
        let (program, index) = place(of: task)
        let address = TaskAddress(scope: program.scope, task: index)
        let compiler = WorkflowCompiler(taskTypes: taskTypes)
        switch compiler.compileBody(list, in: plan, at: address) {
        case .success(let body):
            guard let scope = plan.append(body) else {
                throw ContainerError(.invalid("the tasks given are of another plan"))
            }
            programs.append(
                contentsOf: repeatElement(nil, count: plan.scopes.count - programs.count))
            return self.program(ofScope: scope)
        case .failure(let diagnostics):
            let first = diagnostics.errors.first?.description ?? "they are not valid"
            throw ContainerError(
                TaskError(
                    type: EngineErrorType.invalidTasks,
                    message: "the tasks given are not valid: \(first)", isRetryable: false))
        }
    }

    // MARK: The end of a body

    /// All tasks of an instance have ended.
    mutating func instanceEnded(
        _ instance: Int, at now: Timestamp, into actions: inout [RunAction]
    ) {
        guard !instances[instance].isOver, instances[instance].remaining == 0 else { return }
        switch instances[instance].role {
        case .root, .finally: return
        case .compensation: compensationEnded(instance, at: now, into: &actions)
        case .body: bodyEnded(instance, at: now, into: &actions)
        }
    }

    private mutating func bodyEnded(
        _ instance: Int, at now: Timestamp, into actions: inout [RunAction]
    ) {
        let task = Int(instances[instance].parent)
        guard tasks[task].isOpenContainer, tasks[task].attempt == instances[instance].attempt else {
            instances[instance].isOver = true
            return
        }
        if undoes(instance), !rollBack(instance, at: now, into: &actions) { return }
        instances[instance].isOver = true
        containers[task]?.open.removeAll { $0 == Int32(instance) }
        account(instance, of: task)
        if containers[task]?.failure != nil {
            stopBodies(of: task, .failed, at: now, into: &actions)
        }
        change(task)
        concludeIfOver(task, at: now, into: &actions)
    }

    /// Whether what a body did is undone as it fails.
    private func undoes(_ instance: Int) -> Bool {
        let failed = Int(instances[instance].failed)
        guard failed >= 0 else { return false }
        let (program, index) = place(of: failed)
        return program.tasks[index].failureAction == .rollback
    }

    /// Counts a body that is over, with what it gave.
    mutating func account(_ instance: Int, of task: Int) {
        guard var state = containers.removeValue(forKey: task) else { return }
        defer { containers[task] = state }
        let failed = Int(instances[instance].failed)
        if failed >= 0 {
            state.failed += 1
            if state.failure == nil { state.failure = failure(of: failed) }
            return
        }
        // Stopped, and not at its own end before it heard of that.
        guard !wasStopped(instance) else { return }
        let (program, index) = place(of: task)
        guard case .loop(let loop) = program.tasks[index].control else {
            state.completed += 1
            return
        }
        // Its results are looked up through the state: put it back while they are.
        containers[task] = state
        do {
            let result = try evaluateResult(loop, of: instance)
            // One that is made of the one before would else grow with every iteration. What has completed
            // stays so, whatever an earlier release let pass (law 38).
            if tasks[task].phase != .completed,
                let error = depthError("the result of an iteration", ["result": result])
            {
                state.failed += 1
                state.failure = error
                containers[task] = state
                return
            }
            state.completed += 1
            let iteration = Int(instances[instance].iteration)
            while state.results.count <= iteration { state.results.append(.null) }
            state.results[iteration] = result
            containers[task] = state
            if let until = loop.untilCondition,
                try evaluate(until, in: instance, ["result": result])
            {
                state.isExhausted = true
            }
        } catch {
            state.failed += 1
            state.failure = expressionError(
                "iteration \(instances[instance].iteration) has no value: \(error)")
        }
    }

    /// Whether tasks of a body were settled since it was to stop.
    private func wasStopped(_ instance: Int) -> Bool {
        instances[instance].range.contains { tasks[$0].reason?.isImposed == true }
    }

    /// Whether what a container gave follows from its bodies, and is not stored a second time.
    func givesBodies(_ task: Int) -> Bool {
        tasks[task].traits.contains(.container) && tasks[task].phase == .completed
            && tasks[task].reason == nil && !isFallingBack(task)
    }

    private func failure(of task: Int) -> TaskError {
        let detail = details[task]
        return TaskError(
            type: detail?.errorType ?? TaskError.Kind.internal,
            message: "task '\(path(of: task))' failed: \(detail?.errorMessage ?? "")",
            isRetryable: true)
    }

    /// Stops the bodies of a container that are open.
    mutating func stopBodies(
        of task: Int, _ cause: StopCause, at now: Timestamp, into actions: inout [RunAction]
    ) {
        for body in containers[task]?.open ?? [] {
            stop(Int(body), cause, at: now, into: &actions)
        }
    }

    /// Opens what is next, or ends the attempt of a container whose bodies are all over.
    mutating func concludeIfOver(
        _ task: Int, at now: Timestamp, into actions: inout [RunAction]
    ) {
        guard let state = containers[task], tasks[task].isOpenContainer else { return }
        let (program, index) = place(of: task)
        if case .loop(let loop) = program.tasks[index].control, !state.isStopping,
            !isHalted(task), run.decision == nil || tasks[task].instance != 0
        {
            openIterations(loop, of: task, at: now, into: &actions)
        }
        guard let state = containers[task], state.open.isEmpty else { return }
        if state.isExpired {
            let limit = program.tasks[index].timeout ?? program.tasks[index].totalTimeout ?? .zero
            finishAttempt(
                task, .timedOut(after: limit), as: .timedOut, at: now, into: &actions)
        } else if let failure = state.failure {
            finishAttempt(task, failure, as: .failed, at: now, into: &actions)
        } else if isHalted(task), !isComplete(task) {
            end(task, as: .cancelled, reason: imposedReason(of: task), at: now)
        } else {
            do {
                complete(
                    task, with: try containerOutputs(of: task), at: now, into: &actions)
            } catch {
                finishAttempt(
                    task, expressionError("the results have no value: \(error)"), as: .failed,
                    at: now, into: &actions)
            }
        }
    }

    /// Whether all that a container has to run has run to its end.
    private func isComplete(_ task: Int) -> Bool {
        guard let state = containers[task], state.completed == state.opened else { return false }
        let (program, index) = place(of: task)
        guard case .loop = program.tasks[index].control else { return true }
        return state.isExhausted || state.total.map { state.opened >= $0 } == true
    }

    /// Fails an attempt of a container before any body of it was opened.
    private mutating func conclude(
        _ task: Int, failing error: TaskError, at now: Timestamp, into actions: inout [RunAction]
    ) {
        finishAttempt(task, error, as: .failed, at: now, into: &actions)
    }

    private mutating func finishAttempt(
        _ task: Int, _ error: TaskError, as phase: TaskPhase, at now: Timestamp,
        into actions: inout [RunAction]
    ) {
        timers.clear(task)
        details[task]?.deadline = nil
        guard !isHalted(task) else {
            end(task, as: .cancelled, reason: imposedReason(of: task), at: now)
            return
        }
        retryOrFail(task, error, as: phase, at: now, into: &actions)
    }

    /// What a container gives, from what its tasks gave.
    func containerOutputs(of task: Int) throws(EvaluationError) -> JSONObject {
        let (program, index) = place(of: task)
        guard let state = containers[task] else { return [:] }
        if case .loop(let loop) = program.tasks[index].control {
            return [
                "count": .integer(Int64(state.completed)),
                "results": try aggregate(loop, of: task, state),
            ]
        }
        var members: [(String, JSON)] = []
        if state.last >= 0 { members = bodyOutputs(of: Int(state.last)) }
        if case .branch = program.tasks[index].control {
            members.append(("case", details[task]?.caseName.map { .string($0) } ?? .null))
        }
        return JSONObject(members)
    }

    /// The outputs of the tasks of a body that completed, by their ids.
    private func bodyOutputs(of instance: Int) -> [(String, JSON)] {
        instances[instance].range.compactMap { task in
            guard tasks[task].phase == .completed else { return nil }
            let (program, index) = place(of: task)
            return (program.tasks[index].id, .object(outputs[task] ?? [:]))
        }
    }
}

/// Why a container cannot start, beside a value that is missing.
struct ContainerError: Error {
    let error: TaskError
    init(_ error: TaskError) { self.error = error }
}

extension Error {
    /// The error of a task that follows from this one.
    fileprivate var taskError: TaskError {
        if let container = self as? ContainerError { return container.error }
        return TaskError(
            type: TaskError.Kind.expression, message: "what it runs has no value: \(self)",
            isRetryable: false)
    }
}

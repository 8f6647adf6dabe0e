internal import Expressions
internal import Values
internal import Workflows

/// Results of earlier tries of the run, and of a cache, in place of attempts.
extension RunMachine {
    /// Whether what an earlier try of this run gave is not for a task, as what it depends on ran anew.
    private func isTainted(_ task: Int) -> Bool {
        var current = task
        while true {
            let instance = Int(tasks[current].instance)
            let first = Int(instances[instance].first)
            let plan = instances[instance].program.tasks[current - first]
            if plan.orderDependencies.contains(where: { runsAnew(first + Int($0)) })
                || plan.edges.contains(where: {
                    $0.when == .started && runsAnew(first + Int($0.task))
                })
            {
                return true
            }
            guard instances[instance].role == .body else { return false }
            current = Int(instances[instance].parent)
        }
    }

    /// Whether a task ran in this run, or runs: what waits for no more than its start must know now.
    private func runsAnew(_ task: Int) -> Bool {
        let state = tasks[task]
        return state.marks.contains(.fresh) || !state.phase.isTerminal && state.attempt > 0
    }

    /// Notes whether a task that has ended ran anew.
    mutating func noteFreshness(of task: Int) {
        let state = tasks[task]
        // What stands in for a task without an effect may have one.
        let hasEffect =
            state.attempt > 0
            && (isFallingBack(task) || state.traits.isDisjoint(with: [.evaluated, .wait]))
        var isFresh = isTainted(task)
        if state.traits.contains(.container) {
            let bodies = instances.indices.filter { instances[$0].parent == Int32(task) }
            isFresh =
                isFresh
                || bodies.contains { body in
                    instances[body].range.contains { tasks[$0].marks.contains(.fresh) }
                }
        } else if hasEffect {
            isFresh = true
        }
        if isFresh { tasks[task].marks.insert(.fresh) }
    }

    /// Ends a task with the result of an earlier try of it, where there is one.
    ///
    /// By its path and its key: a task of the same key has had its own effect, and this one has not.
    mutating func reuse(
        _ task: Int, _ given: JSONObject, at now: Timestamp, into actions: inout [RunAction]
    ) -> Bool {
        // Whoever runs beside a task needs it to run.
        guard tasks[task].traits.isDisjoint(with: [.evaluated, .wait, .announces]),
            tasks[task].attempt == 0, !isFallingBack(task),
            let found = reusable[path(of: task)], found.key == taskKey(of: task, given),
            isOfWorkflow(task), !isTainted(task)
        else { return false }
        complete(task, with: found.outputs, reason: .reused, at: now, into: &actions)
        return true
    }

    /// Whether a task is of the workflow itself, or of what that holds: a path of `finally` may have been
    /// that of such a task in another definition.
    private func isOfWorkflow(_ task: Int) -> Bool {
        var instance = Int(tasks[task].instance)
        while instances[instance].role == .body {
            instance = Int(tasks[Int(instances[instance].parent)].instance)
        }
        return instances[instance].role == .root
    }

    /// The key of the result that a task has for some inputs.
    func taskKey(of task: Int, _ given: JSONObject) -> String {
        let (program, index) = place(of: task)
        let plan = program.tasks[index]
        guard plan.hasOptions else { return TaskKey.of(type: plan.type, inputs: given) }
        return TaskKey.of(
            type: plan.type, executor: plan.executor, inputs: given, config: plan.config,
            workflow: plan.workflow, stream: plan.stream)
    }

    /// The key of a task's result, by its path; nil where its inputs have no value yet.
    public func taskKey(ofTask path: String) -> String? {
        guard let task = index(ofPath: path), let given = try? evaluateOwnInputs(of: task) else {
            return nil
        }
        return taskKey(of: task, given)
    }

    // MARK: For another try

    /// The results of all tasks that completed, for another try of the run: by the paths that they
    /// have there, where everything they are in is at its first attempt.
    ///
    /// Of what a container holds, those of its last attempt. Left out are tasks that are done by
    /// evaluating their inputs and waits, as they cost nothing to repeat, what cleans up or undoes, and
    /// what was undone: its effect is gone.
    ///
    /// - Parameter excluded: the path of a task that is to run again, with all that is in it.
    public func results(without excluded: String? = nil) -> [String: TaskResult] {
        let left = excluded.map { path in
            index(ofPath: path).flatMap { firstPath(of: $0)?.path } ?? path
        }
        var results: [String: TaskResult] = [:]
        for task in tasks.indices where tasks[task].phase == .completed {
            guard tasks[task].traits.isDisjoint(with: [.container, .evaluated, .wait]),
                let (path, isStanding) = firstPath(of: task), isStanding,
                left.map({ !TaskPath.isWithin(path, $0) }) ?? true,
                let given = try? evaluateOwnInputs(of: task)
            else { continue }
            let (program, index) = place(of: task)
            results[path] = TaskResult(
                key: taskKey(of: task, given), outputs: outputs[task] ?? [:],
                path: self.path(of: task), workflow: program.tasks[index].workflow,
                origin: origin(of: task))
        }
        return results
    }

    private func origin(of task: Int) -> TaskResult.Origin {
        switch tasks[task].reason {
        case .reused: .earlierTry
        case .cached: .cache
        case nil:
            if let other = fallbackAttempt(of: task) {
                .fallback(Int(tasks[task].attempt), workflow: other.workflow)
            } else {
                .attempt(Int(tasks[task].attempt))
            }
        default: .given
        }
    }

    /// The path of a task without the attempts of what it is in, and whether its effect stands: these
    /// were the last, and nothing of it was undone; nil for what cleans up or undoes.
    private func firstPath(of task: Int) -> (path: String, isStanding: Bool)? {
        var parts: [String] = []
        var isStanding = true
        var current = task
        while true {
            let (program, index) = place(of: current)
            parts.append(program.tasks[index].id)
            isStanding = isStanding && !isUndone(current)
            let instance = instances[Int(tasks[current].instance)]
            guard instance.role != .root else { return (parts.reversed().joined(), isStanding) }
            guard instance.role == .body else { return nil }
            let parent = Int(instance.parent)
            parts.append(TaskPath.prefix(of: "", attempt: 1, iteration: Int(instance.iteration)))
            isStanding = isStanding && instance.attempt == tasks[parent].attempt
            current = parent
        }
    }

    /// Whether a task was undone, or may have been, or will be: all but where what was to undo it ended
    /// before it began.
    private func isUndone(_ task: Int) -> Bool {
        guard tasks[task].traits.contains(.compensation),
            let made = instancesByPrefix[path(of: task) + TaskPath.compensationMark]
        else { return false }
        let undoing = tasks[Int(instances[made].first)]
        return undoing.attempt > 0 || undoing.phase == .completed || !undoing.phase.isTerminal
    }

    // MARK: The cache

    /// Whether results of a task may be those of other runs: what people decided and time that passed
    /// are of one run.
    private func isCacheable(_ task: Int) -> Bool {
        tasks[task].traits.isDisjoint(with: [.approval, .wait])
    }

    /// Asks for a cached result before the first attempt, where the task wants that.
    mutating func awaitCache(
        _ task: Int, _ given: JSONObject, into actions: inout [RunAction]
    ) -> Bool {
        let (program, index) = place(of: task)
        guard let policy = program.tasks[index].cache, tasks[task].attempt == 0,
            !isFallingBack(task), !tasks[task].marks.contains(.missed), isCacheable(task),
            let key = cacheKey(of: task, given)
        else { return false }
        ask(task, key, policy.maximumAge, into: &actions)
        return true
    }

    mutating func askCache(
        _ task: Int, age: Duration?, at now: Timestamp, into actions: inout [RunAction]
    ) {
        guard isCacheable(task), let given = try? evaluateOwnInputs(of: task),
            let key = cacheKey(of: task, given)
        else {
            fail(task, lastError(of: task), at: now, into: &actions)
            return
        }
        ask(task, key, age, into: &actions)
    }

    /// The error for which a task fell back.
    private func lastError(of task: Int) -> TaskError {
        let detail = details[task]
        return TaskError(
            type: detail?.errorType ?? TaskError.Kind.expression,
            message: detail?.errorMessage ?? "", isRetryable: false,
            code: detail?.errorCode.map { Int($0) })
    }

    private mutating func ask(
        _ task: Int, _ key: String, _ age: Duration?, into actions: inout [RunAction]
    ) {
        tasks[task].marks.insert(.lookedUp)
        let reference = AttemptReference(task: task, attempt: Int(tasks[task].attempt))
        actions.append(
            .lookUpResult(
                ResultLookup(
                    reference: reference, key: key, workflow: cachedWorkflow(of: task),
                    maximumAge: age)))
    }

    /// The key under which a task's result is cached; nil where what it is made of has no value.
    private func cacheKey(of task: Int, _ given: JSONObject) -> String? {
        let (program, index) = place(of: task)
        guard let template = program.tasks[index].cache?.key else {
            return taskKey(of: task, given)
        }
        guard let written = try? evaluate(template, of: task) else { return nil }
        return TaskKey.of(type: program.tasks[index].type, written: written)
    }

    /// The definition whose words a cached result depends on; none where its author wrote on what.
    private func cachedWorkflow(of task: Int) -> ChildWorkflow? {
        let (program, index) = place(of: task)
        let plan = program.tasks[index]
        return plan.cache?.key == nil ? plan.workflow : nil
    }

    /// The cache has answered.
    mutating func resultFound(
        _ reference: AttemptReference, _ found: JSONObject?, at now: Timestamp,
        into actions: inout [RunAction]
    ) {
        let task = reference.task
        guard tasks.indices.contains(task), tasks[task].marks.contains(.lookedUp),
            tasks[task].phase == .ready, Int(tasks[task].attempt) == reference.attempt
        else { return }
        tasks[task].marks.remove(.lookedUp)
        if let found {
            complete(task, with: found, reason: .cached, at: now, into: &actions)
        } else if isFallingBack(task) {
            fail(task, lastError(of: task), at: now, into: &actions)
        } else {
            tasks[task].marks.insert(.missed)
            enqueue(task)
        }
    }

    /// Hands a result on to the cache, where the task may ask for it another time.
    func offerResult(of task: Int, _ given: JSONObject, into actions: inout [RunAction]) {
        let (program, index) = place(of: task)
        let plan = program.tasks[index]
        let isWanted =
            plan.cache != nil
            || plan.fallbacks.contains { if case .cached = $0 { true } else { false } }
        guard isWanted, isCacheable(task), !isFallingBack(task),
            let inputs = try? evaluateOwnInputs(of: task), let key = cacheKey(of: task, inputs)
        else { return }
        actions.append(
            .storeResult(
                ResultOffer(
                    key: key, outputs: given, path: path(of: task),
                    attempt: Int(tasks[task].attempt), workflow: cachedWorkflow(of: task))))
    }
}

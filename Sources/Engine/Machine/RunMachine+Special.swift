internal import Expressions
public import Values
internal import Workflows

/// What stands in for an attempt: bodies, waits, results of earlier runs, and fallbacks.
extension RunMachine {
    /// Starts a task that has options, where it is not to be started as any other.
    mutating func startSpecial(
        _ task: Int, at now: Timestamp, into actions: inout [RunAction]
    ) -> Bool {
        if let deadline = totalDeadline(of: task), deadline <= now {
            let (program, index) = place(of: task)
            let limit = program.tasks[index].totalTimeout ?? .zero
            let error = TaskError(
                type: TaskError.Kind.timeout,
                message: "the attempts took longer than \(limit.text) in all", isRetryable: false)
            fail(task, error, as: .timedOut, at: now, into: &actions)
            return true
        }
        if !isFallingBack(task) {
            guard tasks[task].traits.contains(.container) else { return false }
            startContainer(task, at: now, into: &actions)
            return true
        }
        let (program, index) = place(of: task)
        let number = Int(details[task]?.fallback ?? 0)
        guard case .cached(let age) = program.tasks[index].fallbacks[number - 1] else {
            return false
        }
        askCache(task, age: age, at: now, into: &actions)
        return true
    }

    /// When all attempts of a task must have ended; counted from its recorded start.
    func totalDeadline(of task: Int) -> Timestamp? {
        guard tasks[task].traits.contains(.options), let started = tasks[task].started else {
            return nil
        }
        let (program, index) = place(of: task)
        return program.tasks[index].totalTimeout.map {
            (started + $0).roundedToMilliseconds(.up)
        }
    }

    /// Whether a task's own means have failed, and another is tried.
    func isFallingBack(_ task: Int) -> Bool {
        !details.isEmpty && (details[task]?.fallback ?? 0) > 0
    }

    /// The other means by which a task is tried, if so.
    func fallbackAttempt(of task: Int) -> FallbackAttempt? {
        guard isFallingBack(task), let number = details[task]?.fallback else { return nil }
        let (program, index) = place(of: task)
        guard case .attempt(let attempt) = program.tasks[index].fallbacks[Int(number) - 1] else {
            return nil
        }
        return attempt
    }

    /// Whether the attempt of a type that a task is to make is idempotent by a name.
    func isNamedNow(_ task: Int, _ type: String) -> Bool {
        isFallingBack(task) ? catalogue.isNamed(type) : tasks[task].traits.contains(.named)
    }

    /// Tries the next of a task's fallbacks; false when there is none.
    mutating func fallBack(
        _ task: Int, after error: TaskError, at now: Timestamp, into actions: inout [RunAction]
    ) -> Bool {
        let (program, index) = place(of: task)
        let fallbacks = program.tasks[index].fallbacks
        var number = Int(details[task]?.fallback ?? 0)
        guard number < fallbacks.count, !isHalted(task) else { return false }
        var error = error
        tasks[task].marks.remove(.container)
        while number < fallbacks.count {
            record(error, of: task)
            let fallback = fallbacks[number]
            number += 1
            details[task]?.fallback = Int32(number)
            let text =
                "task '\(path(of: task))' goes on with its fallback \(number):"
                + " \(error.type): \(error.message)"
            notify(
                .warning, "TaskFallback",
                text.cut(toBytes: TextLimits.runMessage), task: path(of: task), into: &actions)
            switch fallback {
            case .attempt, .cached:
                enqueue(task)
                return true
            case .skip:
                end(task, as: .skipped, reason: .fallbackSkipped, at: now)
                releaseDependents(of: task)
                return true
            case .value(let template):
                do {
                    let given = try evaluateObject(template, of: task, error: error)
                    complete(task, with: given, reason: .fallbackValue, at: now, into: &actions)
                    return true
                } catch let failure {
                    error = expressionError("the value of fallback \(number) has none: \(failure)")
                }
            }
        }
        giveUp(task, error, as: .failed, at: now, into: &actions)
        return true
    }

    /// Waits for a moment, without an attempt.
    mutating func startWait(
        _ task: Int, _ given: JSONObject, at now: Timestamp, into actions: inout [RunAction]
    ) {
        let until: Timestamp
        if let text = given["until"]?.stringValue, let moment = Timestamp(text) {
            until = moment.roundedToMilliseconds(.up)
        } else if let length = given["duration"].flatMap(Duration.init(waitFor:)) {
            until = (now + length).roundedToMilliseconds(.up)
        } else {
            let error = TaskError.invalid(
                "a wait takes a duration, such as 5m, or a moment until which it lasts")
            fail(task, error, at: now, into: &actions)
            return
        }
        guard until > now else {
            complete(task, with: [:], at: now, into: &actions)
            return
        }
        move(task, to: .waiting)
        details[task, default: TaskDetail()].until = until
        timers.set(task, to: until)
    }

    // MARK: Results of other runs

    /// Whether what an earlier try of this run gave is not for a task, as what it depends on ran anew.
    private func isTainted(_ task: Int) -> Bool {
        var current = task
        while true {
            let instance = Int(tasks[current].instance)
            let first = Int(instances[instance].first)
            let plan = instances[instance].program.tasks[current - first]
            if plan.orderDependencies.contains(where: {
                tasks[first + Int($0)].marks.contains(.fresh)
            }) {
                return true
            }
            guard instances[instance].role == .body else { return false }
            current = Int(instances[instance].parent)
        }
    }

    /// Notes whether a task that has ended ran anew.
    mutating func noteFreshness(of task: Int) {
        let state = tasks[task]
        let hasEffect = state.attempt > 0 && !state.traits.contains(.evaluated)
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

    /// Ends a task with the result of an earlier try, where there is one for it.
    mutating func reuse(
        _ task: Int, _ given: JSONObject, at now: Timestamp, into actions: inout [RunAction]
    ) -> Bool {
        // Whoever runs beside a task needs it to run.
        guard tasks[task].traits.isDisjoint(with: [.evaluated, .announces]),
            tasks[task].attempt == 0,
            instances[Int(tasks[task].instance)].role == .body || tasks[task].instance == 0,
            !isTainted(task), let found = reusable[taskKey(of: task, given)]
        else { return false }
        complete(task, with: found, reason: .reused, at: now, into: &actions)
        return true
    }

    /// The key of the result that a task has for some inputs.
    func taskKey(of task: Int, _ given: JSONObject) -> String {
        let (program, index) = place(of: task)
        let plan = program.tasks[index]
        guard plan.hasOptions else { return TaskKey.of(type: plan.type, inputs: given) }
        return TaskKey.of(
            type: plan.type, executor: plan.executor, inputs: given, config: plan.config)
    }

    /// The results of all tasks that completed, by their keys, for another try of the run.
    ///
    /// Tasks that are done by evaluating their inputs are left out: they cost nothing to repeat.
    public func results() -> [String: JSONObject] {
        var results: [String: JSONObject] = [:]
        for task in tasks.indices where tasks[task].phase == .completed {
            let state = tasks[task]
            let isLeaf = state.traits.isDisjoint(with: [.container, .evaluated, .wait])
            guard isLeaf, instances[Int(state.instance)].role != .finally,
                instances[Int(state.instance)].role != .compensation,
                let given = try? evaluateOwnInputs(of: task)
            else { continue }
            results[taskKey(of: task, given)] = outputs[task] ?? [:]
        }
        return results
    }

    /// The key of a task's result, by its path; nil where its inputs have no value yet.
    public func taskKey(ofTask path: String) -> String? {
        guard let task = index(ofPath: path), let given = try? evaluateOwnInputs(of: task) else {
            return nil
        }
        return taskKey(of: task, given)
    }

    /// Asks for a cached result before the first attempt, where the task wants that.
    mutating func awaitCache(
        _ task: Int, _ given: JSONObject, into actions: inout [RunAction]
    ) -> Bool {
        let (program, index) = place(of: task)
        guard let policy = program.tasks[index].cache, tasks[task].attempt == 0,
            !isFallingBack(task), !tasks[task].marks.contains(.missed),
            let key = cacheKey(of: task, given)
        else { return false }
        ask(task, key, policy.maximumAge, into: &actions)
        return true
    }

    private mutating func askCache(
        _ task: Int, age: Duration?, at now: Timestamp, into actions: inout [RunAction]
    ) {
        guard let given = try? evaluateOwnInputs(of: task), let key = cacheKey(of: task, given)
        else {
            let error = TaskError(
                type: details[task]?.errorType ?? TaskError.Kind.expression,
                message: details[task]?.errorMessage ?? "", isRetryable: false)
            fail(task, error, at: now, into: &actions)
            return
        }
        ask(task, key, age, into: &actions)
    }

    private mutating func ask(
        _ task: Int, _ key: String, _ age: Duration?, into actions: inout [RunAction]
    ) {
        tasks[task].marks.insert(.lookedUp)
        let reference = AttemptReference(task: task, attempt: Int(tasks[task].attempt))
        actions.append(
            .lookUpResult(ResultLookup(reference: reference, key: key, maximumAge: age)))
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
            let error = TaskError(
                type: details[task]?.errorType ?? "", message: details[task]?.errorMessage ?? "",
                isRetryable: false, code: details[task]?.errorCode.map { Int($0) })
            fail(task, error, at: now, into: &actions)
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
        guard isWanted, !isFallingBack(task), let inputs = try? evaluateOwnInputs(of: task),
            let key = cacheKey(of: task, inputs)
        else { return }
        actions.append(.storeResult(key: key, given))
    }
}

extension Duration {
    /// The length of a wait as its inputs give it: `5m`, or a number of seconds.
    init?(waitFor value: JSON) {
        if let text = value.stringValue {
            guard let length = Duration(parsing: text) else { return nil }
            self = length
            return
        }
        guard let seconds = value.doubleValue, seconds >= 0, seconds < 9e9 else { return nil }
        self = .nanoseconds(Int64(seconds * 1e9))
    }
}

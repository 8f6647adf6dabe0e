internal import Expressions
internal import Values
internal import Workflows

/// What stands in for an attempt: bodies, waits, results of earlier runs, and fallbacks.
extension RunMachine {
    /// Starts a task that has options, where it is not to be started as any other.
    mutating func startSpecial(
        _ task: Int, at now: Timestamp, into actions: inout [RunAction]
    ) -> Bool {
        if let deadline = totalDeadline(of: task), deadline <= now {
            failInAll(task, at: now, into: &actions)
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

    /// Fails a task whose attempts have had all the time they get.
    private mutating func failInAll(
        _ task: Int, at now: Timestamp, into actions: inout [RunAction]
    ) {
        let (program, index) = place(of: task)
        let limit = program.tasks[index].totalTimeout ?? .zero
        let error = TaskError(
            type: TaskError.Kind.timeout,
            message: "the attempts took longer than \(limit.text) in all", isRetryable: false)
        fail(task, error, as: .timedOut, at: now, into: &actions)
    }

    /// The time of all attempts is over while the next one waits for a place.
    mutating func expireReady(_ task: Int, at now: Timestamp, into actions: inout [RunAction]) {
        unqueue(task, into: &actions)
        tasks[task].marks.remove(.lookedUp)
        failInAll(task, at: now, into: &actions)
    }

    /// When all attempts of a task must have ended: counted from its recorded start, without the pauses
    /// in which it stood still.
    func totalDeadline(of task: Int) -> Timestamp? {
        guard tasks[task].traits.contains(.options), let started = tasks[task].started else {
            return nil
        }
        let (program, index) = place(of: task)
        guard let limit = program.tasks[index].totalTimeout else { return nil }
        return details[task]?.totalDeadline ?? (started + limit).roundedToMilliseconds(.up)
    }

    /// When the attempt of a task that starts now must have ended by its own timeouts.
    func ownDeadline(of task: Int, at now: Timestamp) -> Timestamp? {
        let (program, index) = place(of: task)
        let deadline = program.tasks[index].timeout.map {
            (now + $0).roundedToMilliseconds(.up)
        }
        guard let total = totalDeadline(of: task) else { return deadline }
        return min(deadline ?? total, total)
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
        if let deadline = ownDeadline(of: task, at: now), deadline < until {
            details[task]?.deadline = deadline
        }
        setWaitTimer(of: task)
    }

    /// Sets the timer of a task that waits for a moment: to that, or to its deadline before it.
    mutating func setWaitTimer(of task: Int) {
        guard let detail = details[task], let until = detail.until else { return }
        timers.set(task, to: min(until, detail.deadline ?? until))
    }

    /// What a task waits for has come, or its deadline before that.
    mutating func endWait(of task: Int, at now: Timestamp, into actions: inout [RunAction]) {
        guard let detail = details[task], let until = detail.until,
            let deadline = detail.deadline, deadline < until
        else {
            complete(task, with: [:], at: now, into: &actions)
            return
        }
        details[task]?.until = nil
        details[task]?.deadline = nil
        let (program, index) = place(of: task)
        let limit = program.tasks[index].timeout ?? program.tasks[index].totalTimeout ?? .zero
        retryOrFail(task, .timedOut(after: limit), as: .timedOut, at: now, into: &actions)
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

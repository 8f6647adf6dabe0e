internal import Values
internal import Workflows

/// Reads the run's part of a stored status, field by field.
///
/// Fields it does not know are passed over, so that a status written by a later release is read as
/// far as this one understands it (law 38); values it does not know are errors, as guessing at them
/// could run something twice.
struct StatusReader {
    let status: JSON

    /// What a status says of one task.
    struct StoredTask {
        var state = TaskState()
        var detail = TaskDetail()
        var outputs = JSONObject()
    }

    init(_ status: JSON) throws(CheckpointError) {
        guard case .object = status else {
            throw CheckpointError("it is no object but \(status.kindName)", at: .root)
        }
        self.status = status
    }

    func inputs() throws(CheckpointError) -> JSONObject {
        try object(status, "inputs", .root) ?? [:]
    }

    func sequence() throws(CheckpointError) -> Int64 {
        let checkpoint = try object(status, "checkpoint", .root) ?? [:]
        let number = try integer(.object(checkpoint), "sequence", ["checkpoint"])
        return Int64(number ?? 0)
    }

    func run() throws(CheckpointError) -> RunState {
        var run = RunState()
        run.phase = try choice(status, "phase", .root) ?? .pending
        run.reason = try string(status, "reason", .root)
        run.message = try string(status, "message", .root)
        run.started = try time(status, "startTime", .root)
        run.completed = try time(status, "completionTime", .root)
        run.outputs = try object(status, "outputs", .root)
        let timers = JSON.object(try object(status, "timers", .root) ?? [:])
        run.deadline = try time(timers, "runDeadline", ["timers"])
        run.pausedSince = try time(timers, "pausedTime", ["timers"])
        if !run.phase.isTerminal { run.ending = run.reason.flatMap(Ending.init) }
        run.desired =
            run.ending == .cancelling ? .cancelled : run.phase == .paused ? .paused : .running
        if run.phase != .pending && run.started == nil && !run.phase.isTerminal {
            throw CheckpointError("a run that has started has no startTime", at: .root)
        }
        return run
    }

    /// The tasks that the status names, by index.
    func tasks(of plan: WorkflowPlan) throws(CheckpointError) -> [(index: Int, task: StoredTask)] {
        var found: [(Int, StoredTask)] = []
        for (id, entry) in try object(status, "tasks", .root) ?? [:] {
            let path: JSONPath = ["tasks", .key(id)]
            guard let index = plan.index(of: id) else {
                throw CheckpointError("the workflow has no such task", at: path)
            }
            guard case .object = entry else {
                throw CheckpointError("it is no object but \(entry.kindName)", at: path)
            }
            found.append((index, try task(entry, path)))
        }
        try checkOrder(found, plan)
        return found
    }

    /// No task may have gone further than those it waits for (law 9).
    private func checkOrder(
        _ found: [(index: Int, task: StoredTask)], _ plan: WorkflowPlan
    ) throws(CheckpointError) {
        var hasEnded = Array(repeating: false, count: plan.tasks.count)
        for (index, task) in found { hasEnded[index] = task.state.phase.isTerminal }
        for (index, task) in found
        where task.state.phase != .pending && task.state.reason?.isSweep != true {
            for dependency in plan.dependencies(of: index) where !hasEnded[Int(dependency)] {
                let id = plan.tasks[Int(dependency)].id
                throw CheckpointError(
                    "it is \(task.state.phase.rawValue), and '\(id)', which it depends on, has not"
                        + " ended", at: ["tasks", .key(plan.tasks[index].id), "phase"])
            }
        }
    }

    private func task(_ entry: JSON, _ path: JSONPath) throws(CheckpointError) -> StoredTask {
        var task = StoredTask()
        task.state.phase = try choice(entry, "phase", path) ?? .pending
        task.state.reason = try string(entry, "reason", path).flatMap(TaskReason.init)
        task.state.attempt = try integer(entry, "attempt", path) ?? 0
        task.state.interruptions = try integer(entry, "interruptions", path) ?? 0
        task.state.started = try time(entry, "startTime", path)
        task.state.completed = try time(entry, "completionTime", path)
        task.detail.nextAttempt = try time(entry, "nextAttemptTime", path)
        task.detail.message = try string(entry, "message", path)
        if let error = try object(entry, "error", path) {
            let errorPath = path.key("error")
            task.detail.errorType = try string(.object(error), "type", errorPath) ?? ""
            task.detail.errorMessage = try string(.object(error), "message", errorPath) ?? ""
        }
        do {
            task.outputs = try OutputCoding.decode(try object(entry, "outputs", path) ?? [:])
        } catch let error as CheckpointError {
            throw error
        } catch {
            throw CheckpointError("an output is no JSON: \(error)", at: path.key("outputs"))
        }
        try check(task, path)
        return task
    }

    private func check(_ task: StoredTask, _ path: JSONPath) throws(CheckpointError) {
        let state = task.state
        guard state.interruptions <= state.attempt else {
            throw CheckpointError("more interruptions than attempts", at: path.key("interruptions"))
        }
        let mustHaveAttempt = state.phase.isActive || state.phase == .retrying
        if mustHaveAttempt && state.attempt == 0 {
            throw CheckpointError("\(state.phase.rawValue) without an attempt", at: path)
        }
        if state.phase == .retrying && task.detail.nextAttempt == nil {
            throw CheckpointError("Retrying without a nextAttemptTime", at: path)
        }
    }

    private func choice<Phase: RawRepresentable<String>>(
        _ parent: JSON, _ name: String, _ path: JSONPath
    ) throws(CheckpointError) -> Phase? {
        guard let text = try string(parent, name, path) else { return nil }
        guard let phase = Phase(rawValue: text) else {
            throw CheckpointError("no phase is called '\(text)'", at: path.key(name))
        }
        return phase
    }

    private func string(
        _ parent: JSON, _ name: String, _ path: JSONPath
    ) throws(CheckpointError) -> String? {
        guard let value = parent[name], !value.isNull else { return nil }
        guard let text = value.stringValue else {
            throw CheckpointError("it is no string but \(value.kindName)", at: path.key(name))
        }
        return text
    }

    private func integer(
        _ parent: JSON, _ name: String, _ path: JSONPath
    ) throws(CheckpointError) -> Int32? {
        guard let value = parent[name], !value.isNull else { return nil }
        guard let number = value.integerValue.flatMap(Int32.init(exactly:)), number >= 0 else {
            throw CheckpointError("it is no count: \(value.text)", at: path.key(name))
        }
        return number
    }

    private func time(
        _ parent: JSON, _ name: String, _ path: JSONPath
    ) throws(CheckpointError) -> Timestamp? {
        guard let text = try string(parent, name, path) else { return nil }
        guard let time = Timestamp(text) else {
            throw CheckpointError("'\(text)' is no RFC 3339 time", at: path.key(name))
        }
        return time
    }

    private func object(
        _ parent: JSON, _ name: String, _ path: JSONPath
    ) throws(CheckpointError) -> JSONObject? {
        guard let value = parent[name], !value.isNull else { return nil }
        guard let members = value.objectValue else {
            throw CheckpointError("it is no object but \(value.kindName)", at: path.key(name))
        }
        return members
    }
}

internal import Values
internal import Workflows

/// Where a task is: its scope, its plan, its path; and how scopes are opened and stopped.
extension RunMachine {
    /// The program a task is of, and its place there.
    func place(of task: Int) -> (program: ScopeProgram, index: Int) {
        let instance = Int(tasks[task].instance)
        return (instances[instance].program, task - Int(instances[instance].first))
    }

    /// The path of a task: its id, behind those of what it is in (law 3).
    func path(of task: Int) -> String {
        let (program, index) = place(of: task)
        let id = program.tasks[index].id
        let instance = Int(tasks[task].instance)
        return instance == 0 ? id : instances[instance].prefix + id
    }

    /// What the paths of the tasks of `finally` start with; a container of that name keeps its own.
    var finallyPrefix: String {
        instances[0].program.index(of: "finally") == nil
            ? TaskPath.finallyPrefix : TaskPath.otherFinallyPrefix
    }

    /// The task of a path, or nil.
    func index(ofPath path: String) -> Int? {
        if let index = instances[0].program.index(of: path) { return index }
        guard let split = TaskPath.split(path), let instance = instancesByPrefix[split.prefix],
            let index = instances[instance].program.index(of: split.id)
                ?? (instances[instance].role == .compensation ? 0 : nil)
        else { return nil }
        return Int(instances[instance].first) + index
    }

    /// The task that an id means where a scope instance looks for it: there, or further out.
    func resolve(_ id: String, from instance: Int) -> Int? {
        var current = instance
        while true {
            if let index = instances[current].program.index(of: id) {
                return Int(instances[current].first) + index
            }
            guard let outer = outer(of: current) else { return nil }
            current = outer
        }
    }

    /// The instance around another, in which names are looked up that are not in it.
    func outer(of instance: Int) -> Int? {
        switch instances[instance].role {
        case .root: nil
        case .finally: 0
        case .body, .compensation: Int(tasks[Int(instances[instance].parent)].instance)
        }
    }

    /// Whether nothing of a task may start any more.
    func isHalted(_ task: Int) -> Bool {
        run.ending != nil || instances[Int(tasks[task].instance)].stop != nil
    }

    /// The reason of a task that is settled since what it is part of ends.
    func imposedReason(of task: Int) -> TaskReason? {
        instances[Int(tasks[task].instance)].stop?.taskReason ?? run.ending?.taskReason
    }

    /// The program of a scope of the plan.
    mutating func program(ofScope scope: Int) -> ScopeProgram {
        if let made = programs[scope] { return made }
        let made = ScopeProgram(plan.scopes[scope], scope, catalogue)
        programs[scope] = made
        return made
    }

    /// Adds an instance whose tasks have yet to be looked at.
    ///
    /// O(tasks of the scope).
    mutating func appendInstance(
        _ program: ScopeProgram, _ role: ScopeInstance.Role, parent: Int, iteration: Int,
        attempt: Int32? = nil
    ) -> Int {
        let first = tasks.count
        let attempt = attempt ?? (parent >= 0 ? tasks[parent].attempt : 0)
        let prefix: String
        switch role {
        case .root: prefix = ""
        case .finally: prefix = finallyPrefix
        case .body:
            prefix = TaskPath.prefix(
                of: path(of: parent), attempt: Int(attempt), iteration: iteration)
        case .compensation: prefix = path(of: parent) + TaskPath.compensationMark
        }
        instances.append(
            ScopeInstance(
                program: program, role: role, parent: Int32(parent), attempt: attempt,
                iteration: Int32(iteration), first: Int32(first), prefix: prefix,
                remaining: Int32(program.count)))
        let instance = instances.count - 1
        instancesByPrefix[prefix] = instance
        tasks.append(contentsOf: program.states)
        for task in first..<tasks.count { tasks[task].instance = Int32(instance) }
        outputs.append(contentsOf: repeatElement(nil, count: program.count))
        ready.grow(to: tasks.count)
        asking.grow(to: tasks.count)
        active.grow(to: tasks.count)
        return instance
    }

    /// Opens an instance: its tasks that depend on none are looked at next.
    ///
    /// Nil where the checkpoint has no room for it.
    mutating func openInstance(
        _ program: ScopeProgram, _ role: ScopeInstance.Role, parent: Int, iteration: Int = -1
    ) -> Int? {
        // Longer than any path there will be, without making one for each task.
        let pathBytes = parent >= 0 ? path(of: parent).utf8.count + 24 : 16
        guard tasks.count + program.count <= limits.maximumTasks,
            budget.hasRoom(for: program, pathBytes: pathBytes)
        else { return nil }
        let instance = appendInstance(program, role, parent: parent, iteration: iteration)
        let prefixBytes = instances[instance].prefix.utf8.count
        for task in instances[instance].range {
            let idBytes = Int(program.outlines[task - Int(instances[instance].first)].idBytes)
            tasks[task].shard = budget.place(tasks[task], idBytes: prefixBytes + idBytes)
            change(task)
            if tasks[task].unmet == 0 { arrivals.append(Int32(task)) }
        }
        growShards()
        if program.count == 0 { endedInstances.append(Int32(instance)) }
        return instance
    }

    /// Stops what is in an instance, and in the bodies of the containers in it: nothing of it starts
    /// any more, what has not started is settled, and what runs is cancelled once.
    ///
    /// O(tasks in it).
    mutating func stop(
        _ instance: Int, _ cause: StopCause, at now: Timestamp, into actions: inout [RunAction]
    ) {
        var pending = [instance]
        while let current = pending.popLast() {
            guard instances[current].stop == nil, !instances[current].isOver else { continue }
            instances[current].stop = cause
            if let undoing = rollbacks[current]?.current { pending.append(undoing) }
            for task in instances[current].range where !tasks[task].phase.isTerminal {
                if tasks[task].isOpenContainer {
                    timers.clear(task)
                    pending += (containers[task]?.open ?? []).map(Int.init)
                } else {
                    settleStopped(task, cause, at: now, into: &actions)
                }
            }
        }
    }

    private mutating func settleStopped(
        _ task: Int, _ cause: StopCause, at now: Timestamp, into actions: inout [RunAction]
    ) {
        let state = tasks[task]
        if state.phase == .running || state.phase == .waitingApproval {
            if !state.marks.contains(.cancelled) { cancelAttempt(task, at: now) }
            return
        }
        let wasTried = state.attempt > 0 || cause != .failed
        if state.phase == .ready { unqueue(task, into: &actions) }
        if state.phase == .launching { withdrawAdmission(of: task, into: &actions) }
        end(task, as: wasTried ? .cancelled : .skipped, reason: cause.taskReason, at: now)
    }

    /// Takes a ready task out of the queue, from among those held back, or from those asked for.
    mutating func unqueue(_ task: Int, into actions: inout [RunAction]) {
        withdrawRequest(of: task, into: &actions)
        ready.remove(task, level: tasks[task].level)
        let instance = Int(tasks[task].instance)
        guard !instances[instance].held.isEmpty else { return }
        instances[instance].held.removeAll { $0 == Int32(task) }
    }
}

/// How paths of tasks are written.
///
/// An id holds letters, digits, `-` and `_` alone, so that these marks are of no id.
enum TaskPath {
    /// Between a container and what is in it.
    static let separator: Character = "."
    /// Between a task and what undoes it.
    static let compensationMark = "~"
    /// Before the tasks of `finally`.
    static let finallyPrefix = "finally."
    /// The same where the workflow has a task of that name.
    static let otherFinallyPrefix = "finally~."

    /// What the paths of a container's body start with: `review.`, `review[3].`, `review#2[3].`.
    static func prefix(of container: String, attempt: Int, iteration: Int) -> String {
        var prefix = container
        if attempt > 1 { prefix += "#\(attempt)" }
        if iteration >= 0 { prefix += "[\(iteration)]" }
        prefix.append(separator)
        return prefix
    }

    /// The container and its attempt that a prefix is of a body of, or nil where it is of no body.
    static func body(ofPrefix prefix: String) -> (container: String, attempt: Int32)? {
        guard prefix.last == separator else { return nil }
        var body = prefix.dropLast()
        if body.last == "]", let bracket = body.lastIndex(of: "[") { body = body[..<bracket] }
        // An earlier mark of the kind is of something further out.
        guard let mark = body.lastIndex(of: "#"),
            let attempt = Int32(body[body.index(after: mark)...])
        else { return (String(body), 1) }
        return (String(body[..<mark]), attempt)
    }

    /// Whether a path is another or of something in it, where neither names attempts.
    static func isWithin(_ path: String, _ other: String) -> Bool {
        guard path.hasPrefix(other) else { return false }
        let rest = path.dropFirst(other.count)
        return rest.isEmpty || rest.first == separator || rest.first == "["
    }

    /// A path as the prefix of its instance and the id there, or nil for that of a root task.
    static func split(_ path: String) -> (prefix: String, id: String)? {
        guard let mark = path.lastIndex(where: { $0 == separator || $0 == "~" }) else { return nil }
        let next = path.index(after: mark)
        return (String(path[..<next]), String(path[next...]))
    }
}

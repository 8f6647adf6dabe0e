public import Values
public import Workflows

extension RunMachine {
    /// Rebuilds a run from its stored status; O(tasks).
    ///
    /// Nothing happens until `start`. Then attempts that the status says were launching or running
    /// are taken as interrupted, as nothing is known of them, and made again under the next number.
    /// Tasks that ended never run again. Send the desired state first, where it may have changed.
    ///
    /// - Parameters:
    ///   - status: The run's status, as ``statusJSON()`` and the patches made it, with `inputs`.
    ///   - shards: The statuses of the shards that it refers to, by their numbers: see
    ///     ``shardNumbers(of:)``.
    ///   - inputs: The resolved inputs; nil takes them from the status.
    ///   - reusing: What `init` was given at first.
    /// - Throws: ``CheckpointError`` where the status is not one of a run of this plan.
    public init(
        resuming status: JSON, shards: [Int: JSON] = [:], plan: WorkflowPlan,
        identity: RunIdentity, inputs: JSONObject? = nil, limits: RunLimits = .init(),
        taskTypes: TaskTypes = .builtIn, reusing: [String: TaskResult] = [:]
    ) throws(CheckpointError) {
        self = try RunMachine.resumed(
            status, shards, plan, identity, inputs, limits, taskTypes, reusing)
    }

    private static func resumed(
        _ status: JSON, _ shards: [Int: JSON], _ plan: WorkflowPlan, _ identity: RunIdentity,
        _ inputs: JSONObject?, _ limits: RunLimits, _ taskTypes: TaskTypes,
        _ reusing: [String: TaskResult]
    ) throws(CheckpointError) -> RunMachine {
        let reader = try StatusReader(status)
        let run = try reader.run()
        let sequence = try reader.sequence()
        let entries = try reader.entries(shards)
        let sequences = try reader.shardSequences()
        let resolved = if let inputs { inputs } else { try reader.inputs() }
        var machine = RunMachine(
            plan, identity, resolved, limits, taskTypes, reusing,
            CheckpointLedger(sequence: sequence))
        machine.run = run
        try machine.restore(entries, reader)
        machine.restoreShards(sequences, entries)
        machine.run.writtenFields = machine.presentRunFields
        machine.run.changedFields = []
        machine.recoverEnding()
        if run.phase == .running, let deadline = run.deadline, machine.run.ending == nil {
            machine.timers.set(TimerSlot.runDeadline, to: deadline)
        }
        return machine
    }

    /// The numbers of the shards that a status refers to, which `init(resuming:)` needs beside it.
    public static func shardNumbers(of status: JSON) -> [Int] {
        shardSequences(of: status).keys.sorted()
    }

    /// The shards that a status refers to, each with the number of the checkpoint it means.
    public static func shardSequences(of status: JSON) -> [Int: Int64] {
        var sequences: [Int: Int64] = [:]
        for (name, value) in status["checkpoint"]?["shardSequences"]?.objectValue ?? [:] {
            guard let shard = Int(name), shard > 0, let number = value.integerValue else {
                continue
            }
            sequences[shard] = number
        }
        return sequences
    }

    private mutating func restoreShards(
        _ sequences: [Int: Int64], _ entries: StatusReader.StoredEntries
    ) {
        growShards()
        for (shard, sequence) in sequences where shard < shards.count {
            shards[shard].sequence = sequence
        }
        guard !sequences.isEmpty else { return }
        for (prefix, members) in entries.byPrefix {
            for (id, found) in members where found.shard > 0 {
                shards[Int(found.shard)].stored[prefix + id] = found.entry
            }
        }
    }
}

/// What is still to be rebuilt.
private enum RestoreFrame {
    /// The tasks of an instance from a place in its order on.
    case scope(instance: Int, next: Int)
    /// A container whose bodies, of all attempts, are rebuilt.
    case container(Int, bodies: [Int])
}

extension RunMachine {
    /// Takes over what is stored of the tasks, scope by scope: each task after those it depends on, and
    /// a container after its bodies.
    fileprivate mutating func restore(
        _ entries: StatusReader.StoredEntries, _ reader: StatusReader
    ) throws(CheckpointError) {
        budget.reserveRoot(instances[0].program, plan)
        var taken = 0
        var frames = [RestoreFrame.scope(instance: 0, next: 0)]
        while true {
            if frames.isEmpty { frames = try reopenOthers(entries) }
            guard let frame = frames.popLast() else { break }
            switch frame {
            case .container(let task, let bodies): try finishContainer(task, bodies)
            case .scope(let instance, let next):
                let program = instances[instance].program
                guard next < program.order.count else { continue }
                frames.append(.scope(instance: instance, next: next + 1))
                let task = Int(instances[instance].first) + program.order[next]
                taken += try restore(task, in: instance, entries, reader) ? 1 : 0
                let bodies = try reopenBodies(of: task, entries)
                guard !bodies.isEmpty || tasks[task].isOpenContainer || givesBodies(task) else {
                    continue
                }
                frames.append(.container(task, bodies: bodies))
                for body in bodies.reversed() { frames.append(.scope(instance: body, next: 0)) }
            }
        }
        guard taken == entries.count else { throw unknownTask(entries) }
        finishRestoring()
    }

    private func unknownTask(_ entries: StatusReader.StoredEntries) -> CheckpointError {
        let known = instancesByPrefix
        var path = entries.path { $0.isEmpty || known[$0] != nil } ?? ""
        if path.isEmpty {
            for (prefix, members) in entries.byPrefix.sorted(by: { $0.key < $1.key }) {
                let instance = known[prefix] ?? 0
                let unknown = members.keys.filter {
                    instances[instance].program.index(of: $0) == nil
                }
                if let id = unknown.sorted().first { path = prefix + id }
            }
        }
        return CheckpointError("the workflow has no such task", at: ["tasks", .key(path)])
    }

    /// Takes over one task; false where the status does not name it.
    private mutating func restore(
        _ task: Int, in instance: Int, _ entries: StatusReader.StoredEntries,
        _ reader: StatusReader
    ) throws(CheckpointError) -> Bool {
        let program = instances[instance].program
        let id = program.tasks[task - Int(instances[instance].first)].id
        let idBytes = instances[instance].prefix.utf8.count + id.utf8.count
        guard let found = entries.byPrefix[instances[instance].prefix]?[id] else {
            // Yet to be written.
            tasks[task].shard = budget.place(tasks[task], idBytes: idBytes)
            tasks[task].marks = .uneven
            change(task)
            return false
        }
        let path: JSONPath = ["tasks", .key(instances[instance].prefix + id)]
        let stored = try reader.task(found.entry, path)
        try checkCounts(task, stored.detail, ofEntries: entries.count, path)
        try checkOrder(task, stored.state, path)
        let fresh = tasks[task]
        tasks[task].phase = stored.state.phase
        tasks[task].reason = stored.state.reason
        tasks[task].attempt = stored.state.attempt
        tasks[task].interruptions = stored.state.interruptions
        tasks[task].started = stored.state.started
        tasks[task].completed = stored.state.completed
        tasks[task].shard = found.shard
        tasks[task].marks.insert(.uneven)
        budget.placeStored(fresh, idBytes: idBytes, in: found.shard)
        outputs[task] = stored.outputs
        if !stored.detail.isEmpty { details[task] = stored.detail }
        if !stored.outputs.isEmpty {
            budget.takeStored(JSON.object(stored.outputs).canonicalSize, in: found.shard)
        }
        budget.takeStored(
            max(0, (stored.detail.errorMessage?.sizeInJSON ?? 0) - StatusReserve.errorMessage),
            in: found.shard)
        budget.takeStored(Int(stored.detail.progressBytes), in: found.shard)
        completions = max(completions, stored.detail.order)
        restoreMembership(of: task)
        if !reusable.isEmpty, tasks[task].phase.isTerminal { noteFreshness(of: task) }
        return true
    }

    /// No number may be over what the plan has of it: it would be an index, or be counted on.
    private func checkCounts(
        _ task: Int, _ detail: TaskDetail, ofEntries count: Int, _ path: JSONPath
    ) throws(CheckpointError) {
        let (program, index) = place(of: task)
        try StatusReader.check(
            detail.fallback, atMost: program.tasks[index].fallbacks.count, "fallbacks",
            at: path.key("fallback"))
        // Each task that can be undone ends once.
        try StatusReader.check(
            detail.order, atMost: tasks[task].traits.contains(.compensation) ? count : 0,
            "tasks that can be undone", at: path.key("order"))
    }

    /// No task may have gone further than those it waits for (law 9).
    private func checkOrder(
        _ task: Int, _ state: TaskState, _ path: JSONPath
    ) throws(CheckpointError) {
        guard state.phase != .pending, state.reason?.isImposed != true,
            state.reason != .skippedByUser, state.reason != .setByUser,
            !tasks[task].traits.contains(.join)
        else { return }
        let (program, index) = place(of: task)
        let first = task - index
        for edge in program.tasks[index].edges {
            let dependency = first + Int(edge.task)
            guard !tasks[dependency].phase.isTerminal,
                edge.when != .started || tasks[dependency].attempt == 0
            else { continue }
            throw CheckpointError(
                "it is \(state.phase.rawValue), and '\(program.tasks[Int(edge.task)].id)', which it"
                    + " depends on, has not \(edge.when == .started ? "begun" : "ended")",
                at: path.key("phase"))
        }
    }

    /// Puts a task into the sets that its phase says it is in.
    private mutating func restoreMembership(of task: Int) {
        if hasAnnounced(task) { restoreAnnouncement(of: task) }
        let isContainer = tasks[task].traits.contains(.container) && !isFallingBack(task)
        switch tasks[task].phase {
        case .pending, .inDoubt: break
        case .ready:
            ready.insert(task, level: tasks[task].level)
            setReadyTimer(of: task)
        case .running where isContainer:
            tasks[task].marks.insert(.container)
            if run.phase != .paused, let deadline = details[task]?.deadline {
                timers.set(task, to: deadline)
            }
        case .launching, .running:
            active.insert(task)
            if tasks[task].traits.contains(.companion) { companions += 1 }
        case .waitingApproval:
            active.insert(task)
            approvals += 1
            hasRarePhases = true
        case .waiting: setWaitTimer(of: task)
        case .retrying:
            if let next = details[task]?.nextAttempt { timers.set(task, to: next) }
        case .completed, .failed, .skipped, .cancelled, .timedOut: restoreEnd(of: task)
        }
    }

    private mutating func restoreAnnouncement(of task: Int) {
        let (program, index) = place(of: task)
        for dependent in program.graph.dependents(of: index) {
            let dependent = task - index + Int(dependent)
            if waitsForStart(dependent, of: task) { tasks[dependent].unmet -= 1 }
        }
    }

    private mutating func restoreEnd(of task: Int) {
        noteStreamEnd(of: task)
        let instance = Int(tasks[task].instance)
        instances[instance].remaining -= 1
        if tasks[task].reason?.isSweep != true { done += 1 }
        let (program, index) = place(of: task)
        let first = task - index
        for dependent in program.graph.dependents(of: index) {
            let dependent = first + Int(dependent)
            if hasAnnounced(task), waitsForStart(dependent, of: task) { continue }
            tasks[dependent].unmet -= 1
        }
        let isFailure = tasks[task].phase == .failed || tasks[task].phase == .timedOut
        if isFailure, instance != 0, instances[instance].failed < 0,
            program.tasks[index].failureAction != .continue
        {
            instances[instance].failed = Int32(task)
            if instances[instance].role != .finally { instances[instance].stop = .failed }
        }
        if instances[instance].stop == nil, let reason = tasks[task].reason {
            instances[instance].stop = StopCause(reason)
        }
    }

    // MARK: Containers

    /// Opens the bodies again that the status has of a container, those of earlier attempts first.
    private mutating func reopenBodies(
        of task: Int, _ entries: StatusReader.StoredEntries
    ) throws(CheckpointError) -> [Int] {
        guard tasks[task].traits.contains(.container), tasks[task].attempt > 0 else { return [] }
        let (program, index) = place(of: task)
        guard let control = program.tasks[index].control else { return [] }
        var bodies: [Int] = []
        let last = tasks[task].attempt
        for attempt in entries.attempts(of: path(of: task), before: last) + [last] {
            var state = ContainerState()
            state.attempt = attempt
            containers[task] = state
            let body: ScopeProgram
            do {
                let first = TaskPath.prefix(
                    of: path(of: task), attempt: Int(attempt), iteration: 0)
                let isStored = entries.byPrefix[first] != nil
                guard let made = try bodyProgram(control, of: task, isStored) else { continue }
                body = made
            } catch {
                // An attempt that could not begin has no bodies; the same went wrong then.
                continue
            }
            bodies += try reopen(body, of: task, attempt: attempt, control, entries)
        }
        // The write that says that it runs has the tasks it runs; without any it would never end.
        guard
            !tasks[task].isOpenContainer
                || bodies.contains(where: { instances[$0].attempt == last })
        else {
            throw CheckpointError(
                "it is Running, and the status has no tasks of its attempt \(last)",
                at: ["tasks", .key(path(of: task)), "attempt"])
        }
        return bodies
    }

    private mutating func reopen(
        _ body: ScopeProgram, of task: Int, attempt: Int32, _ control: ControlPlan,
        _ entries: StatusReader.StoredEntries
    ) throws(CheckpointError) -> [Int] {
        var bodies: [Int] = []
        if body.maximumParallel != .max { hasRarePhases = true }
        let most = control.maximumIterations.map { containers[task]?.total ?? $0 }
        while true {
            let iteration = most == nil ? -1 : bodies.count
            let prefix = TaskPath.prefix(
                of: path(of: task), attempt: Int(attempt), iteration: iteration)
            // A body of no tasks leaves no trace; it is over when it begins.
            guard entries.byPrefix[prefix] != nil else { break }
            if let most, iteration >= most {
                throw CheckpointError(
                    "there are at most \(most) iterations", at: ["tasks", .key(prefix)])
            }
            try checkRoom(for: body, prefix)
            let instance = appendInstance(
                body, .body, parent: task, iteration: iteration, attempt: attempt)
            bodies.append(instance)
            if most == nil { break }
        }
        return bodies
    }

    /// What a status names one task of is opened whole, and so must be within the bound of all tasks.
    private func checkRoom(
        for program: ScopeProgram, _ prefix: String
    ) throws(CheckpointError) {
        guard tasks.count + program.count > limits.maximumTasks else { return }
        throw CheckpointError(
            "the run would have over \(limits.maximumTasks) tasks", at: ["tasks", .key(prefix)])
    }

    /// What a container runs, decided again from the same values.
    private mutating func bodyProgram(
        _ control: ControlPlan, of task: Int, _ isStored: Bool
    ) throws -> ScopeProgram? {
        switch control {
        case .group(let scope): return program(ofScope: scope)
        case .branch(let branch):
            return try choose(branch, of: task).scope.map { program(ofScope: $0) }
        case .dynamic(let template): return try compileBody(template, of: task)
        case .loop(let loop):
            try beginLoop(loop, of: task, isStored: isStored)
            return program(ofScope: loop.scope)
        }
    }

    /// Counts the bodies of a container's last attempt, now that they are rebuilt, and gives a
    /// completed one its outputs.
    private mutating func finishContainer(
        _ task: Int, _ all: [Int]
    ) throws(CheckpointError) {
        let bodies = all.filter { instances[$0].attempt == tasks[task].attempt }
        for body in all where instances[body].attempt != tasks[task].attempt {
            instances[body].isOver = true
        }
        defer { if !reusable.isEmpty, tasks[task].phase.isTerminal { noteFreshness(of: task) } }
        containers[task]?.opened = bodies.count
        for body in bodies {
            containers[task]?.last = Int32(body)
            guard instances[body].remaining == 0 else {
                containers[task]?.open.append(Int32(body))
                continue
            }
            if tasks[task].isOpenContainer, isStillUndoing(body) {
                containers[task]?.open.append(Int32(body))
                endedInstances.append(Int32(body))
                continue
            }
            instances[body].isOver = true
            account(body, of: task)
        }
        if containers[task]?.failure != nil, tasks[task].isOpenContainer {
            for body in containers[task]?.open ?? [] where instances[Int(body)].stop == nil {
                instances[Int(body)].stop = .failed
            }
        }
        guard givesBodies(task) else { return }
        do {
            outputs[task] = try containerOutputs(of: task)
        } catch {
            throw CheckpointError(
                "what it gave cannot be made again: \(error)", at: ["tasks", .key(path(of: task))])
        }
    }

    /// Whether a body has failed in a way that undoes it, and its container has not heard of its end.
    private func isStillUndoing(_ body: Int) -> Bool {
        let failed = Int(instances[body].failed)
        guard failed >= 0 else { return false }
        let (program, index) = place(of: failed)
        return program.tasks[index].failureAction == .rollback
    }

    /// Opens `finally` and what undoes tasks again, where the status has them and they are not open.
    private mutating func reopenOthers(
        _ entries: StatusReader.StoredEntries
    ) throws(CheckpointError) -> [RestoreFrame] {
        var frames: [RestoreFrame] = []
        let prefix = finallyPrefix
        if let scope = plan.finallyScope, entries.byPrefix[prefix] != nil,
            instancesByPrefix[prefix] == nil
        {
            budget.releaseFinally(plan)
            let program = program(ofScope: scope)
            if program.maximumParallel != .max { hasRarePhases = true }
            try checkRoom(for: program, prefix)
            let instance = appendInstance(program, .finally, parent: -1, iteration: -1)
            frames.append(.scope(instance: instance, next: 0))
        }
        for task in details.keys.sorted() where details[task]?.order ?? 0 > 0 {
            let prefix = path(of: task) + TaskPath.compensationMark
            let (program, index) = place(of: task)
            guard entries.byPrefix[prefix] != nil, instancesByPrefix[prefix] == nil,
                let compensation = program.tasks[index].compensation
            else { continue }
            let undoing = ScopeProgram(compensation, catalogue)
            try checkRoom(for: undoing, prefix)
            let instance = appendInstance(undoing, .compensation, parent: task, iteration: -1)
            frames.append(.scope(instance: instance, next: 0))
        }
        return frames
    }

    private mutating func finishRestoring() {
        for instance in instances.indices {
            // What is in something that stops, stops.
            if instances[instance].role == .body,
                let cause = instances[Int(tasks[Int(instances[instance].parent)].instance)].stop,
                instances[instance].stop == nil, !instances[instance].isOver
            {
                instances[instance].stop = cause
            }
            if instances[instance].program.maximumParallel != .max {
                instances[instance].underWay = Int32(
                    instances[instance].range.count {
                        tasks[$0].phase.isUnderWay && !tasks[$0].traits.contains(.companion)
                    })
            }
            if instances[instance].role == .compensation, instances[instance].remaining == 0 {
                instances[instance].isOver = true
            }
        }
        for task in tasks.indices {
            tasks[task].writtenFields = presentFields(of: task)
        }
        for (id, _) in run.operations {
            budget.takeStored(StatusReserve.operation + id.sizeInJSON, in: 0)
        }
    }
}

extension ControlPlan {
    /// The most iterations of a loop; nil where it is none.
    fileprivate var maximumIterations: Int? {
        if case .loop(let loop) = self { return loop.maxIterations }
        return nil
    }
}

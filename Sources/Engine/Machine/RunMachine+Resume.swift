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
    ///   - inputs: The resolved inputs; nil takes them from the status.
    /// - Throws: ``CheckpointError`` where the status is not one of a run of this plan.
    public init(
        resuming status: JSON, plan: WorkflowPlan, identity: RunIdentity,
        inputs: JSONObject? = nil, limits: RunLimits = .init(),
        taskTypes: TaskTypes = .builtIn
    ) throws(CheckpointError) {
        let reader = try StatusReader(status)
        let run = try reader.run()
        let sequence = try reader.sequence()
        let stored = try reader.tasks(of: plan)
        let resolved = if let inputs { inputs } else { try reader.inputs() }
        self.init(
            plan: plan, identity: identity, inputs: resolved, limits: limits, taskTypes: taskTypes)
        self.run = run
        self.run.writtenFields = presentRunFields
        ledger = CheckpointLedger(sequence: sequence)
        restore(stored)
        if run.phase == .running, let deadline = run.deadline, run.ending == nil {
            timers.set(runDeadlineSlot, to: deadline)
        }
    }

    /// Takes over what is stored of the tasks.
    private mutating func restore(_ stored: [(index: Int, task: StatusReader.StoredTask)]) {
        var isStored = Array(repeating: false, count: tasks.count)
        for (index, task) in stored {
            isStored[index] = true
            let unmet = tasks[index].unmet
            tasks[index] = task.state
            tasks[index].unmet = unmet
            outputs[index] = task.outputs
            if !task.detail.isEmpty { details[index] = task.detail }
            tasks[index].writtenFields = presentFields(of: index)
            if !task.outputs.isEmpty {
                budget.takeStored(JSON.object(task.outputs).canonicalSize)
            }
            budget.takeStored(
                max(0, (task.detail.errorMessage?.sizeInJSON ?? 0) - StatusReserve.errorMessage))
        }
        for index in tasks.indices {
            // A task that the status does not name has yet to be written.
            if !isStored[index] {
                tasks[index].marks = []
                change(index)
            }
            restoreMembership(of: index)
        }
    }

    /// Puts a task into the sets that its phase says it is in.
    private mutating func restoreMembership(of task: Int) {
        switch tasks[task].phase {
        case .pending: break
        case .ready: ready.insert(task)
        case .launching, .running: active.insert(task)
        case .retrying:
            if let next = details[task]?.nextAttempt { timers.set(task, to: next) }
        case .completed, .failed, .skipped, .cancelled, .timedOut:
            remaining -= 1
            if tasks[task].reason?.isSweep != true { done += 1 }
            for dependent in plan.dependents(of: task) { tasks[Int(dependent)].unmet -= 1 }
        }
    }
}

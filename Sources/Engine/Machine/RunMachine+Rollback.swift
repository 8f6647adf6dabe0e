internal import Values
internal import Workflows

/// What is still to be undone of a run, or of a body that failed.
struct RollbackState: Sendable {
    /// The tasks to be undone, the next last.
    var queue: [Int32]
    /// The instance that undoes one now.
    var current: Int?
    /// Whether nothing is left.
    var isDone: Bool { queue.isEmpty && current == nil }
}

/// Undoing what completed tasks did, one after the other, in the reverse order of their ends.
///
/// What undoes a task is a task itself: its attempts are recorded before they start, tried again, and
/// found after a crash.
extension RunMachine {
    /// Undoes what was done in an instance, and in the bodies in it; true when nothing is left.
    mutating func rollBack(
        _ instance: Int, at now: Timestamp, into actions: inout [RunAction]
    ) -> Bool {
        if rollbacks[instance] == nil {
            rollbacks[instance] = RollbackState(queue: undoable(in: instance))
        }
        guard rollbacks[instance]?.current == nil else { return false }
        return undoNext(of: instance, into: &actions)
    }

    /// The completed tasks in an instance that can be undone, in the order of their ends.
    ///
    /// O(tasks that have details).
    private func undoable(in instance: Int) -> [Int32] {
        let found = details.filter { task, detail in
            detail.order > 0 && tasks[task].phase == .completed && isPart(task, of: instance)
        }
        return found.sorted { $0.value.order < $1.value.order }.map { Int32($0.key) }
    }

    private func isPart(_ task: Int, of instance: Int) -> Bool {
        var current = Int(tasks[task].instance)
        while current != instance {
            guard instances[current].role == .body else { return false }
            current = Int(tasks[Int(instances[current].parent)].instance)
        }
        return true
    }

    /// Goes on undoing what a rebuilt run was undoing.
    mutating func resumeRollback(at now: Timestamp, into actions: inout [RunAction]) {
        guard run.stage == .rollback, run.ending == nil else { return }
        _ = rollBack(0, at: now, into: &actions)
    }

    private mutating func undoNext(of instance: Int, into actions: inout [RunAction]) -> Bool {
        while let task = rollbacks[instance]?.queue.popLast() {
            let task = Int(task)
            if let made = instancesByPrefix[path(of: task) + TaskPath.compensationMark] {
                guard instances[made].remaining > 0 else { continue }
                rollbacks[instance]?.current = made
                return false
            }
            let (program, index) = place(of: task)
            guard let compensation = program.tasks[index].compensation else { continue }
            let undoing = ScopeProgram(compensation, catalogue)
            guard let opened = openInstance(undoing, .compensation, parent: task) else {
                notify(
                    .warning, "TaskNotUndone",
                    "the checkpoint has no room to undo task '\(path(of: task))'",
                    task: path(of: task), into: &actions)
                continue
            }
            rollbacks[instance]?.current = opened
            return false
        }
        return true
    }

    /// A task is undone, or could not be: the next follows.
    mutating func compensationEnded(
        _ instance: Int, at now: Timestamp, into actions: inout [RunAction]
    ) {
        instances[instance].isOver = true
        let task = Int(instances[instance].parent)
        let isUndone = tasks[Int(instances[instance].first)].phase == .completed
        notify(
            isUndone ? .normal : .warning, isUndone ? "TaskUndone" : "TaskNotUndone",
            "task '\(path(of: task))' was \(isUndone ? "" : "not ")undone", task: path(of: task),
            into: &actions)
        guard
            let owner = rollbacks.keys.sorted().first(where: {
                rollbacks[$0]?.current == instance
            })
        else { return }
        rollbacks[owner]?.current = nil
        guard undoNext(of: owner, into: &actions), owner != 0 else { return }
        endedInstances.append(Int32(owner))
    }

    /// The tasks that were to be undone and are not, the first that was tried first.
    func failedCompensations() -> [Int] {
        let failed = details.filter { task, detail in
            guard detail.order > 0 else { return false }
            guard let made = instancesByPrefix[path(of: task) + TaskPath.compensationMark] else {
                return true
            }
            return tasks[Int(instances[made].first)].phase != .completed
        }
        return failed.sorted { $0.value.order > $1.value.order }.map(\.key)
    }

    /// Why a task is not undone: the error of what was to undo it.
    func whyNotUndone(_ task: Int) -> String {
        guard let made = instancesByPrefix[path(of: task) + TaskPath.compensationMark] else {
            return "the checkpoint has no room for it"
        }
        let undoing = Int(instances[made].first)
        return details[undoing]?.errorMessage?.cut(toBytes: TextLimits.runMessage / 2)
            ?? "it ended as \(tasks[undoing].phase.rawValue)"
    }
}

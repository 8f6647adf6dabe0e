internal import Values
internal import Workflows

/// What a pause does to deadlines: the time in which a task stands still does not count.
///
/// An attempt under way goes on in a pause and keeps its deadline, and so do waits and approvals, whose
/// time is that of the world. All else starts nothing: containers, tasks between two attempts, and
/// child runs, which are paused with the run.
extension RunMachine {
    /// Whether nothing of a task goes on while its run is paused.
    func standsStill(_ task: Int) -> Bool {
        let state = tasks[task]
        switch state.phase {
        case .ready, .launching, .retrying, .inDoubt: return true
        case .running:
            // One that was asked to stop has the grace of that.
            return state.isOpenContainer
                || isChildRun(task) && state.marks.isDisjoint(with: [.cancelled, .expired])
        default: return false
        }
    }

    private func isChildRun(_ task: Int) -> Bool {
        tasks[task].traits.contains(.named) && !tasks[task].traits.contains(.approval)
            && !isFallingBack(task)
    }

    /// Whether deadlines of a task may outlive an attempt.
    private func hasLastingDeadline(_ task: Int) -> Bool {
        !tasks[task].traits.isDisjoint(with: [.options, .container, .named])
    }

    /// Sets the timer of a ready task to the end of the time that all its attempts get.
    mutating func setReadyTimer(of task: Int) {
        guard run.phase != .paused, tasks[task].traits.contains(.options),
            let deadline = totalDeadline(of: task)
        else { return }
        timers.set(task, to: deadline)
    }

    /// Stops the timers of the run, and of what stands still while it is paused; O(tasks).
    mutating func stopTimers() {
        timers.clear(TimerSlot.runDeadline)
        for task in tasks.indices where hasLastingDeadline(task) && standsStill(task) {
            // The next attempt may become due in a pause, and then waits for its end.
            if tasks[task].phase != .retrying { timers.clear(task) }
        }
    }

    /// Moves the deadlines of the run, and of what stood still, by the length of a pause; O(tasks).
    ///
    /// What was over before the pause stays so.
    mutating func moveDeadlines(by length: Duration, since: Timestamp) {
        if let deadline = run.deadline {
            run.deadline = deadline + length
            timers.set(TimerSlot.runDeadline, to: deadline + length)
        }
        for task in tasks.indices where hasLastingDeadline(task) && standsStill(task) {
            if let total = totalDeadline(of: task), total > since {
                details[task, default: TaskDetail()].totalDeadline = total + length
                change(task)
            }
            switch tasks[task].phase {
            case .ready: setReadyTimer(of: task)
            case .running:
                guard let deadline = details[task]?.deadline else { continue }
                let moved = deadline > since ? deadline + length : deadline
                details[task]?.deadline = moved
                timers.set(task, to: moved)
                change(task)
            default: break
            }
        }
    }

    /// Counts the part of a pause in which an attempt of a task went on, as the end of the pause gives
    /// back all of it.
    mutating func countPause(of task: Int, at now: Timestamp) {
        guard run.phase == .paused, let since = run.pausedSince, !standsStill(task),
            let total = totalDeadline(of: task)
        else { return }
        details[task, default: TaskDetail()].totalDeadline = total + min(.zero, since - now)
    }
}

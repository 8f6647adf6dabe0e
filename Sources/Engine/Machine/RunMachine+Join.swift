internal import Expressions
internal import Values
internal import Workflows

/// What is to become of a task, as far as what it depends on says.
enum Verdict {
    /// Something it waits for may still make it run.
    case wait
    case run
    case skip(TaskReason, String)
    indirect case fail(TaskError)
}

extension RunMachine {
    /// What is to become of a pending task.
    func verdict(of task: Int) -> Verdict {
        let (traits, marks) = (tasks[task].traits, tasks[task].marks)
        if traits.isDisjoint(with: [.join, .edges]), !marks.contains(.uneven) {
            // All of it completed: every edge holds, and no output is missing.
            return tasks[task].unmet == 0 ? .run : .wait
        }
        return traits.contains(.join) ? joined(task) : unanimous(task)
    }

    /// All edges must hold, once all have ended.
    ///
    /// A skip by condition spreads to all that name the task. Any other missing output, of a task
    /// that failed and let the rest go on, hits only those that need it.
    private func unanimous(_ task: Int) -> Verdict {
        guard tasks[task].unmet == 0 else { return .wait }
        let instance = Int(tasks[task].instance)
        let first = Int(instances[instance].first)
        let program = instances[instance].program
        var missing: Int?
        for edge in program.tasks[task - first].edges {
            let dependency = first + Int(edge.task)
            if tasks[dependency].phase == .completed && edge.when != .failure { continue }
            let isNeeded = edge.isData && needsOutputs(of: dependency, in: task)
            let holds = holds(edge, dependency)
            let isConditional = tasks[dependency].reason?.isConditional == true
            if isConditional && (isNeeded || !holds) {
                return .skip(
                    .dependencySkipped, "task '\(program.tasks[Int(edge.task)].id)' was skipped")
            }
            if !holds {
                return .skip(
                    .dependencyUnmet,
                    "task '\(program.tasks[Int(edge.task)].id)' \(ending(of: dependency))")
            }
            if isNeeded && missing == nil && tasks[dependency].phase != .completed {
                missing = dependency
            }
        }
        guard let missing else { return .run }
        let id = program.tasks[missing - first].id
        return .skip(.missingOutput, "task '\(id)' has no outputs: it \(ending(of: missing))")
    }

    /// Whether an edge holds, now that the task it leads to has ended, or has begun.
    private func holds(_ edge: DependencyEdge, _ dependency: Int) -> Bool {
        let state = tasks[dependency]
        if edge.when == .started { return state.attempt > 0 || state.phase == .completed }
        let isFailure = state.phase == .failed || state.phase == .timedOut
        if edge.when == .failure { return isFailure }
        if state.phase == .completed || state.reason == .skippedByUser { return true }
        if state.reason?.isConditional == true {
            return edge.when == .completion && !edge.passesSkip
        }
        // Named without a condition of its own: only a skip by condition spreads.
        return edge.when == .completion || edge.passesSkip && state.phase == .skipped
    }

    /// The rule of the task's own decides, as soon as it can.
    private func joined(_ task: Int) -> Verdict {
        let instance = Int(tasks[task].instance)
        let first = Int(instances[instance].first)
        let plan = instances[instance].program.tasks[task - first]
        if case .expression(let rule) = plan.join { return joined(task, by: rule) }
        let named = plan.orderDependencies
        var holding = 0
        var counted = 0
        for edge in plan.edges where named.isEmpty || named.contains(edge.task) {
            counted += 1
            let dependency = first + Int(edge.task)
            let isSettled = tasks[dependency].phase.isTerminal || edge.when == .started
            if isSettled && holds(edge, dependency) { holding += 1 }
        }
        let needed =
            switch plan.join {
            case .atLeast(let count): min(count, counted)
            default: min(1, counted)
            }
        if holding >= needed { return .run }
        guard tasks[task].unmet == 0 else { return .wait }
        return .skip(
            .dependencyUnmet,
            "\(holding) of \(counted) dependencies ended as asked, and \(needed) are needed")
    }

    private func joined(_ task: Int, by rule: Expression) -> Verdict {
        do {
            if try evaluate(rule, of: task) { return .run }
        } catch {
            // What has not ended may still give it a value.
            if tasks[task].unmet == 0 {
                return .fail(expressionError("the rule of its join has no value: \(error)"))
            }
        }
        guard tasks[task].unmet == 0 else { return .wait }
        return .skip(.dependencyUnmet, "its join is not met: \(rule.source)")
    }

    /// Whether a task refers to the outputs of another.
    ///
    /// What a container's bodies refer to is not looked at: they say themselves what they miss.
    private func needsOutputs(of dependency: Int, in task: Int) -> Bool {
        let id = place(of: dependency).program.tasks[place(of: dependency).index].id
        func isMeant(_ reference: Reference) -> Bool {
            let path = reference.path
            return path.count > 2 && path[0] == "tasks" && path[1] == id && path[2] == "outputs"
        }
        let (program, index) = place(of: task)
        if program.tasks[index].inputs.references.contains(where: { isMeant($0.reference) })
            || program.tasks[index].condition?.references.contains(where: isMeant) == true
        {
            return true
        }
        guard let control = program.tasks[index].control else { return false }
        return control.references.contains(where: isMeant)
    }

    private func ending(of task: Int) -> String {
        switch tasks[task].phase {
        case .timedOut: "timed out"
        case .failed: "failed"
        case .completed: "completed"
        case .cancelled: "was cancelled"
        default: "was skipped"
        }
    }
}

extension ControlPlan {
    /// What is referred to to open the bodies.
    var references: [Reference] {
        switch self {
        case .group: []
        case .branch(let branch):
            (branch.on?.references.map(\.reference) ?? [])
                + branch.cases.flatMap { $0.condition?.references ?? [] }
        case .loop(let loop):
            (loop.items?.references.map(\.reference) ?? [])
                + (loop.whileCondition?.references ?? [])
        case .dynamic(let template): template.references.map(\.reference)
        }
    }
}

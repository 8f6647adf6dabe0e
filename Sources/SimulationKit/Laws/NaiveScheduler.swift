import Values

/// The rules of a run once more, told as plainly as they can be, to judge how runs ended.
///
/// It knows no time, no crash and no checkpoint. Given how the tasks before it ended, each task can
/// end in one way only; where the run was brought to an end before, it may also have been swept away.
struct NaiveScheduler {
    let model: ModelDefinition
    /// The entries of the tasks in the status that the run ended with.
    let tasks: JSON
    /// Whether the run went to its end by itself: where it was stopped, a failure may have been the last
    /// attempt although there was to be another.
    var isWhole = true
    /// Whether timeouts may have passed that should not have: a wall clock jumped.
    let isTimeUncertain: Bool

    /// How a task can end, and why.
    private struct End: Hashable {
        let phase: String
        let reason: String
    }

    /// What is wrong with the end of a run; empty when nothing is.
    func problems(phase: String, reason: String) -> [String] {
        var problems: [String] = []
        var failures = 0
        var swept = 0
        var innerFailures = 0
        for (index, task) in model.tasks.enumerated() {
            let end = end(of: index)
            if TaskWords.sweeps.contains(end.reason) {
                swept += 1
                continue
            }
            let allowed = allowed(index)
            if !allowed.contains(end) {
                problems.append(
                    "\(task.id) is \(end.phase) \(end.reason), not one of"
                        + " \(allowed.map { "\($0.phase) \($0.reason)" }.sorted())")
            }
            if task.failsRun, end.phase == "Failed" || end.phase == "TimedOut" { failures += 1 }
        }
        // What is inside of others is not foretold: it may fail the run, and nothing more is asked.
        for (path, entry) in tasks.objectValue ?? [:]
        where !model.tasks.contains(where: { $0.id == path }) {
            let phase = entry["phase"]?.stringValue ?? ""
            if phase == "Failed" || phase == "TimedOut" { innerFailures += 1 }
        }
        switch phase {
        case "Completed":
            if swept > 0 || failures > 0 {
                problems.append("completed with \(failures) failures and \(swept) swept away")
            }
        case "Failed":
            if failures + innerFailures == 0 {
                problems.append("failed (\(reason)), and no task did")
            }
        case "TimedOut":
            if model.timeout == nil { problems.append("timed out without a timeout") }
        default: break
        }
        return problems
    }

    private func end(of index: Int) -> End {
        let entry = tasks[model.tasks[index].id]
        let phase = entry?["phase"]?.stringValue ?? "Pending"
        return End(phase: phase, reason: entry?["reason"]?.stringValue ?? "")
    }

    private func allowed(_ index: Int) -> Set<End> {
        let task = model.tasks[index]
        let conditional: Set = ["ConditionFalse", "DependencySkipped"]
        var isMissing = false
        for other in task.dependencies {
            let before = end(of: other)
            if before.phase == "Completed" { continue }
            let isNeeded = task.needed.contains(other)
            if conditional.contains(before.reason), isNeeded || task.order.contains(other) {
                return [End(phase: "Skipped", reason: "DependencySkipped")]
            }
            if isNeeded { isMissing = true }
        }
        if isMissing { return [End(phase: "Skipped", reason: "MissingOutput")] }
        guard isTrue(task.condition) else {
            return [End(phase: "Skipped", reason: "ConditionFalse")]
        }
        return attempts(of: task)
    }

    private func isTrue(_ condition: ModelCondition?) -> Bool {
        switch condition {
        case nil: true
        case .constant(let value)?: value
        case .completed(let other)?: end(of: other).phase == "Completed"
        case .code(let other, let code)?:
            tasks[model.tasks[other].id]?["outputs"]?[model.tasks[other].output]?.integerValue
                == code
        }
    }

    private func attempts(of task: ModelTask) -> Set<End> {
        guard task.type != "transform" else { return [End(phase: "Completed", reason: "")] }
        var ends: Set<End> = []
        if isTimeUncertain, task.timeout != nil || model.timeout != nil {
            ends = [
                End(phase: "TimedOut", reason: ""), End(phase: "Completed", reason: ""),
                End(phase: "Failed", reason: ""),
            ]
        }
        var phase = "Failed"
        for number in 1...task.maxAttempts {
            switch task.step(number) {
            case .succeed:
                ends.insert(End(phase: "Completed", reason: ""))
                return ends
            case .fail(_, _, let isRetryable, _):
                phase = "Failed"
                if !isRetryable {
                    ends.insert(End(phase: phase, reason: ""))
                    return ends
                }
            case .hang, .obey: phase = "TimedOut"
            }
            if !isWhole { ends.insert(End(phase: phase, reason: "")) }
        }
        ends.insert(End(phase: phase, reason: ""))
        return ends
    }
}

extension ModelTask {
    /// The name of the output that others ask about.
    var output: String { type == "http" ? "status" : "exitCode" }
}

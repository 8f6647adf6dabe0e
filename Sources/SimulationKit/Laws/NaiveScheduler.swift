import Values

/// The rules of a run once more, told as plainly as they can be, to judge how runs ended.
///
/// It knows no time, no crash and no checkpoint. Given how the tasks before it ended, each task can
/// end in few ways only; where the run was brought to an end before, it may also have been swept away.
struct NaiveScheduler {
    let model: ModelDefinition
    /// The entries of the tasks in the status that the run ended with.
    let tasks: JSON
    /// Whether all went to its end by itself: where it was stopped, an attempt that was past its deadline
    /// by then was the last, although there was to be another.
    var isWhole = true
    /// Whether timeouts may have passed that should not have: a wall clock jumped.
    let isTimeUncertain: Bool
    /// What users had done to tasks, by path: the type and resolution of what was done.
    var operations: [String: [String]] = [:]
    /// Whether a user had the run rolled back.
    var wasRolledBack = false
    /// Whether results of another run may stand in for attempts.
    var isReusing = false
    /// Whether files of streams are refused, or lost.
    var mayLoseFiles = false
    var wasPaused = false
    /// Whether attempts go by the deadline that their container had before a pause moved it.
    var mayEndEarly = false

    /// How a task can end, and why.
    struct End: Hashable, CustomStringConvertible {
        let phase: String
        var reason = ""

        var isFailure: Bool { phase == "Failed" || phase == "TimedOut" }
        var isSweep: Bool { TaskWords.sweeps.contains(reason) }
        var description: String { "\(phase) \(reason)" }
    }

    /// What the tasks of one scope came to.
    private struct Sum {
        var problems: [String] = []
        var failures = 0
        var swept = 0
    }

    /// What is wrong with the end of a run; empty when nothing is.
    func problems(phase: String, reason: String) -> [String] {
        var sum = judge(model.tasks, below: "")
        for container in model.containers where container.kind != .finally {
            judge(container, &sum)
        }
        let cleaning = judgeFinally(phase: phase, reason: reason)
        sum.problems += cleaning.problems
        let undone = failedCompensations()
        switch phase {
        case "Completed":
            if sum.swept > 0 || sum.failures > 0 || cleaning.failures > 0 {
                sum.problems.append(
                    "completed with \(sum.failures) failures and \(sum.swept) swept away")
            }
        case "Failed":
            if sum.failures == 0, cleaning.failures == 0, undone.isEmpty {
                sum.problems.append("failed (\(reason)), and no task did")
            }
        case "TimedOut":
            if model.timeout == nil { sum.problems.append("timed out without a timeout") }
        case "RolledBack":
            if !wasRolledBack,
                !model.tasks.contains(where: { $0.rollsBack && end($0.id).isFailure })
            {
                sum.problems.append("rolled back, and neither a task nor a user asked for it")
            }
            sum.problems += undone.map { "\($0) was not undone" }
        default: break
        }
        return sum.problems
    }

    /// How the task of a path ended.
    func end(_ path: String) -> End {
        let entry = tasks[path]
        return End(
            phase: entry?["phase"]?.stringValue ?? "Pending",
            reason: entry?["reason"]?.stringValue ?? "")
    }

    /// The completed tasks that could have been undone and were not.
    private func failedCompensations() -> [String] {
        model.tasks.filter { task in
            !task.undoing.isEmpty && end(task.id).phase == "Completed"
                && tasks[task.id]?["attempt"] != nil
                && end("\(task.id)~compensation").phase != "Completed"
        }.map(\.id)
    }

    /// Judges the tasks of one scope, whose paths begin in the same way.
    private func judge(_ scope: [ModelTask], below prefix: String) -> Sum {
        var sum = Sum()
        for task in scope {
            let end = end(prefix + task.id)
            if end.isSweep {
                sum.swept += 1
                continue
            }
            if TaskWords.withContainer.contains(end.reason) { continue }
            let allowed = allowed(task, in: scope, below: prefix)
            if !allowed.contains(end) {
                sum.problems.append(
                    "\(prefix)\(task.id) is \(end), not one of \(allowed.map(\.description).sorted())"
                )
            }
            if task.failsRun || task.rollsBack, end.isFailure { sum.failures += 1 }
        }
        return sum
    }

    private func allowed(_ task: ModelTask, in scope: [ModelTask], below prefix: String) -> Set<End>
    {
        if let byHand = byHand(prefix + task.id) { return byHand }
        let conditional: Set = ["ConditionFalse", "DependencySkipped", "DependencyUnmet"]
        var isMissing = false
        for other in task.dependencies {
            let before = end(prefix + scope[other].id)
            if before.phase == "Completed" { continue }
            let isNeeded = task.needed.contains(other)
            if conditional.contains(before.reason), isNeeded || task.order.contains(other) {
                return [End(phase: "Skipped", reason: "DependencySkipped")]
            }
            // A failure that is not tolerated ends what it is in, but not what cleans up.
            if before.isFailure, scope[other].failsRun, task.order.contains(other) {
                return [End(phase: "Skipped", reason: "DependencyUnmet")]
            }
            if isNeeded { isMissing = true }
        }
        if isMissing { return [End(phase: "Skipped", reason: "MissingOutput")] }
        guard isTrue(task.condition, scope, prefix) else {
            let end =
                task.failsIfFalse
                ? End(phase: "Failed") : End(phase: "Skipped", reason: "ConditionFalse")
            return fallback(of: task, [end])
        }
        return ends(of: task, prefix + task.id)
    }

    /// The end that a user gave a task.
    private func byHand(_ path: String) -> Set<End>? {
        for operation in operations[path] ?? [] {
            switch operation {
            case "SkipTask": return [End(phase: "Skipped", reason: "SkippedByUser")]
            case "SetOutputs", "Resolve Complete":
                return [End(phase: "Completed", reason: "SetByUser")]
            default: break
            }
        }
        return nil
    }

    private func isTrue(_ condition: ModelCondition?, _ scope: [ModelTask], _ prefix: String)
        -> Bool
    {
        switch condition {
        case nil: return true
        case .constant(let value)?: return value
        case .completed(let other)?: return end(prefix + scope[other].id).phase == "Completed"
        case .code(let other, let code)?:
            let outputs = tasks[prefix + scope[other].id]?["outputs"]
            return outputs?[scope[other].output]?.integerValue == code
        }
    }
}

extension NaiveScheduler {
    /// How a task can end that may run.
    private func ends(of task: ModelTask, _ path: String) -> Set<End> {
        var ends: Set<End>
        switch task.type {
        case "transform": return [End(phase: "Completed")]
        case "wait": ends = waits(task)
        case "approval":
            ends = [End(phase: "Completed"), End(phase: "Failed")]
            if task.timeout != nil { ends.insert(End(phase: "TimedOut")) }
        case "workflow":
            ends = [End(phase: "Completed"), End(phase: "Failed")]
            if task.timeout != nil || tasks[path]?["error"]?["type"] == "TimeoutError" {
                ends.insert(End(phase: "TimedOut"))
            }
        case "stream":
            ends = [End(phase: "Completed"), End(phase: "Failed"), End(phase: "TimedOut")]
        default:
            ends = attempts(of: task, path)
        }
        let error = tasks[path]?["error"]?["type"]?.stringValue ?? ""
        // What it writes may not be stored.
        if task.emits != nil, mayLoseFiles, ["StreamStorageError", "StreamLost"].contains(error) {
            ends.insert(End(phase: "Failed"))
        }
        if task.interruption == .fail, error == "Interrupted" { ends.insert(End(phase: "Failed")) }
        if operations[path]?.contains("Resolve Fail") == true { ends.insert(End(phase: "Failed")) }
        if task.provider != nil { ends.insert(End(phase: "Failed")) }
        if task.type != "wait", task.totalTimeout != nil { ends.insert(End(phase: "TimedOut")) }
        if task.fallback != nil, task.interruption == .fail { ends.insert(End(phase: "Failed")) }
        ends = fallback(of: task, ends)
        if task.isCached { ends.insert(End(phase: "Completed", reason: "Cached")) }
        if isReusing { ends.insert(End(phase: "Completed", reason: "Reused")) }
        return ends
    }

    /// What stands in for a task never fails.
    private func fallback(of task: ModelTask, _ ends: Set<End>) -> Set<End> {
        guard let fallback = task.fallback, ends.contains(where: \.isFailure) else { return ends }
        let instead: End =
            switch fallback {
            case .value where task.isFallbackBroken: End(phase: "Failed")
            case .value: End(phase: "Completed", reason: "FallbackValue")
            case .skip: End(phase: "Skipped", reason: "FallbackSkipped")
            case .other: End(phase: "Completed")
            }
        // Where the run is being stopped, nothing else is tried any more, nor once all time is over.
        if !isWhole { return ends.union([instead]) }
        let isLate = fallback == .other && task.totalTimeout != nil
        return ends.filter { !$0.isFailure || isLate && $0.phase == "TimedOut" }.union([instead])
    }

    /// A wait ends when its time has come, or its deadline before that.
    private func waits(_ task: ModelTask) -> Set<End> {
        let deadline = [task.timeout, task.totalTimeout].compactMap { $0 }.min()
        let ends = [End(phase: "Completed"), End(phase: "TimedOut")]
        guard let deadline else { return [ends[0]] }
        let length = task.wait ?? .zero
        // Moments are rounded to milliseconds: what lies so close together may come at once.
        let isClose = max(length, deadline) - min(length, deadline) < .milliseconds(2)
        if isTimeUncertain || isClose { return Set(ends) }
        return [deadline < length ? ends[1] : ends[0]]
    }

    private func attempts(of task: ModelTask, _ path: String) -> Set<End> {
        var ends: Set<End> = []
        if isTimeUncertain, task.timeout != nil || model.timeout != nil || task.totalTimeout != nil
        {
            ends = [End(phase: "TimedOut"), End(phase: "Completed"), End(phase: "Failed")]
        }
        var phase = "Failed"
        let last = countedAttempts(path)
        for number in 1...task.maxAttempts {
            switch task.step(number) {
            case .succeed:
                ends.insert(End(phase: "Completed"))
                return ends
            case .fail(_, _, let isRetryable, _):
                phase = "Failed"
                if !isRetryable {
                    ends.insert(End(phase: phase))
                    return ends
                }
            case .hang, .obey:
                phase = "TimedOut"
                if !isWhole, number == last { ends.insert(End(phase: phase)) }
            }
        }
        // Told by its executor, before its own time was over.
        if mayEndEarly, task.step(task.maxAttempts) == .obey { ends.insert(End(phase: "Failed")) }
        ends.insert(End(phase: phase))
        return ends
    }

    /// How many attempts of a task there were; those that were cut off do not count.
    private func countedAttempts(_ path: String) -> Int {
        let entry = tasks[path]
        let cutOff = entry?["interruptions"]?.integerValue ?? 0
        return Int((entry?["attempt"]?.integerValue ?? 0) - cutOff)
    }

    /// Judges a container by what is in it: it has completed if nothing that counts has failed in its
    /// last attempt, and it fails otherwise.
    private func judge(_ container: ModelContainer, _ sum: inout Sum) {
        let own = end(container.id)
        let bodies = bodies(of: container)
        let attempt = Int(tasks[container.id]?["attempt"]?.integerValue ?? 0)
        if attempt > container.maxAttempts {
            sum.problems.append("\(container.id) was tried \(attempt) times")
        }
        for number in Set(bodies.map(\.attempt)).sorted() {
            // Its last attempt ended as it did itself.
            let isTimely = number == attempt && own.reason.isEmpty && own.phase != "TimedOut"
            judge(
                bodies.filter { $0.attempt == number }, container,
                mayBeLate: container.isTimed && !isTimely, &sum)
        }
        if own.isSweep {
            sum.swept += 1
            return
        }
        if own.isFailure, container.failsRun { sum.failures += 1 }
        if let byHand = byHand(container.id), byHand.contains(own) { return }
        let last = bodies.filter { $0.attempt == attempt }
        let failures = last.reduce(0) { $0 + judge(container.tasks, below: $1.prefix).failures }
        let count = container.kind == .map || container.kind == .loop ? 3 : 1
        let skipping: Set = ["ConditionFalse", "DependencySkipped"]
        let isSkipped = container.order.contains {
            skipping.contains(end(model.tasks[$0].id).reason)
        }
        var expected: Set = [
            isSkipped
                ? End(phase: "Skipped", reason: "DependencySkipped")
                : End(phase: failures > 0 ? "Failed" : "Completed")
        ]
        if container.isTimed, !isSkipped {
            if failures == 0, !stopped(last, container).isEmpty { expected = [] }
            expected.insert(End(phase: "TimedOut"))
        }
        if !expected.contains(own) {
            sum.problems.append("\(container.id) is \(own), not one of \(expected)")
        } else if own.phase == "Completed", last.count != count {
            sum.problems.append("\(container.id) completed with \(last.count) of \(count) bodies")
        }
    }

    /// Judges the bodies of one attempt of a container, which are stopped together: when its time is over,
    /// or when something that counts has failed in one of them.
    private func judge(
        _ bodies: [(prefix: String, attempt: Int)], _ container: ModelContainer, mayBeLate: Bool,
        _ sum: inout Sum
    ) {
        var inside = self
        inside.mayEndEarly = container.isTimed && wasPaused
        let causes = bodies.map { inside.failures(container.tasks, below: $0.prefix) }
        if mayBeLate || causes.contains(where: { $0 > 0 }) { inside.isWhole = false }
        for body in bodies {
            sum.problems += inside.judge(container.tasks, below: body.prefix).problems
        }
        guard !mayBeLate, causes.allSatisfy({ $0 == 0 }) else { return }
        sum.problems += stopped(bodies, container).map {
            "\($0) was stopped, and nothing had failed"
        }
    }

    /// How many tasks of a scope failed for what they are in, by themselves.
    private func failures(_ scope: [ModelTask], below prefix: String) -> Int {
        scope.filter { task in
            let end = end(prefix + task.id)
            return task.failsRun && end.isFailure
                && allowed(task, in: scope, below: prefix).contains(end)
        }.count
    }

    /// The tasks that were ended with the container that they are in.
    private func stopped(
        _ bodies: [(prefix: String, attempt: Int)], _ container: ModelContainer
    ) -> [String] {
        bodies.flatMap { body in container.tasks.map { body.prefix + $0.id } }
            .filter { TaskWords.withContainer.contains(end($0).reason) }
    }

    /// The bodies of a container that were opened, by what the paths in them begin with.
    private func bodies(of container: ModelContainer) -> [(prefix: String, attempt: Int)] {
        var found: [String: Int] = [:]
        for (path, _) in tasks.objectValue ?? [:] {
            guard path.hasPrefix(container.id), let dot = path.firstIndex(of: "."),
                path[..<dot].dropFirst(container.id.count).first.map({ $0 == "[" || $0 == "#" })
                    ?? true
            else { continue }
            let mark = path[..<dot].dropFirst(container.id.count)
            let attempt = mark.first == "#" ? Int(mark.dropFirst().prefix { $0 != "[" }) ?? 1 : 1
            found[String(path[...dot])] = attempt
        }
        return found.sorted { $0.key < $1.key }.map { (prefix: $0.key, attempt: $0.value) }
    }

    /// What runs at the end runs whatever happened, unless the run was terminated.
    private func judgeFinally(phase: String, reason: String) -> Sum {
        guard let last = model.containers.first(where: { $0.kind == .finally }) else {
            return Sum()
        }
        var sum = judge(last.tasks, below: "finally.")
        let isPresent = tasks["finally.\(last.tasks[0].id)"] != nil
        if !isPresent {
            sum = Sum()
            if phase == "Completed" { sum.problems.append("completed without its finally") }
        }
        return sum
    }
}

import Executors
import Synchronization
import Values
import Workflows

/// The laws of attempts: each starts once, after its intent, and never after its run's end.
extension LawBook {
    /// An attempt starts on a process.
    ///
    /// - Returns: What it is to do; nil where nobody made such a task up.
    func attemptStarts(
        _ attempt: TaskAttemptRequest, type: String, on host: Host
    ) -> AttemptStep? {
        let name = AttemptName(run: attempt.runUID, task: attempt.taskID, attempt: attempt.attempt)
        var found: [(Int, String)] = []
        if host.isStopping { found.append((30, "\(name) starts in a process that stops")) }
        let step = state.withLock { state -> AttemptStep? in
            guard let run = state.runs[attempt.runUID] else { return nil }
            let alone = run.isOfLetter ? ModelTask(id: attempt.taskID, type: type) : nil
            guard let task = run.model?.task(at: attempt.taskID) ?? alone else { return nil }
            let intent = run.intents[name]
            if let intent, !intent.holder.hasPrefix("\(host.holder)/") {
                found.append((4, "\(name) starts on \(host.holder), as \(intent.holder) intended"))
            } else if intent == nil {
                found.append((4, "\(name) starts, and nothing says that it will"))
            }
            if attempt.taskID.contains("~") { checkUndoing(run, attempt.taskID, &found) }
            if run.endingSeenBy.contains(host.number),
                !TaskWords.outlivesEnding(attempt.taskID)
            {
                found.append((18, "\(name) starts after its run began to end"))
            }
            // Those that were cut off before it do not count.
            let counted = max(1, attempt.attempt - Int(intent?.interruptions ?? 0))
            var record =
                state.attempts[name]
                ?? AttemptRecord(counted: counted, step: task.step(counted))
            record.starts += 1
            if record.starts > 1 { found.append((1, "\(name) starts a second time")) }
            record.host = host.number
            if task.step(record.counted).isShort {
                state.underWay[host.number, default: (0, 0)].all += 1
                if task.provider != nil {
                    state.underWay[host.number, default: (0, 0)].atProvider += 1
                }
            }
            state.attempts[name] = record
            return record.step
        }
        violated(found)
        return step
    }

    /// An attempt ends on a process that lives.
    func attemptEnds(
        _ attempt: TaskAttemptRequest, _ outcome: AttemptOutcome, type: String, on host: Host
    ) {
        let name = AttemptName(run: attempt.runUID, task: attempt.taskID, attempt: attempt.attempt)
        let now = host.now
        state.withLock { state in
            state.attempts[name]?.outcome = outcome
            state.attempts[name]?.ended = now
            state.attempts[name]?.host = nil
            if state.attempts[name]?.step.isShort == true {
                state.underWay[host.number, default: (0, 0)].all -= 1
                if state.runs[attempt.runUID]?.model?.task(at: attempt.taskID)?.provider != nil {
                    state.underWay[host.number, default: (0, 0)].atProvider -= 1
                }
            }
            if case .succeeded(let outputs) = outcome {
                state.results["\(type) \(attempt.taskID)", default: []]
                    .insert(.object(outputs))
            }
        }
    }
}

extension LawBook {
    /// No process makes more attempts at once than it may (law 34).
    func checkLimits(_ hosts: [Host]) {
        let limit = world.features.attempts
        guard limit != nil || world.features.provider else { return }
        let counts = state.withLock(\.underWay)
        for host in hosts where host.isAlive {
            let count = counts[host.number] ?? (0, 0)
            if let limit, count.all > limit {
                violated(34, "host \(host.number) makes \(count.all) attempts of \(limit)")
            }
            if count.atProvider > Workload.providerPlaces {
                violated(34, "host \(host.number) makes \(count.atProvider) at the provider")
            }
        }
    }

    /// What was done last is undone first (law 9).
    private func checkUndoing(_ run: RunRecord, _ path: String, _ found: inout [(Int, String)]) {
        let tasks = run.status["tasks"]
        let undone = String(path.prefix { $0 != "~" })
        guard let model = run.model, tasks?[undone]?["phase"] == "Completed" else {
            found.append((9, "\(path) starts, and \(undone) has not completed"))
            return
        }
        // What a user set before it began has no place in the order. Times may go back.
        guard let end = tasks?[undone]?["order"]?.integerValue else { return }
        for task in model.tasks where task.id != undone && !task.undoing.isEmpty {
            guard let entry = tasks?[task.id], entry["phase"] == "Completed",
                let later = entry["order"]?.integerValue, later > end
            else { continue }
            let phase = tasks?["\(task.id)~compensation"]?["phase"]?.stringValue ?? "Pending"
            if !TaskWords.ends.contains(phase) {
                found.append((9, "\(path) starts before \(task.id), which came later, is undone"))
            }
        }
    }
}

extension LawBook.RunRecord {
    /// Whether it tries the task of a dead letter alone, by a definition that nobody made up.
    var isOfLetter: Bool {
        spec["workflowSpec"]?["description"]?.stringValue?.hasPrefix("Tries the dead letter")
            == true
    }
}

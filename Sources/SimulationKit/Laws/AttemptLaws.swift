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
            guard let run = state.runs[attempt.runUID],
                let task = run.model?.task(at: attempt.taskID)
            else { return nil }
            let intent = run.intents[name]
            if let intent, !intent.holder.hasPrefix("\(host.holder)/") {
                found.append((4, "\(name) starts on \(host.holder), as \(intent.holder) intended"))
            } else if intent == nil {
                found.append((4, "\(name) starts, and nothing says that it will"))
            }
            if run.endingSeenBy.contains(host.number), !attempt.taskID.hasPrefix("finally") {
                found.append((18, "\(name) starts after its run began to end"))
            }
            // Those that were cut off before it do not count.
            let counted = max(1, attempt.attempt - Int(intent?.interruptions ?? 0))
            var record =
                state.attempts[name]
                ?? AttemptRecord(counted: counted, step: task.step(counted))
            record.starts += 1
            if record.starts > 1 { found.append((1, "\(name) starts a second time")) }
            state.attempts[name] = record
            return record.step
        }
        violated(found)
        return step
    }

    /// An attempt ends on a process that lives.
    func attemptEnds(_ attempt: TaskAttemptRequest, _ outcome: AttemptOutcome, on host: Host) {
        let name = AttemptName(run: attempt.runUID, task: attempt.taskID, attempt: attempt.attempt)
        let now = host.now
        state.withLock { state in
            state.attempts[name]?.outcome = outcome
            state.attempts[name]?.ended = now
        }
    }
}

import Engine
import Testing
import Values
import Workflows

/// A run of any plan with an observer of the laws beside it, by the paths of tasks.
///
/// It sees only what an owner sees: actions, and stored statuses and shards.
struct ScopedRun: ~Copyable {
    /// Watches one run across its crashes.
    struct Observer {
        private(set) var violations: [String] = []
        private var launched: [String: Int] = [:]
        private var ended: [String: String] = [:]
        private var attempts: [String: Int64] = [:]
        private var runEnd: String?
        var isCancelled = false
        /// How many attempts were launched, adopted ones not counted again.
        private(set) var launches = 0

        mutating func note(_ violation: String) { violations.append(violation) }

        mutating func observe(launch attempt: TaskAttempt, _ entry: JSON?) {
            let number = attempt.reference.attempt
            let path = attempt.taskID
            let isNamed = attempt.type == "approval" || attempt.type == "workflow"
            if !isNamed {
                if entry?["phase"] != "Launching"
                    || entry?["attempt"]?.integerValue != Int64(number)
                {
                    note(
                        "law 4: \(path)#\(number) was launched, stored \(entry?.text ?? "nothing")")
                }
                if let last = launched[path], number <= last {
                    note("law 1 or 7: \(path)#\(number) after \(last)")
                }
            } else if let last = launched[path], number < last {
                note("law 7: \(path)#\(number) after \(last)")
            }
            if launched[path] != number { launches += 1 }
            launched[path] = number
            if let phase = ended[path] { note("law 12: \(path) was launched after \(phase)") }
            if isCancelled && !path.hasPrefix("finally.") && !attempt.isAdopted {
                note("law 18: \(path) was launched after the cancel")
            }
        }

        mutating func observe(stored: JSON, tasks: [String: JSON]) {
            for (path, entry) in tasks {
                let attempt = entry["attempt"]?.integerValue ?? 0
                if attempt < attempts[path, default: 0] { note("law 7: \(path) went back") }
                attempts[path] = attempt
                let phase = entry["phase"]?.stringValue ?? ""
                if let before = ended[path], before != phase {
                    note("law 10: \(path) was \(before) and is \(phase)")
                }
                if TaskPhase(rawValue: phase)?.isTerminal == true { ended[path] = phase }
            }
            for path in ended.keys where tasks[path] == nil { note("law 10: \(path) is gone") }
            let phase = stored["phase"]?.stringValue ?? ""
            if let runEnd, phase != runEnd { note("law 10: the run was \(runEnd), is \(phase)") }
            if RunPhase(rawValue: phase)?.isTerminal == true { runEnd = phase }
            let size = stored.bytes.count
            if size > 256 << 10 { note("law 28: the status has \(size) bytes") }
        }
    }

    let plan: WorkflowPlan
    let limits: RunLimits
    var run: TestRun
    var observer = Observer()
    private(set) var desired = DesiredRunState.running
    private var seen = 0
    let outcome: @Sendable (TaskAttempt) -> AttemptOutcome

    init(
        _ plan: WorkflowPlan, inputs: JSONObject = [:], limits: RunLimits = ScopedRun.limits,
        outcome: @escaping @Sendable (TaskAttempt) -> AttemptOutcome
    ) {
        self.plan = plan
        self.limits = limits
        self.outcome = outcome
        run = TestRun(plan, inputs: inputs, limits: limits)
        send(.start)
    }

    /// A run of a definition to its end; attempts end as the closure says, or give their path.
    static func finished(
        _ spec: JSON, _ outcome: @escaping @Sendable (TaskAttempt) -> AttemptOutcome = Outcomes.path
    ) throws -> ScopedRun {
        var run = ScopedRun(try TestPlan.compile(spec), outcome: outcome)
        try run.finish()
        run.report("\(spec.text)")
        return run
    }

    static let limits: RunLimits = {
        var limits = RunLimits(interruptions: 1000, statusLag: nil)
        limits.maximumShards = 32
        limits.notesChanges = true
        return limits
    }()

    /// The run after a crash, from what is stored; `status` is what the status is found to be.
    init(crashed earlier: borrowing ScopedRun, status: JSON, after delay: Duration = .zero) throws {
        plan = earlier.plan
        limits = earlier.limits
        outcome = earlier.outcome
        observer = earlier.observer
        desired = earlier.desired
        run = try TestRun(
            resuming: status, shards: earlier.run.shards, plan, limits: limits,
            at: earlier.run.now + delay)
        var rebuilt = run.machine.statusJSON()
        rebuilt["inputs"] = status["inputs"]
        if status["phase"] != nil, rebuilt != status {
            observer.note("law 11: \(status.text) was rebuilt as \(rebuilt.text)")
        }
        observer.observe(stored: status, tasks: ScopedRun.entries(status, earlier.run.shards))
        send(.desiredStateChanged(desired))
        send(.start)
    }

    /// All entries of tasks, of a status and of the shards as it refers to them.
    static func entries(_ status: JSON, _ shards: [Int: JSON]) -> [String: JSON] {
        var entries: [String: JSON] = [:]
        for (path, entry) in status["tasks"]?.objectValue ?? [:] { entries[path] = entry }
        for (name, number) in status["checkpoint"]?["shardSequences"]?.objectValue ?? [:] {
            guard let shard = Int(name).flatMap({ shards[$0] }) else { continue }
            var tasks = shard["tasks"]?.objectValue ?? [:]
            if shard["sequence"] != number {
                let undo = shard["undo"]?.arrayValue?.last { $0["sequence"] == number }
                for undone in undo?["entries"]?.arrayValue ?? [] {
                    let path = undone["path"]?.stringValue ?? ""
                    if let before = undone["entry"], !before.isNull {
                        tasks[path] = before
                    } else {
                        tasks[path] = Optional<JSON>.none
                    }
                }
            }
            for (path, entry) in tasks { entries[path] = entry }
        }
        return entries
    }

    var entries: [String: JSON] { ScopedRun.entries(run.stored, run.shards) }

    mutating func send(_ event: RunEvent) {
        if case .desiredStateChanged(let wish) = event {
            if !desired.isEnd { desired = wish }
            if wish.isEnd && !run.machine.phase.isTerminal { observer.isCancelled = true }
        }
        run.send(event)
        look()
    }

    private mutating func look() {
        var stored: [String: JSON]?
        for action in run.actions[seen...] {
            guard case .launch(let attempt) = action else { continue }
            if stored == nil { stored = entries }
            observer.observe(launch: attempt, stored?[attempt.taskID])
        }
        seen = run.actions.count
    }

    mutating func acknowledge() {
        run.acknowledge()
        observer.observe(stored: run.stored, tasks: entries)
        look()
    }

    mutating func loseWrite(isApplied: Bool) {
        guard let (sequence, status) = run.write else { return }
        run.write = nil
        if isApplied {
            run.stored = status
            observer.observe(stored: status, tasks: entries)
        }
        send(.checkpointFailed(sequence: sequence, retryAfter: .milliseconds(50)))
    }

    mutating func endAttempt(at position: Int) {
        let attempt = run.executing.remove(at: position)
        let isStopping = run.stopping.contains(attempt.reference)
        run.stopping.removeAll { $0 == attempt.reference }
        send(.attemptFinished(attempt.reference, isStopping ? .cancelled : outcome(attempt)))
    }

    mutating func fireTimer() throws {
        guard run.timer != nil else { return }
        try run.fireTimer()
        look()
    }

    /// Does the next thing; false when the run has finished.
    mutating func step() throws -> Bool {
        guard run.finished == nil else { return false }
        if run.write != nil {
            acknowledge()
        } else if !run.lookups.isEmpty {
            send(.resultFound(run.lookups.removeFirst().reference, nil))
        } else if !run.executing.isEmpty {
            endAttempt(at: 0)
        } else if run.timer != nil {
            try fireTimer()
        } else {
            observer.note("law 13: the run waits for nothing: \(run.machine.statusJSON().text)")
            return false
        }
        return true
    }

    mutating func finish() throws {
        var steps = 0
        while try step() {
            steps += 1
            if steps == 20_000 {
                observer.note("law 13: the run goes on for ever")
                return
            }
        }
        guard run.finished != nil else { return }
        var status = run.stored
        status["inputs"] = nil
        if status != run.machine.statusJSON() {
            observer.note(
                "the patches add up to \(status.text), not \(run.machine.statusJSON().text)")
        }
    }

    /// Where each task stands, by its path.
    var phases: [String: String] { entries.compactMapValues { $0["phase"]?.stringValue } }

    func report(_ context: String) {
        guard let first = observer.violations.first else { return }
        Issue.record("\(first)\n\(context)")
    }
}

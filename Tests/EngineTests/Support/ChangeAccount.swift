import Engine
import Testing
import Values

/// Checks what a run tells of its steps against what it writes: each begins where the one before led,
/// and the last is where the status says that its task is.
struct ChangeAccount {
    private var phases: [String: String] = [:]
    private var run: String

    /// Begins with what is stored.
    init(_ status: JSON, _ shards: [Int: JSON]) {
        run = status["phase"]?.stringValue ?? RunPhase.pending.rawValue
        for (path, entry) in ChangeAccount.entries(status, shards) {
            phases[path] = entry["phase"]?.stringValue
        }
    }

    /// Takes the steps of a write, and looks whether they lead to what it stores.
    mutating func follow(_ changes: [PhaseChange], to status: JSON, _ shards: [Int: JSON]) {
        for change in changes {
            guard let task = change.task else {
                if run != change.from { fail("the run", run, change) }
                run = change.to
                continue
            }
            let present = phases[task] ?? TaskPhase.pending.rawValue
            if present != change.from { fail(task, present, change) }
            phases[task] = change.to
        }
        if let stored = status["phase"]?.stringValue, stored != run {
            Issue.record("the run is stored as \(stored), and was told to be \(run)")
        }
        for (path, entry) in ChangeAccount.entries(status, shards) {
            let told = phases[path] ?? TaskPhase.pending.rawValue
            if let stored = entry["phase"]?.stringValue, stored != told {
                Issue.record("\(path) is stored as \(stored), and was told to be \(told)")
            }
        }
    }

    private func fail(_ subject: String, _ present: String, _ change: PhaseChange) {
        Issue.record("\(subject) was told to be \(present), and then to leave \(change.from)")
    }

    /// The tasks of a status and of the shards, as far as it refers to what is in them.
    private static func entries(_ status: JSON, _ shards: [Int: JSON]) -> [(String, JSON)] {
        var all = status["tasks"]?.objectValue ?? [:]
        for (number, shard) in shards {
            all.merge(RunMachine.entries(ofShard: shard, number, of: status) ?? [:])
        }
        return all.map { ($0.key, $0.value) }
    }
}

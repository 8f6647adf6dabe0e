import Synchronization
import Values

/// What runs keep in other objects, where their status has no room for it.
extension LawBook {
    /// Keeps what a shard holds.
    func noteShard(_ effect: Store.Effect) {
        guard let object = effect.new, object["spec"]?["purpose"] == "Shard",
            let uid = object["spec"]?["run"]?["uid"]?.stringValue,
            let number = object["spec"]?["shard"]?.integerValue, let status = object["status"]
        else { return }
        state.withLock { $0.shards[uid, default: [:]][Int(number)] = status }
    }

    /// Whether a status refers to shards.
    static func isSharded(_ status: JSON?) -> Bool {
        status?["checkpoint"]?["shardSequences"] != nil
    }

    /// A status with the entries of all its tasks: of shards as it refers to them, which may be behind
    /// what they hold.
    static func whole(_ status: JSON, _ shards: [Int: JSON]) -> JSON {
        guard let sequences = status["checkpoint"]?["shardSequences"]?.objectValue else {
            return status
        }
        var tasks = status["tasks"]?.objectValue ?? [:]
        for (name, sequence) in sequences {
            guard let shard = Int(name).flatMap({ shards[$0] }) else { continue }
            var entries = shard["tasks"]?.objectValue ?? [:]
            if shard["sequence"] != sequence {
                let undo = shard["undo"]?.arrayValue?.last { $0["sequence"] == sequence }
                for undone in undo?["entries"]?.arrayValue ?? [] {
                    guard let path = undone["path"]?.stringValue else { continue }
                    let entry = undone["entry"] ?? .null
                    if entry.isNull { entries[path] = nil } else { entries[path] = entry }
                }
            }
            for (path, entry) in entries { tasks[path] = entry }
        }
        var whole = status
        whole["tasks"] = .object(tasks)
        return whole
    }
}

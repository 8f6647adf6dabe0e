public import Values

/// One shard of a run's checkpoint: tasks that the status has no room for.
///
/// A shard is stored before the status that refers to it by its sequence number. Between the two
/// writes it is newer than the status, so it holds what it takes to go back: the entries as they were
/// at the number that the status still says.
struct CheckpointShard: Sendable {
    /// The entries that the status which is known to be stored refers to, by path.
    var stored: [String: JSON] = [:]
    /// The number it was stored with, which that status says; 0 before the first.
    var sequence: Int64 = 0
    /// The entries that changed since.
    var pending: [String: JSON] = [:]
    /// The number these were handed out with; nil where nothing was.
    var pendingSequence: Int64?

    /// What the shard's object says once the changes are in it.
    func status(sequence number: Int64) -> JSON {
        var undo: [JSON] = []
        for (path, _) in pending.sorted(by: { $0.key < $1.key }) {
            undo.append(["path": .string(path), "entry": stored[path] ?? .null])
        }
        return [
            "sequence": .integer(number),
            "tasks": .object(JSONObject(stored.merging(pending) { $1 }.map { ($0.key, $0.value) })),
            "undo": ["sequence": .integer(sequence), "entries": .array(undo)],
        ]
    }

    /// The status that refers to what was handed out is stored.
    mutating func acknowledge() {
        guard let number = pendingSequence else { return }
        stored.merge(pending) { $1 }
        pending = [:]
        sequence = number
        pendingSequence = nil
    }

    /// The entries of a stored shard at the number that the run's status says.
    ///
    /// - Throws: ``CheckpointError`` where the shard is neither at that number nor can go back to it.
    static func entries(
        of shard: JSON, at number: Int64, path: JSONPath
    ) throws(CheckpointError) -> JSONObject {
        let found = shard["sequence"]?.integerValue ?? 0
        guard var tasks = (shard["tasks"] ?? .object([:])).objectValue else {
            throw CheckpointError("the tasks of the shard are no object", at: path)
        }
        if found == number { return tasks }
        guard let undo = shard["undo"], undo["sequence"]?.integerValue == number,
            let entries = undo["entries"]?.arrayValue
        else {
            throw CheckpointError(
                "the shard was stored with checkpoint \(found), and the status needs it as of"
                    + " \(number)", at: path)
        }
        for entry in entries {
            guard let name = entry["path"]?.stringValue else { continue }
            let before = entry["entry"] ?? .null
            tasks[name] = before.isNull ? nil : before
        }
        return tasks
    }
}

/// A write of a run's checkpoint: the shards that changed, and the status that refers to them.
public struct CheckpointWrite: Sendable, Hashable {
    /// The statuses of shards, whole, by their numbers from 1; to be stored first, each by itself.
    public let shards: [Int: JSON]
    /// The merge patch of the run's status; to be stored once all shards are.
    public let status: JSON
}

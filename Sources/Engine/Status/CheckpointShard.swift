public import Values

/// One shard of a run's checkpoint: tasks that the status has no room for.
///
/// A shard is stored before the status that refers to it by its sequence number. Between the two
/// writes it is newer than the status, so it holds what it takes to go back: the entries as they were
/// at the numbers that the status may still say. These are that of the last write known to be stored,
/// and those of the writes since whose fate is not known.
struct CheckpointShard: Sendable {
    /// How many writes of unknown fate a shard can be taken back to.
    static let maximumUnknown = 7

    /// The entries that the status which is known to be stored refers to, by path.
    var stored: [String: JSON] = [:]
    /// The number it was stored with, which that status says; 0 before the first.
    var sequence: Int64 = 0
    /// The entries that changed since.
    var pending: [String: JSON] = [:]
    /// What was handed out since, with the numbers; the last is the write under way.
    private var unknown: [(sequence: Int64, entries: [String: JSON])] = []

    /// The number that the changes were handed out with last; nil where none were.
    var pendingSequence: Int64? { unknown.last?.sequence }

    /// Hands out what the shard's object is to say once the changes are in it.
    mutating func take(sequence number: Int64) -> JSON {
        // Before they are written down: an object with more of them is refused, for good.
        if unknown.count > CheckpointShard.maximumUnknown { unknown.removeFirst() }
        var undo = [undoing(to: sequence) { stored[$0] }]
        for (number, entries) in unknown {
            undo.append(undoing(to: number) { entries[$0] ?? stored[$0] })
        }
        unknown.append((number, pending))
        return [
            "sequence": .integer(number),
            "tasks": .object(JSONObject(stored.merging(pending) { $1 }.map { ($0.key, $0.value) })),
            "undo": .array(undo),
        ]
    }

    private func undoing(to number: Int64, _ before: (String) -> JSON?) -> JSON {
        let entries = pending.keys.sorted().compactMap { path -> JSON? in
            let entry = before(path)
            guard entry != pending[path] else { return nil }
            return ["path": .string(path), "entry": entry ?? .null]
        }
        return ["sequence": .integer(number), "entries": .array(entries)]
    }

    /// The status that refers to what was handed out is stored.
    mutating func acknowledge() {
        guard let (number, entries) = unknown.last else { return }
        stored.merge(entries) { $1 }
        pending = [:]
        sequence = number
        unknown = []
    }

    /// The entries of a stored shard at the number that the run's status says, or nil where it is
    /// neither at that number nor can go back to it.
    static func entries(of shard: JSON, at number: Int64) -> JSONObject? {
        guard var tasks = (shard["tasks"] ?? .object([:])).objectValue else { return nil }
        if shard["sequence"]?.integerValue == number { return tasks }
        let undo = shard["undo"]?.arrayValue?.last { $0["sequence"]?.integerValue == number }
        guard let entries = undo?["entries"]?.arrayValue else { return nil }
        for entry in entries {
            guard let name = entry["path"]?.stringValue else { continue }
            // Not by a conditional expression: its nil would be the JSON value `null`.
            if let before = entry["entry"], !before.isNull {
                tasks[name] = before
            } else {
                tasks[name] = Optional<JSON>.none
            }
        }
        return tasks
    }
}

extension RunMachine {
    /// The entries of the tasks in a stored shard as a run's status means it, by path; nil where the
    /// two do not fit together, as one of them is being written or was changed by somebody else.
    ///
    /// - Parameters:
    ///   - status: The status of the shard.
    ///   - number: The shard's number.
    ///   - run: The status of the run.
    public static func entries(ofShard status: JSON, _ number: Int, of run: JSON) -> JSONObject? {
        guard let wanted = run["checkpoint"]?["shardSequences"]?["\(number)"]?.integerValue else {
            return nil
        }
        return CheckpointShard.entries(of: status, at: wanted)
    }
}

/// A write of a run's checkpoint: the shards that changed, and the status that refers to them.
public struct CheckpointWrite: Sendable, Hashable {
    /// The statuses of shards, whole, by their numbers from 1; to be stored first, each by itself.
    public let shards: [Int: JSON]
    /// The merge patch of the run's status; to be stored once all shards are.
    public let status: JSON
    /// The steps from phase to phase that it carries, in their order; none unless
    /// ``RunLimits/notesChanges``.
    public let changes: [PhaseChange]
}

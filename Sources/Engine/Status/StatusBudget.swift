internal import Values
internal import Workflows

/// The bytes of a run's checkpoint: what is reserved for its end, and what is free for outputs.
///
/// Every task has room reserved for the longest entry it can end with, besides outputs and long
/// messages. Those take from what is free, and are refused or cut when nothing is. So the status
/// that says how a run ended always fits, whatever its tasks gave.
///
/// What the status itself has no room for is placed in shards, each an object of its own. A task stays
/// where it was placed.
struct StatusBudget: Sendable {
    /// The bytes that nobody took, of the status and then of each shard; below zero where not even
    /// what is reserved fits.
    private var rooms: [Int]
    private let maximumShards: Int
    private let shardBytes: Int
    /// What is kept of the status for `finally` until that is opened.
    private var finallyReserve = 0
    /// Whether tasks are placed in shards, as the status alone cannot hold those of the workflow.
    private var isSharded = false

    init(inputs: JSONObject, limits: RunLimits) {
        var free = limits.statusBytes - limits.otherStatusBytes - StatusReserve.run
        free -= StatusReserve.transitions
        free -= inputs.isEmpty ? 2 : JSON.object(inputs).canonicalSize
        rooms = [free]
        maximumShards = limits.maximumShards
        shardBytes = limits.shardBytes
    }

    /// Decides where the tasks of the workflow go, and keeps room for those of `finally`.
    mutating func reserveRoot(_ program: ScopeProgram, _ plan: WorkflowPlan) {
        finallyReserve = StatusBudget.finallyBytes(plan)
        rooms[0] -= finallyReserve
        isSharded = maximumShards > 0 && program.entryBytes > rooms[0]
    }

    private static func finallyBytes(_ plan: WorkflowPlan) -> Int {
        guard let scope = plan.finallyScope else { return 0 }
        let prefix = TaskPath.otherFinallyPrefix.utf8.count
        return plan.scopes[scope].outlines.reduce(0) { $0 + prefix + bytes(of: $1) }
    }

    /// The room of a task's entry, but for what its path has before the id.
    static func bytes(of task: TaskOutline) -> Int {
        StatusReserve.entry(hasOptions: task.traits.contains(.options)) + Int(task.idBytes)
    }

    /// Gives the room kept for `finally` to its tasks, which are placed next.
    mutating func releaseFinally(_ plan: WorkflowPlan) {
        rooms[0] += finallyReserve
        finallyReserve = 0
    }

    /// How many shards there are.
    var shardCount: Int { rooms.count - 1 }

    /// Whether the run can be recorded to its end.
    var isSufficient: Bool { rooms[0] >= 0 && rooms.count - 1 <= maximumShards }

    /// The bytes that nobody took of the status, which is 0, or of a shard.
    func free(in shard: UInt16) -> Int { rooms[Int(shard)] }

    /// Whether there is room for so many instances of a program, with paths of at most that size.
    func hasRoom(for program: ScopeProgram, pathBytes: Int, times: Int = 1) -> Bool {
        let needed = (program.entryBytes + program.count * pathBytes) * times
        // What does not fill the last shards to the end is not lost: a task is small.
        var room = max(0, rooms[0] - (maximumShards > 0 ? StatusReserve.outputShare : 0))
        if let last = rooms.dropFirst().last { room += max(0, last - StatusReserve.outputShare) }
        let unopened = max(0, maximumShards - shardCount)
        room += unopened * max(0, shardBytes - StatusReserve.outputShare - 1024)
        return needed <= room
    }

    /// Gives a new task its place, and takes its room there.
    mutating func place(_ state: TaskState, idBytes: Int) -> UInt16 {
        let bytes =
            StatusReserve.entry(hasOptions: state.traits.contains(.options)) + idBytes
        let isFull =
            maximumShards > 0
            && (isSharded || state.instance != 0)
            && rooms[0] - bytes < StatusReserve.outputShare
        guard isFull else {
            rooms[0] -= bytes
            return 0
        }
        if rooms.count == 1 || rooms[rooms.count - 1] - bytes < StatusReserve.outputShare {
            rooms.append(shardBytes)
        }
        rooms[rooms.count - 1] -= bytes
        return UInt16(rooms.count - 1)
    }

    /// Takes room for a task that is stored somewhere already.
    mutating func placeStored(_ state: TaskState, idBytes: Int, in shard: UInt16) {
        while rooms.count <= Int(shard) { rooms.append(shardBytes) }
        rooms[Int(shard)] -=
            StatusReserve.entry(hasOptions: state.traits.contains(.options)) + idBytes
    }

    /// Takes room, or leaves all as it is.
    mutating func take(_ bytes: Int, in shard: UInt16) -> Bool {
        guard bytes <= rooms[Int(shard)] else { return false }
        rooms[Int(shard)] -= bytes
        return true
    }

    /// Gives back room that was taken.
    mutating func giveBack(_ bytes: Int, in shard: UInt16) { rooms[Int(shard)] += bytes }

    /// Takes room that is known to be taken: what a stored status holds.
    mutating func takeStored(_ bytes: Int, in shard: UInt16) { rooms[Int(shard)] -= bytes }

    /// Takes room for a message, cutting it to what there is beyond the reserved part.
    mutating func takeMessage(_ message: String, in shard: UInt16) -> String {
        let room = min(
            TextLimits.errorMessage, StatusReserve.errorMessage + max(0, rooms[Int(shard)]))
        let kept = message.cut(toBytes: room)
        rooms[Int(shard)] -= max(0, kept.sizeInJSON - StatusReserve.errorMessage)
        return kept
    }

    /// Gives back the room of a message that is replaced.
    mutating func giveBackMessage(of message: String, in shard: UInt16) {
        rooms[Int(shard)] += max(0, message.sizeInJSON - StatusReserve.errorMessage)
    }
}

extension JSON {
    /// The number of bytes of the canonical text.
    var canonicalSize: Int { bytes.count }
}

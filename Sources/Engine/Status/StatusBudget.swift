internal import Values
internal import Workflows

/// The bytes of a run's status: what is reserved for its end, and what is free for outputs.
///
/// Every task has room reserved for the longest entry it can end with, besides outputs and long
/// messages. Those take from what is free, and are refused or cut when nothing is. So the status
/// that says how a run ended always fits, whatever its tasks gave.
struct StatusBudget: Sendable {
    /// The bytes that nobody took; below zero when not even what is reserved fits.
    private(set) var free: Int

    init(plan: WorkflowPlan, inputs: JSONObject, limits: RunLimits) {
        free = limits.statusBytes - limits.otherStatusBytes - StatusReserve.run
        free -= inputs.isEmpty ? 2 : JSON.object(inputs).canonicalSize
        for task in plan.tasks { free -= StatusReserve.task + task.id.utf8.count }
    }

    /// Whether the run can be recorded to its end.
    var isSufficient: Bool { free >= 0 }

    /// Takes room, or leaves all as it is.
    mutating func take(_ bytes: Int) -> Bool {
        guard bytes <= free else { return false }
        free -= bytes
        return true
    }

    /// Takes room that is known to be taken: what a stored status holds.
    mutating func takeStored(_ bytes: Int) { free -= bytes }

    /// Takes room for a message, cutting it to what there is beyond the reserved part.
    mutating func takeMessage(_ message: String) -> String {
        let room = min(TextLimits.errorMessage, StatusReserve.errorMessage + max(0, free))
        let kept = message.cut(toBytes: room)
        free -= max(0, kept.sizeInJSON - StatusReserve.errorMessage)
        return kept
    }

    /// Gives back the room of a message that is replaced.
    mutating func giveBackMessage(of message: String) {
        free += max(0, message.sizeInJSON - StatusReserve.errorMessage)
    }
}

extension JSON {
    /// The number of bytes of the canonical text.
    var canonicalSize: Int { bytes.count }
}

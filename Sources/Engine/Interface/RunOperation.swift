public import Values

/// What a user does to a run that is under way, beside what its desired state says.
///
/// Each is sent with an id and takes effect once, however often it is sent: what came of it is in the
/// run's status under that id. One that is not possible as the run stands is refused, and that is
/// kept too.
public enum RunOperation: Sendable, Hashable {
    /// Make the next attempt of a task that waits for one now.
    case retryTask(String)
    /// End a task as skipped, whatever it is doing; refused for a container whose tasks run.
    case skipTask(String)
    /// End a task as completed with these outputs, whatever it is doing; without any it is refused.
    case setOutputs(String, JSONObject?)
    /// Say what became of an attempt that was cut off.
    case resolveInDoubt(String, Resolution)
    /// Store the status now, under a label.
    case checkpoint(label: String)
    /// Stop the run and undo what its completed tasks did.
    case rollback

    /// What became of an attempt that was cut off.
    public enum Resolution: Sendable, Hashable {
        /// It had no effect, or one that may happen twice: make another.
        case retry
        /// It did its work, with these outputs.
        case complete(JSONObject)
        /// It failed for good.
        case fail
    }
}

/// What came of a user's operation.
public struct OperationRecord: Sendable, Hashable {
    /// The most of them that the status of one run has.
    public static let maximumKept = HistoryLimits.operations + HistoryLimits.refusals

    /// When the run heard of it.
    public let time: Timestamp
    /// `Done` or `Refused`.
    public let result: Result
    /// Why it was refused, or what was done.
    public let message: String

    /// Whether it was done.
    public enum Result: String, Sendable, Hashable {
        /// It took effect.
        case done = "Done"
        /// It was not possible.
        case refused = "Refused"
    }
}

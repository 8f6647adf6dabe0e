public import Values
public import Workflows

/// What a run asks its owner to do.
///
/// The owner performs actions in their order, after it has let go of the machine.
public enum RunAction: Sendable, Hashable {
    /// Write the status: take ``RunMachine/takeCheckpoint()``, store its shards and then its patch,
    /// and report `checkpointAcknowledged` or `checkpointFailed` with this sequence number. There is
    /// never more than one such write under way.
    case writeCheckpoint(sequence: Int64)
    /// Say when the attempt may begin, by `attemptAdmitted`, or that it never may, by
    /// `attemptRefused`. Given only where ``RunLimits/asksForAdmission`` is set, before the intent is
    /// recorded: an attempt that waits has not begun, and a crash costs it nothing.
    indirect case requestAdmission(AttemptRequest)
    /// What was asked for is not needed any more, or what was admitted does not start: nothing of it
    /// runs or will. A request that was withdrawn may be made again.
    case withdrawAdmission(AttemptReference)
    /// Execute the attempt. Where it has an effect, its intent is stored already.
    case launch(TaskAttempt)
    /// Stop the attempt, and report its end as any other. Given at most once an attempt, when the
    /// reason is stored: a run that is taken up before then goes on with the attempt.
    case cancelAttempt(AttemptReference)
    /// What the attempt last reported of its progress before this write was taken is stored.
    case progressStored(AttemptReference)
    /// The stream of a task is over, by its path: whether the task completed, and by which attempt; nil
    /// where it was by none.
    case streamEnded(String, isComplete: Bool, attempt: Int?)
    /// A task that read a stream has ended: both by their paths.
    case streamReleased(String, reader: String)
    /// Look for a result of this key, and answer with `resultFound`.
    indirect case lookUpResult(ResultLookup)
    /// Keep a result for other runs. Best effort: nothing depends on it.
    indirect case storeResult(ResultOffer)
    /// Send `timerFired` at this moment, in place of any moment asked for before.
    case setTimer(Timestamp)
    /// Tell users what happened. Best effort: nothing depends on it.
    case recordEvent(RunNotice)
    /// The run has ended and its end is stored: let go of it. Given once.
    case finish(RunPhase)
}

/// A search for a result that is as good as another attempt.
public struct ResultLookup: Sendable, Hashable {
    /// Whom to answer.
    public let reference: AttemptReference
    /// The key of the result: see ``TaskKey``.
    public let key: String
    /// The definition that a task of type `workflow` runs, where the key is not its author's own:
    /// what that says, and all it runs itself, is to be part of the key.
    public let workflow: ChildWorkflow?
    /// How old the result may be; nil sets no bound.
    public let maximumAge: Duration?
}

/// A result that other runs may look up.
public struct ResultOffer: Sendable, Hashable {
    /// The key of the result: see ``TaskKey``.
    public let key: String
    /// What the task gave.
    public let outputs: JSONObject
    /// The path of the task.
    public let path: String
    /// The attempt that gave it.
    public let attempt: Int
    /// As in ``ResultLookup/workflow``: what it said when the attempt was made is part of the key.
    public let workflow: ChildWorkflow?
}

/// Something users are told about a run, as a Kubernetes Event tells it.
public struct RunNotice: Sendable, Hashable {
    /// How much it matters.
    public enum Severity: String, Sendable, Hashable {
        /// As expected.
        case normal = "Normal"
        /// Somebody may want to look.
        case warning = "Warning"
    }

    /// How much it matters.
    public let severity: Severity
    /// Why, in one CamelCase word that stays the same: `TaskFailed`.
    public let reason: String
    /// What happened, in a sentence.
    public let message: String
    /// The task it is about, or nil when it is about the run.
    public let taskID: String?
}

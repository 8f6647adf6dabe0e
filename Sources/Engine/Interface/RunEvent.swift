public import Values
public import Workflows

/// What its owner tells a run.
///
/// An event that is late, repeated, or about an attempt that is no longer the current one changes
/// nothing: the owner need not know what the run knows.
public enum RunEvent: Sendable {
    /// The run begins, or goes on after `init(resuming:)`. A second one changes nothing.
    case start
    /// An attempt that admission was requested for may begin.
    case attemptAdmitted(AttemptReference)
    /// An attempt that admission was requested for waits, and the sentence says for what; the
    /// status shows it.
    case attemptQueued(AttemptReference, message: String)
    /// An attempt that admission was requested for may not be made: it failed without having begun.
    indirect case attemptRefused(AttemptReference, TaskError)
    /// An attempt that was launched has ended, and nothing of it runs any more.
    case attemptFinished(AttemptReference, AttemptOutcome)
    /// What an attempt under way has come to: another attempt of the task is given the last of it.
    case attemptProgressed(AttemptReference, JSONObject)
    /// The answer to `lookUpResult`: the outputs that were found, or nil where there are none.
    case resultFound(AttemptReference, JSONObject?)
    /// The write asked for under this sequence number is stored.
    case checkpointAcknowledged(sequence: Int64)
    /// The write asked for under this sequence number failed, or its fate is unknown; the next is
    /// asked for after the delay and carries again what this one did.
    case checkpointFailed(sequence: Int64, retryAfter: Duration)
    /// What the user wants of the run. Once it is `cancelled`, only `terminated` is still heard.
    case desiredStateChanged(DesiredRunState)
    /// What the user does to the run. One of an id that was heard before changes nothing.
    indirect case operation(id: String, RunOperation)
    /// The moment of the last `setTimer` has come. Too early or too often is harmless.
    case timerFired
}

/// What a user wants of a run: `spec.desiredState`.
public enum DesiredRunState: String, Sendable, Hashable, CaseIterable {
    /// Go on.
    case running = "Running"
    /// Start nothing new; what runs goes on to its end.
    case paused = "Paused"
    /// Stop what runs, do what `finally` says, and end.
    case cancelled = "Cancelled"
    /// Stop what runs, start nothing more, not even `finally`, and end.
    case terminated = "Terminated"

    /// Whether the run is to end.
    public var isEnd: Bool { self == .cancelled || self == .terminated }
}

public import Values

/// Where a run stands.
///
/// What a definition or an archive is, and not a run, has no place here: a definition that is checked
/// says so in its conditions, and an archived run is gone from the API.
public enum RunPhase: String, Sendable, Hashable, CaseIterable {
    /// Not started.
    case pending = "Pending"
    /// Tasks are started as they become ready, or the last of them are being stopped.
    case running = "Running"
    /// What runs goes on to its end; nothing new starts.
    case paused = "Paused"
    /// Every task ended and none failed the run.
    case completed = "Completed"
    /// A task, an output or a limit failed the run.
    case failed = "Failed"
    /// Cancelled as asked.
    case cancelled = "Cancelled"
    /// The run's own timeout passed.
    case timedOut = "TimedOut"
    /// What the run had done was undone, by the compensations of its tasks.
    case rolledBack = "RolledBack"

    /// Whether the phase is an end, which no run ever leaves.
    public var isTerminal: Bool {
        switch self {
        case .pending, .running, .paused: false
        case .completed, .failed, .cancelled, .timedOut, .rolledBack: true
        }
    }

    /// Whether a run may go from this phase to the other in one step.
    ///
    /// Every change of a run's phase passes this table, in the engine and by ``RunHistory``, and a step
    /// that is not in it is not taken: see ``RunMachine/fault``.
    public func mayBecome(_ next: RunPhase) -> Bool {
        switch self {
        case .pending: next == .running || next == .failed || next == .cancelled
        case .running: next != .pending && next != .running
        case .paused: next == .running
        case .completed, .failed, .cancelled, .timedOut, .rolledBack: false
        }
    }
}

/// One change of a run's phase, as its status keeps the last of them.
public struct RunTransition: Sendable, Hashable {
    /// When it was.
    public let time: Timestamp
    /// The phase before.
    public let from: RunPhase
    /// The phase after.
    public let to: RunPhase
    /// Why, in one word that stays the same.
    public let reason: String
}

/// A change of phase that no run or task may make.
public struct IllegalTransition: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was to change: the run, or the path of a task.
    public let subject: String
    /// The phase it is in; empty where there is no such task.
    public let from: String
    /// The phase it was to go to.
    public let to: String
    /// Why it must not.
    public let reason: String

    /// All of it in a sentence.
    public var description: String {
        from.isEmpty ? reason : "\(subject) cannot go from \(from) to \(to): \(reason)"
    }
}

/// The words of a run's status that the laws are about.
enum RunWords {
    static let ends: Set = ["Completed", "Failed", "Cancelled", "TimedOut", "RolledBack"]
    static let endings: Set = [
        "Cancelling", "Failing", "TimingOut", "Rejecting", "Terminating", "RollingBack",
    ]
    static let cancels: Set = ["Cancelled", "Terminated"]
}

/// The words of a task's status that the laws are about.
enum TaskWords {
    static let ends: Set = ["Completed", "Failed", "Skipped", "Cancelled", "TimedOut"]
    static let sweeps: Set = ["RunFailed", "RunCancelled", "RunTimedOut", "RunRolledBack"]
    /// Why a task may have ended with the container that it is in.
    static let withContainer: Set = ["ContainerFailed", "ContainerTimedOut"]
    static let byHand: Set = ["SkippedByUser", "SetByUser"]

    /// Whether a task runs although its run is being ended: it cleans up, or undoes.
    static func outlivesEnding(_ path: String) -> Bool {
        path.hasPrefix("finally") || path.contains("~")
    }
}

/// The fields of a task's status, as bits, so that a patch can clear those that are gone.
struct TaskFields: OptionSet, Sendable {
    let rawValue: UInt16
    static let attempt = TaskFields(rawValue: 1)
    static let completionTime = TaskFields(rawValue: 2)
    static let error = TaskFields(rawValue: 4)
    static let interruptions = TaskFields(rawValue: 8)
    static let message = TaskFields(rawValue: 16)
    static let nextAttemptTime = TaskFields(rawValue: 32)
    static let outputs = TaskFields(rawValue: 64)
    static let reason = TaskFields(rawValue: 128)
    static let startTime = TaskFields(rawValue: 256)

    /// Every field with its name, sorted by it; `phase`, which is always there, is none of them.
    static let named: [(name: String, field: TaskFields)] = [
        ("attempt", .attempt), ("completionTime", .completionTime), ("error", .error),
        ("interruptions", .interruptions), ("message", .message),
        ("nextAttemptTime", .nextAttemptTime), ("outputs", .outputs), ("reason", .reason),
        ("startTime", .startTime),
    ]
}

/// The fields of the run's own status that are not always there.
struct RunFields: OptionSet, Sendable {
    let rawValue: UInt16
    static let completionTime = RunFields(rawValue: 1)
    static let message = RunFields(rawValue: 2)
    static let outputs = RunFields(rawValue: 4)
    static let reason = RunFields(rawValue: 8)
    static let startTime = RunFields(rawValue: 16)
    static let deadline = RunFields(rawValue: 32)
    static let pausedSince = RunFields(rawValue: 64)

    static let named: [(name: String, field: RunFields)] = [
        ("completionTime", .completionTime), ("message", .message), ("outputs", .outputs),
        ("reason", .reason), ("startTime", .startTime),
    ]
    /// Those under `timers`.
    static let timers: [(name: String, field: RunFields)] = [
        ("pausedTime", .pausedSince), ("runDeadline", .deadline),
    ]
}

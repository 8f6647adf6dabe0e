/// The fields of a task's status, as bits, so that a patch can clear those that are gone.
struct TaskFields: OptionSet, Sendable {
    let rawValue: UInt32
    static let attempt = TaskFields(rawValue: 1)
    static let completionTime = TaskFields(rawValue: 2)
    static let error = TaskFields(rawValue: 4)
    static let interruptions = TaskFields(rawValue: 8)
    static let message = TaskFields(rawValue: 16)
    static let nextAttemptTime = TaskFields(rawValue: 32)
    static let outputs = TaskFields(rawValue: 64)
    static let reason = TaskFields(rawValue: 128)
    static let startTime = TaskFields(rawValue: 256)
    static let caseName = TaskFields(rawValue: 512)
    static let deadline = TaskFields(rawValue: 1024)
    static let fallback = TaskFields(rawValue: 2048)
    static let iterations = TaskFields(rawValue: 4096)
    static let order = TaskFields(rawValue: 8192)
    static let until = TaskFields(rawValue: 16384)
    /// Always there; a bit only so that it has its place among the names.
    static let phase = TaskFields(rawValue: 32768)
    static let queuedTime = TaskFields(rawValue: 65536)
    static let progress = TaskFields(rawValue: 131072)
    /// A part of the error, and so not among the names.
    static let errorCode = TaskFields(rawValue: 262144)
    static let totalDeadline = TaskFields(rawValue: 524288)
    static let wait = TaskFields(rawValue: 1_048_576)

    /// Every field with its name, sorted by it.
    static let named: [(name: String, field: TaskFields)] = [
        ("attempt", .attempt), ("case", .caseName), ("completionTime", .completionTime),
        ("deadline", .deadline), ("error", .error), ("fallback", .fallback),
        ("interruptions", .interruptions), ("iterations", .iterations), ("message", .message),
        ("nextAttemptTime", .nextAttemptTime), ("order", .order), ("outputs", .outputs),
        ("phase", .phase), ("progress", .progress), ("queuedTime", .queuedTime),
        ("reason", .reason), ("startTime", .startTime), ("totalDeadline", .totalDeadline),
        ("until", .until), ("wait", .wait),
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
    static let decision = RunFields(rawValue: 128)
    static let operations = RunFields(rawValue: 256)
    static let subphase = RunFields(rawValue: 512)
    static let transitions = RunFields(rawValue: 1024)

    static let named: [(name: String, field: RunFields)] = [
        ("completionTime", .completionTime), ("decision", .decision), ("message", .message),
        ("operations", .operations), ("outputs", .outputs), ("reason", .reason),
        ("startTime", .startTime), ("subphase", .subphase), ("transitions", .transitions),
    ]
    /// Those under `timers`.
    static let timers: [(name: String, field: RunFields)] = [
        ("pausedTime", .pausedSince), ("runDeadline", .deadline),
    ]
    /// Those that are handed out only where they changed.
    static let large: RunFields = [.operations, .outputs, .transitions]
}

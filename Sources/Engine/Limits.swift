/// The bounds a run keeps.
///
/// All of the room's bounds are here.
public struct RunLimits: Sendable, Hashable {
    /// The most bytes of one task's outputs, as canonical JSON.
    public var taskOutputBytes: Int
    /// The most bytes of the whole status, as canonical JSON.
    public var statusBytes: Int
    /// The bytes of the status that others write: the pinned definition, conditions, identity.
    ///
    /// The run's inputs are counted by the run itself.
    public var otherStatusBytes: Int
    /// The most attempts of one task at once, where its workflow does not ask for fewer.
    public var maximumParallel: Int
    /// How often one task's attempts may be interrupted by crashes before the task fails.
    public var interruptions: Int
    /// How long a cancelled attempt may take to report its end before the run goes on without it.
    public var settlementGrace: Duration
    /// The longest `Retry-After` that is obeyed in full.
    public var retryAfter: Duration
    /// How long a change that forces no write may stay unwritten; nil leaves it to the next write.
    public var statusLag: Duration?
    /// Whether the owner is asked before an attempt begins.
    public var asksForAdmission = false

    /// Makes bounds; the defaults are those of the product.
    public init(
        taskOutputBytes: Int = 32 << 10, statusBytes: Int = 256 << 10, otherStatusBytes: Int = 0,
        maximumParallel: Int = 1 << 20, interruptions: Int = 100,
        settlementGrace: Duration = .seconds(60), retryAfter: Duration = .seconds(86_400),
        statusLag: Duration? = .milliseconds(500)
    ) {
        self.taskOutputBytes = taskOutputBytes
        self.statusBytes = statusBytes
        self.otherStatusBytes = otherStatusBytes
        self.maximumParallel = maximumParallel
        self.interruptions = interruptions
        self.settlementGrace = settlementGrace
        self.retryAfter = retryAfter
        self.statusLag = statusLag
    }
}

/// What every run reserves of its status, so that its end always fits.
enum StatusReserve {
    /// The run's own fields besides its inputs and outputs, with a message of the largest size.
    static let run = 2048
    /// A task's entry besides its id and outputs, with an error of the smallest size.
    static let task = 288
    /// The bytes of an error's message that every task may write.
    static let errorMessage = 48
}

/// The most bytes of texts that come from outside the engine.
enum TextLimits {
    /// A task error's message, while the status has room.
    static let errorMessage = 1024
    /// A task error's type.
    static let errorType = 48
    /// For what an attempt waits: it fits the room of the times that a waiting task does not have.
    static let queueMessage = 72
    /// The message of the run, and of a notice.
    static let runMessage = 512
}

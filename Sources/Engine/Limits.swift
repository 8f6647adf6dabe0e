internal import Workflows

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
    /// Whether each step from phase to phase is noted, and told with the write that carries it.
    public var notesChanges = false
    /// The most tasks of one run, those in the bodies of containers among them, of all attempts.
    public var maximumTasks = 200_000
    /// The most iterations of one loop that are under way at once.
    public var openIterations = 1000
    /// How many shards a checkpoint may have beside the status; 0 where the owner stores none.
    public var maximumShards = 0
    /// How deep arrays and objects may lie in one another in what tasks and the run give.
    ///
    /// Far below what API servers take (100 levels here, 512 in what we read), as these values lie some
    /// levels deep in objects and lists.
    public var valueDepth = WorkflowLimits.maximumValueDepth
    /// The most bytes of what an attempt reports of its progress, as canonical JSON.
    public var progressBytes = 64 << 10
    /// The most bytes of one shard of the checkpoint, as canonical JSON of its tasks.
    public var shardBytes = 256 << 10

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
    /// The list of the run's transitions, as long as it gets.
    static let transitions = HistoryLimits.transitions * 128
    /// One operation of a user, with a message of the largest size.
    static let operation = 160 + TextLimits.operationMessage
    /// What is kept free for the outputs of the tasks in a status that has shards, or for those of
    /// one shard.
    static let outputShare = 64 << 10
    /// A task's entry besides its id and outputs, with an error of the smallest size.
    static let task = 288
    /// What an entry has besides where its task is a container or has other options.
    static let options = 272

    /// The room of a task's entry.
    static func entry(hasOptions: Bool) -> Int { hasOptions ? task + options : task }

    /// The bytes of an error's message that every task may write.
    static let errorMessage = 48
}

/// How much of the past a status keeps.
enum HistoryLimits {
    /// Changes of the run's phase.
    static let transitions = 20
    /// Operations of users that a run does or refuses for what they ask.
    static let operations = 64
    /// Operations beyond those, or of a run that has ended, of which is kept that they were refused.
    static let refusals = 64
}

/// The largest numbers that a stored status may say.
///
/// No run reaches them by itself; what is over them was not written by one, and counting on from it
/// could stop the process.
enum StoredLimits {
    /// Attempts of one task: a policy allows 1000, and interruptions, fallbacks and what users ask for
    /// are bounded as well.
    static let attempts: Int32 = 1 << 20
}

/// How far a clock may go back before what was decided by it is looked at again.
enum ClockLimits {
    static let step = Duration.seconds(1)
}

/// The most bytes of texts that come from outside the engine.
enum TextLimits {
    /// A task error's message, while the status has room.
    static let errorMessage = 1024
    /// A task error's type.
    static let errorType = 48
    /// A task error's code, with its name, which the type leaves room for.
    static let errorCode = 19
    /// For what an attempt waits: it fits the room of the times that a waiting task does not have.
    static let queueMessage = 72
    /// Why a task was skipped: it fits the room of the times and the error that such a task lacks.
    static let skipMessage = 128
    /// The name of the case that a branch took.
    static let caseName = 63
    /// What came of a user's operation.
    static let operationMessage = 160
    /// The message of the run, and of a notice.
    static let runMessage = 512
}

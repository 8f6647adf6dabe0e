import Executors
import HTTP
import Kubernetes
import Synchronization
import Values
import Workflows

/// Watches everything that happens in a simulation, and tells which laws did not hold.
///
/// It sees what an outsider sees: requests, answers, stored objects, and attempts that start and end.
/// It shares no code with the engine: what should happen it reads from the definitions' own models.
final class LawBook: Sendable {
    /// Which attempt of which task of which run.
    struct AttemptName: Hashable, CustomStringConvertible {
        let run: String
        let task: String
        let attempt: Int

        var description: String { "\(run) \(task)#\(attempt)" }
    }

    /// What is known of an attempt.
    struct AttemptRecord {
        var starts = 0
        var counted = 1
        var step: AttemptStep
        /// The process that makes it, while it does.
        var host: Int?
        var outcome: AttemptOutcome?
        /// When it ended, by the wall clock of the process that made it.
        var ended: Timestamp?
    }

    /// What was stored before an attempt.
    struct Intent {
        let holder: String
        let interruptions: Int64
    }

    /// What is known of a run.
    struct RunRecord {
        var model: ModelDefinition?
        var key: ObjectKey
        var spec: JSON = .null
        var status: JSON = .null
        /// The run and task that started it, where one did.
        var parent: AttemptName?
        /// Whether its user ever paused it.
        var wasPaused = false
        /// Whether it tries a dead letter again.
        var isLetterRetry = false
        /// Whether it is being deleted.
        var isDeleting = false
        var isGone = false
        /// Whether somebody asked that it be cancelled.
        var wasAskedToCancel = false
        /// Whether a user asked for that, and not the product.
        var wasCancelledByUser = false
        /// Attempts whose intent was stored.
        var intents: [AttemptName: Intent] = [:]
        /// Processes that know that it is being ended.
        var endingSeenBy: Set<Int> = []
        /// Whether it was stored that it is being cancelled.
        var wasCancelling = false
    }

    struct State {
        var violations: [Violation] = []
        var runs: [String: RunRecord] = [:]
        var attempts: [AttemptName: AttemptRecord] = [:]
        /// The newest version of each object that each process knows its own write made.
        var written: [String: OwnWrite] = [:]
        /// What each process wrote last of each part of an object.
        var lastBodies: [String: Int] = [:]
        /// Status writes under way, by process and object.
        var writing: [String: Int] = [:]
        /// Writes of unknown outcome, by process and object, that no read followed yet.
        var unknown: Set<String> = []
        /// How often a run was made for each definition of each workflow.
        var launches: [String: Int] = [:]
        /// How many attempts each process makes, and how many of each at the provider.
        var underWay: [Int: (all: Int, atProvider: Int)] = [:]
        /// The statuses of runs that are in the archive, by UID.
        var archived: [String: JSON] = [:]
        /// The shards of the checkpoints of runs, by UID and number.
        var shards: [String: [Int: JSON]] = [:]
        /// The digests of the statuses that runs had, for those of which checkpoints are kept.
        var statuses: [String: Set<String>] = [:]
        /// The outputs that attempts gave which may stand in for others, by definition and task.
        var results: [String: Set<JSON>] = [:]
        /// What is known of repositories and of what they gave.
        var repositories = RepositoryRecords()
        var writes = 0
        var lastWrite = Duration.zero
    }

    let world: World
    let state = Mutex(State())

    init(_ world: World) { self.world = world }

    /// The laws that did not hold, in order.
    var violations: [Violation] { state.withLock(\.violations) }

    /// How many writes there were that are neither events nor leases.
    var writes: Int { state.withLock(\.writes) }

    /// Notes that a law did not hold.
    func violated(_ law: Int, _ message: String) {
        let violation = Violation(law: law, message: message, moment: world.clock.now)
        world.trace.note("violation", Int64(law), name: message)
        state.withLock { $0.violations.append(violation) }
    }

    func violated(_ found: [(Int, String)]) {
        for (law, message) in found { violated(law, message) }
    }

    /// The definitions as they were made up, by number.
    func model(_ number: Int?) -> ModelDefinition? { number.flatMap { world.models.model($0) } }
}

/// The definitions of a simulation by number.
final class Models: Sendable {
    private let models = Mutex<[Int: ModelDefinition]>([:])

    func add(_ model: ModelDefinition) { models.withLock { $0[model.number] = model } }

    func model(_ number: Int) -> ModelDefinition? { models.withLock { $0[number] } }
}

/// What a scheduler reads of a task of a scope over and over, in a few bytes: made once, with the
/// scope, so that a run is begun without a look at the plans of its tasks.
public struct TaskOutline: Sendable, Hashable {
    /// What is special about the task, besides what its type says.
    public internal(set) var traits: TaskTraits
    /// How urgent an attempt is; as the run where nil.
    public let priority: Priority?
    /// The place of its type in ``ScopePlan/types``.
    public let type: Int32
    /// How many tasks it waits for.
    public let dependencyCount: Int32
    /// The bytes of its id.
    public let idBytes: Int32

    /// Reads a task's plan.
    public init(_ plan: borrowing TaskPlan, type: Int32) {
        traits = TaskTraits(plan)
        priority = plan.priority
        self.type = type
        dependencyCount = Int32(plan.dependencies.count)
        idBytes = Int32(plan.id.utf8.count)
    }
}

/// What is special about a task: a plain one has none of it.
public struct TaskTraits: OptionSet, Sendable, Hashable {
    /// One bit for each.
    public let rawValue: UInt16

    /// Makes a set of them.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Has a condition.
    public static let condition = TaskTraits(rawValue: 1)
    /// Is done once its inputs are evaluated.
    public static let evaluated = TaskTraits(rawValue: 2)
    /// Has bodies.
    public static let container = TaskTraits(rawValue: 4)
    /// Its attempts are idempotent by a name.
    public static let named = TaskTraits(rawValue: 8)
    /// Its attempts wait for people.
    public static let approval = TaskTraits(rawValue: 16)
    /// Waits for a moment.
    public static let wait = TaskTraits(rawValue: 32)
    /// Starts by a rule other than that all it depends on have ended.
    public static let join = TaskTraits(rawValue: 64)
    /// Has options of its own: look at the plan.
    public static let options = TaskTraits(rawValue: 128)
    /// Can be undone.
    public static let compensation = TaskTraits(rawValue: 256)
    /// Depends on the failure of a task, or on its start.
    public static let edges = TaskTraits(rawValue: 512)
    /// Other tasks wait for its start and not for its end.
    public static let announces = TaskTraits(rawValue: 1024)
    /// Reads the stream of another task while that runs: it takes no place that the other might wait
    /// for.
    public static let companion = TaskTraits(rawValue: 2048)
    /// Its attempts have a timeout.
    public static let timed = TaskTraits(rawValue: 4096)

    /// Those that a task's plan says, without those that its type says or that others depend on it.
    init(_ plan: borrowing TaskPlan) {
        self = []
        if plan.condition != nil { insert(.condition) }
        if plan.join != .all { insert(.join) }
        if plan.edges.contains(where: { $0.when == .failure || $0.when == .started }) {
            insert(.edges)
        }
        if plan.timeout != nil { insert(.timed) }
        guard plan.hasOptions else { return }
        insert(.options)
        if plan.isNamed { insert(.named) }
        if plan.stream?.source != nil { insert(.companion) }
        if plan.control != nil { insert(.container) }
        if plan.compensation != nil { insert(.compensation) }
    }
}

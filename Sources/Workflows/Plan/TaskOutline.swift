import Expressions
import Values

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

/// What is special about a task: a plain one has none of it, but that its inputs may be constant.
///
/// A scheduler asks for them many times a step, so that each is made where it is named.
public struct TaskTraits: OptionSet, Sendable, Hashable {
    /// One bit for each.
    public let rawValue: UInt16

    /// Makes a set of them.
    @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Has a condition.
    @inlinable public static var condition: TaskTraits { TaskTraits(rawValue: 1) }
    /// Is done once its inputs are evaluated.
    @inlinable public static var evaluated: TaskTraits { TaskTraits(rawValue: 2) }
    /// Has bodies.
    @inlinable public static var container: TaskTraits { TaskTraits(rawValue: 4) }
    /// Its attempts are idempotent by a name.
    @inlinable public static var named: TaskTraits { TaskTraits(rawValue: 8) }
    /// Its attempts wait for people.
    @inlinable public static var approval: TaskTraits { TaskTraits(rawValue: 16) }
    /// Waits for a moment.
    @inlinable public static var wait: TaskTraits { TaskTraits(rawValue: 32) }
    /// Starts by a rule other than that all it depends on have ended.
    @inlinable public static var join: TaskTraits { TaskTraits(rawValue: 64) }
    /// Has options of its own: look at the plan.
    @inlinable public static var options: TaskTraits { TaskTraits(rawValue: 128) }
    /// Can be undone.
    @inlinable public static var compensation: TaskTraits { TaskTraits(rawValue: 256) }
    /// Depends on the failure of a task, or on its start.
    @inlinable public static var edges: TaskTraits { TaskTraits(rawValue: 512) }
    /// Other tasks wait for its start and not for its end.
    @inlinable public static var announces: TaskTraits { TaskTraits(rawValue: 1024) }
    /// Reads the stream of another task while that runs: it takes no place that the other might wait
    /// for.
    @inlinable public static var companion: TaskTraits { TaskTraits(rawValue: 2048) }
    /// Its attempts have a timeout.
    @inlinable public static var timed: TaskTraits { TaskTraits(rawValue: 4096) }
    /// Its inputs hold no expression: the plan tells them for every attempt.
    @inlinable public static var constant: TaskTraits { TaskTraits(rawValue: 8192) }

    /// Those that a task's plan says, without those that its type says or that others depend on it.
    init(_ plan: borrowing TaskPlan) {
        self = []
        if plan.condition != nil { insert(.condition) }
        if plan.join != .all { insert(.join) }
        if plan.edges.contains(where: { $0.when == .failure || $0.when == .started }) {
            insert(.edges)
        }
        if plan.timeout != nil { insert(.timed) }
        if case .object? = plan.inputs.constant { insert(.constant) }
        guard plan.hasOptions else { return }
        insert(.options)
        if plan.isNamed { insert(.named) }
        if plan.stream?.source != nil { insert(.companion) }
        if plan.control != nil { insert(.container) }
        if plan.compensation != nil { insert(.compensation) }
    }
}

public import Values

/// One step of a workflow, as it is written.
public struct TaskDefinition: Sendable, Hashable {
    /// The name, unique in its scope.
    public var id: String
    /// What the task does.
    public var type: String
    /// A title for people.
    public var name: String?
    /// What the task is for.
    public var description: String?
    /// The tasks named as dependencies.
    public var dependsOn: [DependencyDefinition] = []
    /// The expression that lets the task be skipped.
    public var condition: String?
    /// What the type takes; strings may hold expressions.
    public var inputs: JSONObject = [:]
    /// The outputs the task declares, with their kinds.
    public var outputs: [String: ValueKind] = [:]
    /// The task's own policy, without its `retryIf`.
    public var retryPolicy: RetryPolicy?
    /// How long one attempt may take.
    public var timeout: Duration?
    /// What a failure does to the run, where the task says so.
    public var failureAction: FailureAction?

    // What few tasks have is kept apart, so that a copy of a plain task is cheap: none, or one.
    private var rare: [RareFields] = []

    /// Makes a task that only has a name and a type.
    public init(id: String, type: String) {
        self.id = id
        self.type = type
    }
}

/// What only few tasks have.
private struct RareFields: Sendable, Hashable {
    static let none = RareFields()

    var executor: String?
    var join: JoinDefinition?
    var falseAction: FalseAction?
    var config: JSONObject = [:]
    var retryIf: String?
    var totalTimeout: Duration?
    var interruptionAction: InterruptionAction?
    var fallbacks: [FallbackDefinition] = []
    var compensation: CompensationDefinition?
    var priority: Priority?
    var resources: [String: Double] = [:]
    var cache: CacheDefinition?
    var control: ControlDefinition?
    var maxParallel: Int?
    var workflow: ChildWorkflow?
    var stream: JSON?
    var controlFields: [String] = []
    var fallbackPositions: [Int] = []
}

extension TaskDefinition {
    /// Whether nothing that few tasks have has been set.
    var hasOnlyCommonFields: Bool { rare.isEmpty }

    /// Changes what few tasks have.
    private mutating func change(_ body: (inout RareFields) -> Void) {
        if rare.isEmpty { rare.append(.none) }
        body(&rare[0])
    }

    /// The implementation that is meant.
    public var executor: String? {
        get { rare.isEmpty ? RareFields.none.executor : rare[0].executor }
        set { change { $0.executor = newValue } }
    }

    /// How many of the dependencies must hold, where the task says so.
    public var join: JoinDefinition? {
        get { rare.isEmpty ? RareFields.none.join : rare[0].join }
        set { change { $0.join = newValue } }
    }

    /// What a false condition does.
    public var falseAction: FalseAction? {
        get { rare.isEmpty ? RareFields.none.falseAction : rare[0].falseAction }
        set { change { $0.falseAction = newValue } }
    }

    /// Settings of the executor's own.
    public var config: JSONObject {
        get { rare.isEmpty ? RareFields.none.config : rare[0].config }
        set { change { $0.config = newValue } }
    }

    /// The expression that says which failed attempts are made again.
    public var retryIf: String? {
        get { rare.isEmpty ? RareFields.none.retryIf : rare[0].retryIf }
        set { change { $0.retryIf = newValue } }
    }

    /// How long all attempts may take, with the waits between them.
    public var totalTimeout: Duration? {
        get { rare.isEmpty ? RareFields.none.totalTimeout : rare[0].totalTimeout }
        set { change { $0.totalTimeout = newValue } }
    }

    /// What becomes of an attempt whose end a crash hid.
    public var interruptionAction: InterruptionAction? {
        get { rare.isEmpty ? RareFields.none.interruptionAction : rare[0].interruptionAction }
        set { change { $0.interruptionAction = newValue } }
    }

    /// What is tried in turn after the last attempt failed.
    public var fallbacks: [FallbackDefinition] {
        get { rare.isEmpty ? RareFields.none.fallbacks : rare[0].fallbacks }
        set { change { $0.fallbacks = newValue } }
    }

    /// What undoes the task.
    public var compensation: CompensationDefinition? {
        get { rare.isEmpty ? RareFields.none.compensation : rare[0].compensation }
        set { change { $0.compensation = newValue } }
    }

    /// How urgent an attempt is.
    public var priority: Priority? {
        get { rare.isEmpty ? RareFields.none.priority : rare[0].priority }
        set { change { $0.priority = newValue } }
    }

    /// What one attempt holds while it runs, in the base unit of each resource.
    public var resources: [String: Double] {
        get { rare.isEmpty ? RareFields.none.resources : rare[0].resources }
        set { change { $0.resources = newValue } }
    }

    /// How long a result stands in for another run of the same task.
    public var cache: CacheDefinition? {
        get { rare.isEmpty ? RareFields.none.cache : rare[0].cache }
        set { change { $0.cache = newValue } }
    }

    /// The bodies of a container, and when they run.
    public var control: ControlDefinition? {
        get { rare.isEmpty ? RareFields.none.control : rare[0].control }
        set { change { $0.control = newValue } }
    }

    /// How many tasks of a container's body, or iterations, are under way at once.
    public var maxParallel: Int? {
        get { rare.isEmpty ? RareFields.none.maxParallel : rare[0].maxParallel }
        set { change { $0.maxParallel = newValue } }
    }

    /// The definition that a task of type `workflow` runs.
    public var workflow: ChildWorkflow? {
        get { rare.isEmpty ? RareFields.none.workflow : rare[0].workflow }
        set { change { $0.workflow = newValue } }
    }

    /// What the task may run as runs of their own: by itself, as a fallback, or to undo it.
    public var children: [ChildWorkflow] {
        guard !rare.isEmpty else { return [] }
        let others = fallbacks.compactMap { fallback -> ChildWorkflow? in
            if case .attempt(_, _, _, _, let child) = fallback { child } else { nil }
        }
        return [workflow].compactMap { $0 } + others
            + [compensation?.workflow].compactMap { $0 }
    }

    /// What a task of type `stream` does, as it is written.
    public var stream: JSON? {
        get { rare.isEmpty ? RareFields.none.stream : rare[0].stream }
        set { change { $0.stream = newValue } }
    }

    /// Which of the fields that only some types take are there, sorted.
    var controlFields: [String] {
        get { rare.isEmpty ? RareFields.none.controlFields : rare[0].controlFields }
        set { change { $0.controlFields = newValue } }
    }

    /// Where each of ``fallbacks`` stands in its list, as malformed ones are left out.
    var fallbackPositions: [Int] {
        get { rare.isEmpty ? RareFields.none.fallbackPositions : rare[0].fallbackPositions }
        set { change { $0.fallbackPositions = newValue } }
    }
}

/// A task named in `dependsOn`.
public struct DependencyDefinition: Sendable, Hashable {
    /// The id of the task; empty where what is written is no id.
    public var task: String
    /// How the task must have ended, where that is written.
    public var condition: DependencyCondition?

    /// Makes a dependency.
    public init(_ task: String, when condition: DependencyCondition? = nil) {
        self.task = task
        self.condition = condition
    }
}

/// How many dependencies must hold, as it is written.
public enum JoinDefinition: Sendable, Hashable {
    /// All of them.
    case all
    /// At least one.
    case any
    /// At least so many.
    case atLeast(Int)
    /// As many as make the expression true.
    case expression(String)
}

/// One thing that is tried after the last attempt failed, as it is written.
public enum FallbackDefinition: Sendable, Hashable {
    /// Another attempt; what is nil is the task's own.
    case attempt(
        type: String?, executor: String?, inputs: JSONObject?, config: JSONObject?,
        workflow: ChildWorkflow?)
    /// Outputs in place of the task's.
    case value(JSONObject)
    /// The result of an earlier run of the same task, no older than this.
    case cached(maximumAge: Duration?)
    /// The task counts as skipped.
    case skip
}

/// What undoes a task, as it is written.
public struct CompensationDefinition: Sendable, Hashable {
    /// The type of the undoing task.
    public var type: String
    /// The implementation that is meant.
    public var executor: String?
    /// What it takes.
    public var inputs: JSONObject = [:]
    /// Settings of the executor's own.
    public var config: JSONObject = [:]
    /// The definition that an undoing task of type `workflow` runs.
    public var workflow: ChildWorkflow?
    /// Its policy.
    public var retryPolicy: RetryPolicy?
    /// The expression that says which failed attempts are made again.
    public var retryIf: String?
    /// How long one attempt may take.
    public var timeout: Duration?

    /// Makes a compensation.
    public init(type: String) { self.type = type }
}

/// How long a result stands in for another run of the same task, as it is written.
public struct CacheDefinition: Sendable, Hashable {
    /// How old a result may be.
    public var maximumAge: Duration
    /// What the result depends on, where that is written.
    public var key: JSON?

    /// Makes a cache policy.
    public init(maximumAge: Duration, key: JSON? = nil) {
        self.maximumAge = maximumAge
        self.key = key
    }
}

/// The definition that a task of type `workflow` runs.
public struct ChildWorkflow: Sendable, Hashable {
    /// `Workflow` or `Template`.
    public var kind: String
    /// Its name, in the namespace of the run.
    public var name: String

    /// Makes a reference.
    public init(kind: String = "Workflow", name: String) {
        self.kind = kind
        self.name = name
    }
}

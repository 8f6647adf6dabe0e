public import Values

/// A workflow's `spec` in its canonical form, typed.
///
/// Made by ``WorkflowCompiler`` from JSON that satisfies the schema of the kind. Expressions are still
/// text here; a ``WorkflowPlan`` holds them compiled. Bodies of containers are scopes beside each
/// other, so that nothing is nested.
public struct WorkflowDefinition: Sendable, Hashable {
    /// What the workflow is for.
    public var description: String?
    /// The version, for people.
    public var version: String?
    /// Whether new runs are refused.
    public var isSuspended = false
    /// How long a run may take.
    public var timeout: Duration?
    /// How many tasks of a run may be under way at once.
    public var maxParallel: Int?
    /// The policy of tasks that have none of their own, without its `retryIf`.
    public var retryPolicy: RetryPolicy?
    /// The expression of that policy which says what failed attempts are made again.
    public var retryIf: String?
    /// What a failed task does, where it does not say so itself.
    public var failureAction: FailureAction?
    /// How urgent runs are.
    public var priority: Priority?
    /// The most of each resource that a run's tasks may hold at once, in its base unit.
    public var resources: [String: Double] = [:]
    /// How far the stored checkpoint may lag behind the run.
    public var maximumLag: Duration?
    /// How often a checkpoint is stored at the latest while something changes.
    public var checkpointInterval: Duration?
    /// The values a run is started with, in file order.
    public var inputs: [InputDefinition] = []
    /// All scopes: the tasks of the workflow first, then `finally` and the bodies of containers, each
    /// after the scope that holds its owner.
    public var scopes = [ScopeDefinition(kind: .root)]
    /// The index of the scope of `finally`.
    public var finallyScope: Int?
    /// The values a run ends with, by name.
    public var outputs: [OutputDefinition] = []
    /// Whom the end of a run is told.
    public var notifications: [NotificationDefinition] = []
    /// What starts runs, as it is written.
    public var triggers: [JSON] = []

    /// Makes an empty definition.
    public init() {}

    /// The tasks of the workflow itself, in file order.
    public var tasks: [TaskDefinition] {
        get { scopes[0].tasks }
        set { scopes[0].tasks = newValue }
    }
}

/// A value that a run ends with, as it is written.
public struct OutputDefinition: Sendable, Hashable {
    /// The name.
    public var name: String
    /// The value, with expressions in its strings.
    public var value: JSON
    /// The value where the first cannot be had.
    public var fallback: JSON?
    /// What the value is.
    public var description: String?
    /// Whether it is written as an object with a `value`, rather than as the value alone.
    var isObject: Bool

    /// Makes an output.
    public init(name: String, value: JSON, fallback: JSON? = nil, description: String? = nil) {
        self.name = name
        self.value = value
        self.fallback = fallback
        self.description = description
        isObject = fallback != nil || description != nil
    }
}

/// Whom the end of a run is told, as it is written.
public struct NotificationDefinition: Sendable, Hashable {
    /// When it is told.
    public var event: RunEnding
    /// Its place in the list of that event.
    public var position: Int
    /// What is told and how: `type` and its settings, with expressions in strings.
    public var content: JSONObject

    /// Makes a notification.
    public init(event: RunEnding, position: Int, content: JSONObject) {
        self.event = event
        self.position = position
        self.content = content
    }
}

/// The ends of a run that notifications are for.
public enum RunEnding: String, Sendable, Hashable, CaseIterable {
    case success = "onSuccess"
    case failure = "onFailure"
    case timeout = "onTimeout"
    case cancellation = "onCancel"
    /// Any of them.
    case completion = "onCompletion"
}

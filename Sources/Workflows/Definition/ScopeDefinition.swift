/// A list of tasks that see each other by id: all tasks of a workflow, or one body of a container.
public struct ScopeDefinition: Sendable, Hashable {
    /// What it is.
    public var kind: ScopeKind
    /// The container whose body it is; nil for the tasks of the workflow and `finally`.
    public var owner: TaskAddress?
    /// The tasks, in file order.
    public var tasks: [TaskDefinition] = []

    /// Makes an empty scope.
    public init(kind: ScopeKind, owner: TaskAddress? = nil) {
        self.kind = kind
        self.owner = owner
    }

    /// The scope in which names are looked up that are not in this one.
    public var parent: Int? { owner?.scope ?? (kind == .finally ? 0 : nil) }
}

/// What a scope is.
public enum ScopeKind: Sendable, Hashable, CaseIterable {
    /// The tasks of the workflow.
    case root
    /// Those that run last, whatever happened.
    case finally
    /// The body of a `parallel` or `dynamic` task.
    case group
    /// One case of a `branch`.
    case branch
    /// The body of a `loop` or `map`, which runs once for each iteration.
    case iteration
}

/// Where a task is: its scope, and its index there.
public struct TaskAddress: Sendable, Hashable, Comparable {
    /// The index of the scope.
    public var scope: Int
    /// The index of the task in its scope.
    public var task: Int

    /// Makes an address.
    public init(scope: Int, task: Int) {
        self.scope = scope
        self.task = task
    }

    /// Whether the first address comes before the second.
    public static func < (first: TaskAddress, second: TaskAddress) -> Bool {
        (first.scope, first.task) < (second.scope, second.task)
    }
}

public import Values
public import Workflows

/// One attempt at one task of a run.
public struct AttemptReference: Sendable, Hashable, CustomStringConvertible {
    /// The task's index in its run: for the tasks of the workflow itself, that in its plan.
    ///
    /// What a container holds is counted on as it starts, so after a crash such a task may have
    /// another index.
    public let task: Int
    /// The number of the attempt, from 1, without gaps.
    public let attempt: Int

    /// Makes a reference.
    public init(task: Int, attempt: Int) {
        self.task = task
        self.attempt = attempt
    }

    /// The reference for logs: `3#1` is the first attempt of the task at index 3.
    public var description: String { "\(task)#\(attempt)" }
}

/// An attempt that its owner is asked to admit.
public struct AttemptRequest: Sendable, Hashable {
    /// The attempt it will be.
    public let reference: AttemptReference
    /// The task's path.
    public let taskID: String
    /// The task's type, which names its executor.
    public let type: String
    /// The implementation that is meant, where the task says so.
    public let executor: String?
    /// Settings of the executor's own.
    public let config: JSONObject
    /// How urgent the task says that it is; nil where it leaves that to its run.
    public let priority: Priority?
    /// What it holds while it runs, in the base unit of each resource.
    public let resources: [String: Double]
    /// Since when it waits; nil where it has not waited yet.
    public let waitingSince: Timestamp?
    /// The attempt of the task that failed last; nil where none did, whatever was cut off.
    public let failure: AttemptFailure?
}

/// An attempt that failed, as far as another one of its task asks for it.
public struct AttemptFailure: Sendable, Hashable {
    /// The type of its error.
    public let errorType: String
    /// The implementation that was meant, where the task says so.
    public let executor: String?
    /// Settings of the executor's own.
    public let config: JSONObject
}

/// An attempt with everything its executor needs.
public struct TaskAttempt: Sendable, Hashable {
    /// The attempt, as the owner reports its end.
    public let reference: AttemptReference
    /// The task's path: its id, behind those of the containers it is in.
    ///
    /// With the run and the attempt it names what the attempt makes (law 3).
    public let taskID: String
    /// The task's type, which names its executor.
    public let type: String
    /// The task's inputs, evaluated.
    public let inputs: JSONObject
    /// When the attempt must have ended: by the timeout of the task, of a container it is in, or of
    /// the run, whichever is first.
    ///
    /// Nil where there is none.
    public internal(set) var deadline: Timestamp?
    /// How urgent the task says that it is; nil where it leaves that to its run.
    public let priority: Priority?
    /// Whether the attempt was launched before, by a process that is gone: what it made is to be
    /// found by its name.
    ///
    /// Only for types that are idempotent by a name.
    public internal(set) var isAdopted = false

    // An array of at most one, as in the plan: most attempts have no options, and are moved about
    // between start and launch.
    private var optionStorage: [AttemptOptions]

    init(
        _ reference: AttemptReference, taskID: String, type: String, inputs: JSONObject,
        priority: Priority?, options: AttemptOptions? = nil
    ) {
        self.reference = reference
        self.taskID = taskID
        self.type = type
        self.inputs = inputs
        self.priority = priority
        optionStorage = options.map { [$0] } ?? []
    }

    private var options: AttemptOptions {
        optionStorage.isEmpty ? AttemptOptions.none : optionStorage[0]
    }

    /// Names those who read its stream, where it has one.
    mutating func setStreamReaders(_ readers: [String]?) {
        if !optionStorage.isEmpty { optionStorage[0].streamReaders = readers }
    }

    /// The implementation that is meant, where the task says so.
    public var executor: String? { options.executor }
    /// Settings of the executor's own.
    public var config: JSONObject { options.config }
    /// What it holds while it runs, in the base unit of each resource.
    public var resources: [String: Double] { options.resources }
    /// The definition that a task of type `workflow` runs.
    public var workflow: ChildWorkflow? { options.workflow }
    /// What a task of type `stream` does with its records.
    public var stream: StreamPlan? { options.stream }
    /// The path of the task whose stream it reads.
    public var streamSource: String? { options.streamSource }
    /// The paths of the tasks that read the stream of this one and had not ended when it was launched;
    /// nil where none is meant to.
    public var streamReaders: [String]? { options.streamReaders }
    /// What an earlier attempt last reported of its progress.
    public var progress: JSONObject? { options.progress }
    /// The number of the fallback it is, from 1, where the task's own means have failed.
    public var fallback: Int? { options.fallback }
}

/// What only some attempts have, each as ``TaskAttempt`` tells it.
struct AttemptOptions: Sendable, Hashable {
    var executor: String?
    var config = JSONObject()
    var resources: [String: Double] = [:]
    var workflow: ChildWorkflow?
    var stream: StreamPlan?
    var streamSource: String?
    var streamReaders: [String]?
    var progress: JSONObject?
    var fallback: Int?

    static let none = AttemptOptions()
}

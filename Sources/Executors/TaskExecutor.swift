public import Admission
public import Values
public import Workflows

/// What does the work of one type of task.
///
/// An executor keeps no state of its attempts. Cancelling the task that calls ``execute(_:output:)``
/// cancels the attempt: the executor ends what it started, and only then returns.
public protocol TaskExecutor: Sendable {
    /// The type of the tasks it runs, as manifests write it.
    var type: String { get }

    /// Makes one attempt and tells how it ended; it never throws, as each end is an outcome.
    ///
    /// The executor itself observes the attempt's deadline, and gives `TimeoutError` when it passes.
    func execute(
        _ attempt: TaskAttemptRequest, output: any AttemptOutputSink
    ) async -> AttemptOutcome
}

/// One attempt of a task, with everything the work needs.
public struct TaskAttemptRequest: Sendable, Hashable {
    /// The run's namespace.
    public var namespace: String
    /// The run's name.
    public var run: String
    /// The run's UID: another run of the same name has another.
    public var runUID: String
    /// The task's identifier within its workflow.
    public var taskID: String
    /// The number of the attempt, from 1.
    public var attempt: Int
    /// The definition that a task of type `workflow` runs.
    public var workflow: ChildWorkflow?
    /// The task's inputs, with every expression replaced by its value.
    public var inputs: JSONObject
    /// The moment by which the attempt must have ended; nil for none.
    public var deadline: Timestamp?
    /// The provider its requests go to; nil where the task names none.
    public var provider: ProviderRoute?

    /// What a task of type `stream` does with its records.
    public var stream: StreamPlan?
    /// The path of the task whose stream it reads.
    public var streamSource: String?
    /// How many records are stored of the stream of earlier attempts, where this one is to go on
    /// behind them.
    public var streamOffset: Int64?
    /// What an earlier attempt last stored of its progress.
    public var progress: JSONObject?
    /// The number of the task's fallback that it is, from 1; nil for the task's own means.
    public var fallback: Int?

    /// Makes a request.
    public init(
        namespace: String, run: String, runUID: String, taskID: String, attempt: Int,
        workflow: ChildWorkflow? = nil, inputs: JSONObject, deadline: Timestamp? = nil,
        provider: ProviderRoute? = nil
    ) {
        self.namespace = namespace
        self.run = run
        self.runUID = runUID
        self.taskID = taskID
        self.attempt = attempt
        self.workflow = workflow
        self.inputs = inputs
        self.deadline = deadline
        self.provider = provider
    }
}

/// The streams an attempt writes while it runs.
public enum AttemptOutputStream: String, Sendable, Hashable, CaseIterable {
    case stdout, stderr
}

/// Where the output of running attempts goes: logs, a terminal, a watcher.
public protocol AttemptOutputSink: Sendable {
    /// Takes a piece of output, cut anywhere; the attempt waits until it returns.
    func write(stream: AttemptOutputStream, bytes: [UInt8]) async
    /// Takes what the attempt's provider told of its limits.
    func observe(_ observation: RateLimitObservation) async
    /// Stores how far the attempt has come, and returns once that is done; false where it never will
    /// be, as the attempt is cancelled.
    ///
    /// Another attempt of the task is given the last of it.
    func checkpoint(_ progress: JSONObject) async -> Bool
}

extension AttemptOutputSink {
    /// Most sinks only take output.
    public func observe(_ observation: RateLimitObservation) async {}

    /// Most sinks are of attempts that start over.
    public func checkpoint(_ progress: JSONObject) async -> Bool { !Task.isCancelled }
}

/// A sink for output nobody looks at.
public struct DiscardedOutput: AttemptOutputSink {
    /// Makes a sink.
    public init() {}

    /// Drops the bytes.
    public func write(stream: AttemptOutputStream, bytes: [UInt8]) async {}
}

import Admission
import Engine
import Executors
import Streams
import Synchronization
import Values
import Workflows

/// Runs attempts, each in a task of its own, and reports how they ended.
///
/// This type owns those tasks: each is known from its start to its report, and ``shutDown()`` ends
/// them all and waits.
final class AttemptRunner: Sendable {
    /// Which attempt of which run.
    ///
    /// By path and not by index: what is in a container may have another index after it was taken up
    /// anew.
    struct Key: Hashable, Comparable {
        let runUID: String
        let path: String
        let attempt: Int

        static func < (first: Key, second: Key) -> Bool {
            (first.runUID, first.path, first.attempt) < (
                second.runUID, second.path, second.attempt
            )
        }
    }

    private struct Running {
        let number: UInt64
        let task: Task<Void, Never>
        let cancellation: AttemptCancellation
        let progress: ProgressWait
    }

    private struct State {
        var tasks: [Key: Running] = [:]
        var started: UInt64 = 0
        var isShutDown = false
    }

    private let executors: ExecutorRegistry
    private let logs: AttemptLogStore
    private let streams: StreamStore
    /// What the attempts run on; nil means the threads of the process.
    let executor: (any _Concurrency.TaskExecutor)?
    private let state = Mutex(State())

    /// Makes a runner with no attempt.
    ///
    /// - Parameter executor: what the attempts run on; nil means the threads of the process.
    init(
        executors: ExecutorRegistry, logs: AttemptLogStore, streams: StreamStore,
        runningOn executor: (any _Concurrency.TaskExecutor)? = nil
    ) {
        self.executors = executors
        self.logs = logs
        self.streams = streams
        self.executor = executor
    }

    /// How many attempts are under way.
    var count: Int { state.withLock { $0.tasks.count } }

    /// Starts an attempt and reports its end, once, from any thread.
    ///
    /// After ``shutDown()`` nothing starts and nothing is reported: the attempt stays what the last
    /// checkpoint says, and whoever takes the run over sees that its fate is unknown (law 5).
    ///
    /// - Parameters:
    ///   - provider: Where its requests go; nil where it names no provider.
    ///   - progressed: Is given how far the attempt has come, as often as it says so; it waits for
    ///     ``noteProgressStored(_:attempt:of:)``.
    ///   - report: Is given the end, and what the provider told of its limits meanwhile.
    func start(
        _ attempt: TaskAttempt, of run: RunIdentity, through provider: ProviderRoute? = nil,
        progressed: @escaping @Sendable (JSONObject) -> Void,
        report: @escaping @Sendable (AttemptOutcome, RateLimitObservation) -> Void
    ) {
        let key = Key(
            runUID: run.uid, path: attempt.taskID, attempt: attempt.reference.attempt)
        state.withLock { state in
            guard !state.isShutDown else { return }
            // One that was let go of, and is launched again to be adopted, may not have ended yet.
            let earlier = state.tasks[key]?.task
            let cancellation = AttemptCancellation()
            state.started += 1
            let number = state.started
            let observations = AttemptObservations()
            let progress = ProgressWait(report: progressed)
            let task = Task(executorPreference: executor) {
                await earlier?.value
                let outcome = await AttemptCancellation.$current.withValue(cancellation) {
                    await self.execute(attempt, of: run, provider, observations, progress)
                }
                let isLast = self.state.withLock { state in
                    if state.tasks[key]?.number == number { state.tasks[key] = nil }
                    return state.isShutDown
                }
                if !isLast { report(outcome, observations.last) }
            }
            state.tasks[key] = Running(
                number: number, task: task, cancellation: cancellation, progress: progress)
        }
    }

    /// Asks one attempt to stop; its end is reported as any other.
    func cancel(_ path: String, attempt: Int, of run: RunIdentity) {
        let key = Key(runUID: run.uid, path: path, attempt: attempt)
        guard let running = state.withLock({ $0.tasks[key] }) else { return }
        running.cancellation.request()
        running.task.cancel()
    }

    /// Lets an attempt go on that waits until its progress is stored.
    func noteProgressStored(_ path: String, attempt: Int, of run: RunIdentity) {
        let key = Key(runUID: run.uid, path: path, attempt: attempt)
        state.withLock { $0.tasks[key]?.progress }?.noteStored()
    }

    /// Lets go of all attempts of a run: what they made in the API stays.
    func cancelAll(of run: RunIdentity) {
        let tasks = state.withLock { state in
            AttemptRunner.inOrder(state.tasks.filter { $0.key.runUID == run.uid })
        }
        for task in tasks { task.cancel() }
    }

    private static func inOrder(_ tasks: [Key: Running]) -> [Task<Void, Never>] {
        tasks.sorted { $0.key < $1.key }.map(\.value.task)
    }

    /// Stops every attempt and waits until nothing of them runs.
    func shutDown() async {
        let tasks = state.withLock { state in
            state.isShutDown = true
            return AttemptRunner.inOrder(state.tasks)
        }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    private func execute(
        _ attempt: TaskAttempt, of run: RunIdentity, _ provider: ProviderRoute?,
        _ observations: AttemptObservations, _ progress: ProgressWait
    ) async -> AttemptOutcome {
        let logKey = AttemptLogStore.Key(
            runUID: run.uid, taskID: attempt.taskID, attempt: attempt.reference.attempt)
        logs.open(logKey)
        defer { logs.close(logKey) }
        var request = TaskAttemptRequest(
            namespace: run.namespace, run: run.name, runUID: run.uid, taskID: attempt.taskID,
            attempt: attempt.reference.attempt, workflow: attempt.workflow, inputs: attempt.inputs,
            deadline: attempt.deadline, provider: provider)
        request.stream = attempt.stream
        request.streamSource = attempt.streamSource
        request.progress = attempt.progress
        request.fallback = attempt.fallback
        var stream: StreamOutput?
        if attempt.streamReaders != nil, attempt.stream == nil {
            let log = streams.log(StreamStore.Address(runUID: run.uid, path: attempt.taskID))
            do throws(StreamFailure) {
                stream = try StreamOutput(attempt, log: log, store: streams)
            } catch { return .failed(error.taskError) }
            if StreamOutput.resumes(attempt) { request.streamOffset = log.count }
        }
        let outcome = await executors.execute(
            request, ofType: attempt.type,
            output: LogSink(
                logs: logs, key: logKey, observations: observations, progress: progress,
                stream: stream))
        // The last line of what was cut off is no record.
        guard let stream, case .succeeded = outcome, let failure = await stream.finish() else {
            return outcome
        }
        return .failed(failure.taskError)
    }
}

/// Puts an attempt's output into its log, and into its stream where somebody reads that.
private struct LogSink: AttemptOutputSink {
    let logs: AttemptLogStore
    let key: AttemptLogStore.Key
    let observations: AttemptObservations
    let progress: ProgressWait
    let stream: StreamOutput?

    func write(stream name: AttemptOutputStream, bytes: [UInt8]) async {
        logs.append(bytes, to: key)
        if name == .stdout { await stream?.write(bytes) }
    }

    func checkpoint(_ progress: JSONObject) async -> Bool { await self.progress.store(progress) }

    func observe(_ observation: RateLimitObservation) async { observations.note(observation) }
}

/// What one attempt's provider told of its limits.
private final class AttemptObservations: Sendable {
    private let state = Mutex(RateLimitObservation())

    var last: RateLimitObservation { state.withLock { $0 } }

    func note(_ observation: RateLimitObservation) { state.withLock { $0 = observation } }
}

import Engine
import Executors
import Streams
import Synchronization
import Values
import Workflows

/// What a command writes, as the records of its stream: each line is one.
///
/// The command waits while the stream is full, as nothing more of its output is read.
final class StreamOutput: Sendable {
    private struct State {
        var splitter: LineSplitter
        var failure: StreamFailure?
    }

    private let log: StreamLog
    private let clock: AttemptClock
    private let attempt: Int
    private let state: Mutex<State>

    /// Begins the stream of an attempt, or goes on with that of earlier ones where the task says that
    /// it does.
    ///
    /// - Throws: ``StreamFailure`` where nothing can be stored of it.
    init(
        _ attempt: TaskAttempt, log: StreamLog, store: StreamStore
    ) throws(StreamFailure) {
        self.log = log
        clock = store.clock
        self.attempt = attempt.reference.attempt
        state = Mutex(State(splitter: LineSplitter(maximumBytes: store.limits.recordBytes)))
        try log.begin(
            generation: StreamOutput.resumes(attempt) ? 1 : Int64(attempt.reference.attempt))
    }

    /// Whether a task says that another attempt goes on where the last one was cut off.
    static func resumes(_ attempt: TaskAttempt) -> Bool {
        attempt.inputs["resume"]?.boolValue == true
    }

    /// Takes a piece of output, cut anywhere.
    func write(_ bytes: [UInt8]) async {
        await append(state.withLock { $0.splitter.feed(bytes) })
    }

    /// Takes the last line where it has no end, seals the stream, and tells why records were lost, if they were.
    func finish() async -> StreamFailure? {
        await append(state.withLock { $0.splitter.flush().map { [$0] } ?? [] })
        if let failure = state.withLock({ $0.failure }) { return failure }
        do throws(StreamFailure) { try log.seal(by: attempt) } catch { return error }
        return nil
    }

    private func append(_ lines: [[UInt8]]) async {
        guard state.withLock({ $0.failure == nil }) else { return }
        do { _ = try await log.append(lines, arrival: clock.milliseconds) } catch {
            state.withLock { $0.failure = error }
        }
    }
}

/// Lets an attempt wait until its progress is stored.
final class ProgressWait: Sendable {
    private let signal = StreamSignal()
    private let report: @Sendable (JSONObject) -> Void

    init(report: @escaping @Sendable (JSONObject) -> Void) { self.report = report }

    /// Reports progress, and waits until it is stored; false where the attempt is cancelled.
    ///
    /// For one caller at a time.
    func store(_ progress: JSONObject) async -> Bool {
        let seen = signal.version
        report(progress)
        await signal.wait(beyond: seen)
        return signal.version != seen && !Task.isCancelled
    }

    /// What was reported is stored.
    func noteStored() { signal.raise() }
}

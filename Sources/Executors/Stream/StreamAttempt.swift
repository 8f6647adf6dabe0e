internal import Streams
internal import Values
internal import Workflows

/// One attempt of a `stream` task: it takes records from a buffer, stores how far it has come, and
/// hands on what came of them.
///
/// The order makes the results whole: a checkpoint that holds the state with the results not yet
/// handed on is stored first, then the results are appended to the task's own stream, at their places,
/// and last the source may let go of the records. Whichever step a crash follows, the next attempt
/// repeats what is behind it to the same effect.
struct StreamAttempt: Sendable {
    private let request: TaskAttemptRequest
    private let plan: StreamPlan
    private let limits: StreamLimits
    private let clock: AttemptClock
    private let output: any AttemptOutputSink
    /// The task's own stream.
    private let log: StreamLog
    private let source: StreamLog?
    private var pipeline: StreamPipeline
    private var generation: Int64 = 0
    private var cursor = ""
    private var lastCheckpoint: Duration
    /// The records taken since the last checkpoint.
    private var unsaved = 0
    private var isChanged = false

    init(
        _ request: TaskAttemptRequest, store: StreamStore, output: any AttemptOutputSink
    ) throws(TaskError) {
        guard let plan = request.stream else {
            throw .invalid("a task of type stream says what it does in its field stream")
        }
        self.request = request
        self.plan = plan
        self.output = output
        limits = store.limits
        clock = store.clock
        log = store.log(StreamStore.Address(runUID: request.runUID, path: request.taskID))
        source = request.streamSource.map {
            store.log(StreamStore.Address(runUID: request.runUID, path: $0))
        }
        lastCheckpoint = clock.monotonic()
        let values = request.inputs["values"] ?? [:]
        guard let progress = request.progress else {
            pipeline = StreamPipeline(plan, values: values, limits: limits)
            // What a task's stream is of is known once it is read.
            if source == nil { generation = 1 }
            return
        }
        do {
            pipeline = try StreamPipeline(plan, values: values, limits: limits, resuming: progress)
        } catch { throw error.taskError }
        generation = progress["generation"]?.integerValue ?? 1
        cursor = progress["cursor"]?.stringValue ?? ""
    }

    var position: StreamPosition {
        StreamPosition(offset: pipeline.next, generation: generation, cursor: cursor)
    }

    /// Works until the stream has ended.
    mutating func run(taking buffer: RecordBuffer) async throws(TaskError) -> AttemptOutcome {
        do {
            if generation > 0 {
                try begin()
                guard try await handOn() else { return .cancelled }
            }
            while !Task.isCancelled {
                guard try await settle() else { return .cancelled }
                if pipeline.isEnded { break }
                for item in await buffer.take(waiting: timeToCheckpoint) {
                    guard try await take(item) else { return .cancelled }
                    if pipeline.isEnded { break }
                }
            }
            if Task.isCancelled { return .cancelled }
            guard try await checkpoint() else { return .cancelled }
            try log.seal(by: request.attempt)
            return .succeeded(outputs: pipeline.outputs)
        } catch let failure as StreamFailure { throw failure.taskError } catch {
            throw error as? TaskError ?? .invalid("\(error)")
        }
    }

    /// How long to wait for a record before what has changed is stored; nil where nothing has.
    private var timeToCheckpoint: Duration? {
        guard isChanged else { return nil }
        return max(.zero, lastCheckpoint + limits.checkpointInterval - clock.monotonic())
    }

    /// Closes the windows that are due, and stores what must be.
    private mutating func settle() async throws -> Bool {
        while true {
            if pipeline.mustStore || unsaved >= limits.checkpointRecords {
                guard try await checkpoint() else { return false }
            }
            guard try pipeline.closeNext() else { break }
            isChanged = true
        }
        if let wait = timeToCheckpoint, wait == .zero { return try await checkpoint() }
        return true
    }

    private mutating func take(_ item: RecordBuffer.Item) async throws -> Bool {
        switch item {
        case .record(let record, let cursor):
            guard try await settle() else { return false }
            try pipeline.accept(record)
            self.cursor = cursor
            unsaved += 1
        case .restarted(let generation):
            guard try await beginAnew(generation) else { return false }
        case .ended: pipeline.end()
        case .failed(let error): throw error
        }
        isChanged = true
        return true
    }

    /// Forgets what was read of a source that begins anew.
    ///
    /// That is stored before the task's own stream is emptied: whoever goes on from what is stored needs
    /// the records of that generation, for readers that are behind.
    private mutating func beginAnew(_ generation: Int64) async throws -> Bool {
        let wasStored = self.generation > 0
        pipeline = StreamPipeline(plan, values: request.inputs["values"] ?? [:], limits: limits)
        self.generation = generation
        if wasStored {
            guard await store() else { return false }
        }
        try begin()
        return true
    }

    /// Begins the task's own stream, or goes on with it; its generation is that of the source.
    private func begin() throws(StreamFailure) {
        try log.begin(generation: generation, start: pipeline.results(after: 0).first)
        source?.acknowledge(request.taskID, upTo: pipeline.next, of: generation)
    }

    /// Stores how far the stream has come, and then hands on what came of it; false where the attempt
    /// is cancelled.
    private mutating func checkpoint() async throws -> Bool {
        guard await store() else { return false }
        return try await handOn()
    }

    private mutating func store() async -> Bool {
        var progress = pipeline.snapshot
        progress["generation"] = .integer(generation)
        progress["cursor"] = .string(cursor)
        guard await output.checkpoint(progress) else { return false }
        unsaved = 0
        isChanged = false
        lastCheckpoint = clock.monotonic()
        return true
    }

    /// Appends the stored results to the task's own stream that are not there yet.
    private mutating func handOn() async throws -> Bool {
        let (_, results) = pipeline.results(after: log.count)
        let lines = results.map(\.bytes)
        guard try await log.append(lines, arrival: clock.milliseconds) else { return false }
        for line in lines { await output.write(stream: .stdout, bytes: line + [0x0A]) }
        pipeline.noteStored(results: pipeline.emitted)
        source?.acknowledge(request.taskID, upTo: pipeline.next, of: generation)
        return true
    }
}

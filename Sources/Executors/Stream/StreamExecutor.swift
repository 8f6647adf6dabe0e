public import Streams
internal import Values
public import Workflows

/// Runs `stream` tasks: reads records from another task, from a response or from a list, and gives
/// what a ``StreamPipeline`` makes of them.
///
/// How far it has come is stored at bounded lag, and nothing is handed on before that: another attempt
/// goes on from there, with no record lost or counted twice in the result.
public struct StreamExecutor: TaskExecutor {
    /// `stream`.
    public let type = "stream"
    private let transport: RecordTransport
    private let store: StreamStore

    /// Makes an executor.
    ///
    /// - Parameters:
    ///   - transport: What responses are asked for with.
    ///   - store: The streams of the tasks of this process.
    public init(transport: RecordTransport, store: StreamStore) {
        self.transport = transport
        self.store = store
    }

    /// Reads the stream to its end.
    public func execute(
        _ attempt: TaskAttemptRequest, output: any AttemptOutputSink
    ) async -> AttemptOutcome {
        await AttemptDeadline.enforce(attempt.deadline, by: store.clock) {
            do throws(TaskError) {
                let source = try source(of: attempt)
                let stream = try StreamAttempt(attempt, store: store, output: output)
                return await run(stream, reading: source)
            } catch { return .failed(error) }
        }
    }

    private func source(of attempt: TaskAttemptRequest) throws(TaskError) -> any RecordSource {
        if let path = attempt.streamSource {
            let address = StreamStore.Address(runUID: attempt.runUID, path: path)
            return TaskRecordSource(log: store.log(address))
        }
        if let items = attempt.inputs["items"] {
            guard let list = items.arrayValue else {
                throw .invalid("input \"items\" must be a list, and is \(items.kindName)")
            }
            return ListRecordSource(items: list)
        }
        return try HTTPRecordSource(attempt, transport: transport, store: store)
    }

    /// Reads ahead as far as the buffer allows, beside the work on what was read.
    private func run(
        _ stream: StreamAttempt, reading source: any RecordSource
    ) async -> AttemptOutcome {
        let buffer = RecordBuffer(limits: store.limits, clock: store.clock)
        let position = stream.position
        return await withTaskGroup(of: AttemptOutcome?.self) { group in
            group.addTask {
                await source.read(from: position, into: buffer)
                return nil
            }
            group.addTask {
                var stream = stream
                do throws(TaskError) { return try await stream.run(taking: buffer) } catch {
                    return .failed(error)
                }
            }
            var outcome: AttemptOutcome?
            while outcome == nil, let next = await group.next() { outcome = next }
            group.cancelAll()
            return outcome ?? .cancelled
        }
    }
}

/// Where in a source a stream goes on.
struct StreamPosition: Sendable {
    /// The offset of the next record.
    var offset: Int64 = 0
    /// The generation of the source that the offset is of; 0 where none is known.
    var generation: Int64 = 0
    /// What a source of events is asked for again with.
    var cursor = ""
}

/// Something that records are read from.
protocol RecordSource: Sendable {
    /// Puts the records from a position on into a buffer, and at last that there are no more; returns
    /// early where the task is cancelled.
    func read(from position: StreamPosition, into buffer: RecordBuffer) async
}

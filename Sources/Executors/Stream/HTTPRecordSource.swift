internal import HTTP
internal import Streams
internal import Values
internal import Workflows

/// The body of a response, read as lines or as server-sent events as it comes.
///
/// A stream of events that breaks is asked for again with the id of the last event. Lines have no such
/// id: whoever asks again passes over as many as were taken before.
struct HTTPRecordSource: RecordSource {
    private let transport: RecordTransport
    private let limits: StreamLimits
    private let clock: AttemptClock
    private let inputs: HTTPInputs
    private let format: StreamFormat
    /// Whether the stream goes on past the end of a response.
    private let isOpenEnded: Bool
    private let deadline: Timestamp?

    init(
        _ attempt: TaskAttemptRequest, transport: RecordTransport, store: StreamStore
    ) throws(TaskError) {
        self.transport = transport
        limits = store.limits
        clock = store.clock
        var request = attempt
        for name in attempt.inputs.keys where name == "values" {
            request.inputs[name] = Optional<JSON>.none
        }
        inputs = try HTTPInputs(request)
        format = attempt.stream?.format ?? .json
        isOpenEnded = format == .events && attempt.stream?.until != nil
        deadline = attempt.deadline
    }

    /// How one response ended.
    private enum End {
        case complete
        case broken(HTTPError)
        case failed(TaskError)
        case cancelled
    }

    /// What is known from one response to the next.
    private struct State {
        var offset: Int64
        var cursor: String
        var wait = Duration.seconds(3)
        /// Whether the last response gave anything.
        var hasAdvanced = false
    }

    func read(from position: StreamPosition, into buffer: RecordBuffer) async {
        var state = State(offset: position.offset, cursor: position.cursor)
        var failures = 0
        while !Task.isCancelled {
            state.hasAdvanced = false
            let end = await respond(&state, into: buffer)
            failures = state.hasAdvanced ? 0 : failures + 1
            switch end {
            case .cancelled: return
            case .complete where !isOpenEnded:
                _ = await buffer.put(.ended)
                return
            case .failed(let error):
                _ = await buffer.put(.failed(error))
                return
            case .broken(let error) where format != .events || failures > limits.reconnections:
                _ = await buffer.put(.failed(HTTPFailure.error(of: inputs, error)))
                return
            case .complete where failures > limits.reconnections:
                let message = "\(inputs.displayName) ended \(failures) times without an event"
                let error = TaskError(
                    type: TaskError.Kind.connection, message: message, isRetryable: true)
                _ = await buffer.put(.failed(error))
                return
            case .complete, .broken:
                // The last event may be the one that ends the stream: a request has its price.
                guard await buffer.waitUntilIdle() else { return }
                await clock.sleep(min(state.wait, limits.reconnectionWait))
            }
        }
    }

    private func respond(_ state: inout State, into buffer: RecordBuffer) async -> End {
        var request = inputs.request
        request.timeout =
            deadline.map { max(.milliseconds(1), $0 - clock.now()) }
            ?? ExecutorLimits.requestTimeout
        if format == .events {
            request.headers["Accept"] = "text/event-stream"
            if !state.cursor.isEmpty { request.headers["Last-Event-ID"] = state.cursor }
        }
        do {
            let stream = try await transport.open(request)
            // The standard: a server says so that there is nothing more to come.
            if format == .events, stream.status == 204 {
                _ = await buffer.put(.ended)
                return .cancelled
            }
            guard stream.status < 300 else { return try await refusal(stream) }
            return format == .events
                ? try await events(of: stream, &state, into: buffer)
                : try await lines(of: stream, &state, into: buffer)
        } catch {
            return error.code == .cancelled || Task.isCancelled ? .cancelled : .broken(error)
        }
    }

    private func refusal(_ stream: any RecordResponse) async throws(HTTPError) -> End {
        var body: [UInt8] = []
        while body.count < ExecutorLimits.textBytes, let bytes = try await stream.next() {
            body += bytes
        }
        stream.cancel()
        let response = HTTPResponse(status: stream.status, headers: stream.headers, body: body)
        return .failed(HTTPFailure.error(of: inputs, response, now: clock.now()))
    }

    private func lines(
        of stream: any RecordResponse, _ state: inout State, into buffer: RecordBuffer
    ) async throws(HTTPError) -> End {
        var splitter = LineSplitter(maximumBytes: limits.recordBytes)
        var number: Int64 = 0
        while true {
            let bytes = try await stream.next()
            let lines = bytes.map { splitter.feed($0) } ?? splitter.flush().map { [$0] } ?? []
            for line in lines where format == .lines || !line.isEmpty {
                defer { number += 1 }
                guard number >= state.offset else { continue }
                guard await put(.line(line), &state, into: buffer) else { return .cancelled }
            }
            if bytes == nil { return .complete }
        }
    }

    private func events(
        of stream: any RecordResponse, _ state: inout State, into buffer: RecordBuffer
    ) async throws(HTTPError) -> End {
        var splitter = EventSplitter(maximumBytes: limits.recordBytes, lastID: state.cursor)
        while let bytes = try await stream.next() {
            for event in splitter.feed(bytes) {
                state.cursor = event.id
                guard await put(.value(event.json), &state, into: buffer) else {
                    return .cancelled
                }
            }
            state.wait = splitter.retry ?? state.wait
        }
        return .complete
    }

    private func put(
        _ content: StreamRecord.Content, _ state: inout State, into buffer: RecordBuffer
    ) async -> Bool {
        let record = StreamRecord(
            offset: state.offset, arrival: clock.milliseconds,
            content: content)
        state.offset += 1
        state.hasAdvanced = true
        return await buffer.put(.record(record, cursor: state.cursor))
    }
}

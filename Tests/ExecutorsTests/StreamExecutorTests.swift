import Executors
import Expressions
import HTTP
import POSIX
import Streams
import Synchronization
import TestSupport
import Testing
import Values
import Workflows

@Suite(.timeLimit(.minutes(10))) struct StreamExecutorTests {
    private let temporary: TemporaryDirectory
    private let client = HTTPClient()

    init() throws { temporary = try TemporaryDirectory() }

    private var directory: String { temporary.file("streams") }

    /// Keeps what is stored of an attempt, and dies after so many times.
    private final class Checkpoints: AttemptOutputSink {
        private let state = Mutex<(stored: [JSONObject], left: Int)>(([], .max))
        private let text = Mutex<[UInt8]>([])

        init(dyingAfter count: Int = .max) { state.withLock { $0.left = count } }

        var last: JSONObject? { state.withLock { $0.stored.last } }
        var lines: [String] {
            String(decoding: text.withLock { $0 }, as: UTF8.self).split(separator: "\n")
                .map(String.init)
        }

        func write(stream: AttemptOutputStream, bytes: [UInt8]) async {
            text.withLock { $0 += bytes }
        }

        func checkpoint(_ progress: JSONObject) async -> Bool {
            state.withLock { state in
                guard state.left > 0 else { return false }
                state.left -= 1
                state.stored.append(progress)
                return state.left > 0
            }
        }
    }

    private static func request(
        _ inputs: JSONObject, _ change: (inout StreamPlan) throws -> Void = { _ in }
    ) throws -> TaskAttemptRequest {
        var plan = StreamPlan()
        try change(&plan)
        var request = attempt(inputs)
        request.stream = plan
        return request
    }

    private static func sums(_ plan: inout StreamPlan) throws {
        plan.window = .tumbling(.milliseconds(10))
        plan.time = try Expression(parsing: "record.n")
        plan.aggregates = [
            StreamAggregate(name: "total", function: .sum(try Expression(parsing: "record.n")))
        ]
        plan.keep = 1000
    }

    private func executor(_ change: (inout StreamLimits) -> Void = { _ in }) -> StreamExecutor {
        var limits = StreamLimits()
        change(&limits)
        return StreamExecutor(
            transport: RecordTransport(client),
            store: StreamStore(directory: directory, limits: limits))
    }

    private func withServer(
        _ handler: @escaping HTTPServer.Handler, _ body: (_ url: String) async throws -> Void
    ) async throws {
        let server = try HTTPServer(
            configuration: HTTPServerConfiguration(host: "127.0.0.1", port: 0), handler: handler)
        let result: Result<Void, any Error>
        do {
            result = .success(try await body("http://127.0.0.1:\(server.port)"))
        } catch { result = .failure(error) }
        await server.shutdown()
        try result.get()
    }

    @Test func `a list is read to its end`() async throws {
        let items = JSON.array((0..<100).map { ["n": .integer($0)] })
        let request = try Self.request(["items": items, "values": ["least": 50]]) { plan in
            plan.steps = [.filter(try Expression(parsing: "record.n >= values.least"))]
            plan.window = .whole
            plan.aggregates = [
                StreamAggregate(name: "count", function: .count),
                StreamAggregate(name: "total", function: .sum(try Expression(parsing: "record.n"))),
            ]
        }
        let output = Checkpoints()
        let outcome = await executor().execute(request, output: output)
        #expect(outcome.outputs?["result"] == ["count": 50, "total": 3725])
        #expect(outcome.outputs?["records"] == 100)
        #expect(output.lines == [#"{"values":{"count":50,"total":3725}}"#])
        await client.shutdown()
    }

    @Test func `a death at every checkpoint leads to the same results, each handed on once`()
        async throws
    {
        let items = JSON.array((0..<400).map { ["n": .integer($0)] })
        let request = try Self.request(["items": items], Self.sums)
        let limits: (inout StreamLimits) -> Void = {
            $0.checkpointRecords = 25
            $0.pendingResults = 3
        }
        let whole = await executor(limits).execute(request, output: Checkpoints())
        let expected = try #require(whole.outputs)
        #expect(expected["emitted"] == 40)
        for death in 1...20 {
            var next = request
            next.runUID = "uid-death-\(death)"
            var lines: [String] = []
            var outcome = AttemptOutcome.cancelled
            var lives = 0
            while outcome.outputs == nil, lives < 100 {
                lives += 1
                // The process that comes next knows of the files and of what was stored.
                let output = Checkpoints(dyingAfter: lives == 1 ? death : 3)
                outcome = await executor(limits).execute(next, output: output)
                next.progress = output.last ?? next.progress
                lines += output.lines
            }
            #expect(outcome.outputs == expected, "death at checkpoint \(death)")
            #expect(lines.count == 40, "death at checkpoint \(death)")
        }
        await client.shutdown()
    }

    @Test func `a stream of events that breaks is asked for again from its last event`()
        async throws
    {
        let asked = Mutex<[String]>([])
        let handler: HTTPServer.Handler = { request in
            let last = request.headers["Last-Event-ID"] ?? ""
            asked.withLock { $0.append(last) }
            let start = Int(last) ?? 0
            return HTTPServerResponse(
                status: 200, headers: ["Content-Type": "text/event-stream"],
                body: .stream { writer in
                    try await writer.write(Array("retry: 10\n\n".utf8))
                    for number in (start + 1)...(start + 7) where number <= 30 {
                        let event = "id: \(number)\ndata: {\"n\": \(number)}\n\n"
                        try await writer.write(Array(event.utf8))
                    }
                    if start + 7 >= 30 { try await writer.write(Array("data: [DONE]\n\n".utf8)) }
                })
        }
        try await withServer(handler) { url in
            let request = try Self.request(["url": .string(url)]) { plan in
                plan.format = .events
                plan.until = try Expression(parsing: "record.data == '[DONE]'")
                plan.window = .whole
                plan.aggregates = [
                    StreamAggregate(
                        name: "total", function: .sum(try Expression(parsing: "record.data.n")))
                ]
            }
            let outcome = await executor().execute(request, output: Checkpoints())
            #expect(outcome.outputs?["result"] == ["total": 465])
            #expect(asked.withLock { $0 } == ["", "7", "14", "21", "28"])
        }
        await client.shutdown()
    }

    @Test func `lines that are read again are passed over as far as they were taken`() async throws
    {
        let handler: HTTPServer.Handler = { _ in
            HTTPServerResponse(
                status: 200,
                body: .stream { writer in
                    for number in 0..<200 {
                        try await writer.write(Array("{\"n\": \(number)}\n".utf8))
                    }
                })
        }
        try await withServer(handler) { url in
            var request = try Self.request(["url": .string(url)], Self.sums)
            let limits: (inout StreamLimits) -> Void = {
                $0.checkpointRecords = 60
                // Only the count decides, on a busy machine too.
                $0.checkpointInterval = .seconds(3600)
            }
            let first = Checkpoints(dyingAfter: 2)
            #expect(await executor(limits).execute(request, output: first).outputs == nil)
            #expect(first.last?["next"] == 120)
            request.progress = first.last
            let outcome = await executor(limits).execute(request, output: Checkpoints())
            #expect(outcome.outputs?["records"] == 200)
            let results = outcome.outputs?["results"]?.arrayValue ?? []
            let totals = results.compactMap { $0["values"]?["total"]?.integerValue }
            #expect(totals.reduce(0, +) == 199 * 100)
            #expect(results.count == 20)
        }
        await client.shutdown()
    }

    @Test func `a refusal is an error of its kind`() async throws {
        try await withServer({ _ in HTTPServerResponse(status: 429, text: "slow down") }) { url in
            let request = try Self.request(["url": .string(url)])
            let outcome = await executor().execute(request, output: Checkpoints())
            #expect(outcome.error?.type == TaskError.Kind.rateLimit)
            #expect(outcome.error?.isRetryable == true)
        }
        await client.shutdown()
    }

    /// Puts what a command writes into a stream, as its owner does.
    private struct StreamSink: AttemptOutputSink {
        let log: StreamLog

        func write(stream: AttemptOutputStream, bytes: [UInt8]) async {
            var splitter = LineSplitter(maximumBytes: 1000)
            _ = try? await log.append(splitter.feed(bytes), arrival: 0)
        }
    }

    @Test func `a command waits while nobody reads its stream`() async throws {
        var limits = StreamLimits()
        limits.segmentBytes = 16 << 10
        limits.storedBytes = 64 << 10
        let store = StreamStore(directory: directory, limits: limits)
        let log = store.log(StreamStore.Address(runUID: "uid-1", path: "source"))
        try log.begin(generation: 1, readers: ["task"])
        let count = temporary.file("count")
        // Each line is noted once it is written; a pipe holds 64 KiB of them.
        let script = """
            i=0; while [ $i -lt 20000 ]; do i=$((i+1)); echo '{"n": 1, "text": "some more text"}'; \
            [ $((i % 500)) = 0 ] && echo $i > \(count); done; exit 0
            """
        let writer = Task {
            await CommandExecutor().execute(
                attempt(["shell": true, "command": .string(script)]), output: StreamSink(log: log))
        }
        var version = log.version
        while log.storedBytes < limits.storedBytes {
            await log.wait(beyond: version)
            version = log.version
        }
        // Full: at most one read of the pipe is beyond the bound.
        #expect(log.storedBytes <= limits.storedBytes + 64)
        let written =
            Int(
                (try? FileSystem.readText(count))?.filter(\.isNumber) ?? "") ?? 0
        #expect(written < 10_000)
        var place = StreamLog.ReadingPlace()
        var offset: Int64 = 0
        var peak = 0
        while offset < log.count {
            if case .records(let records) = try log.read(
                generation: 1, from: offset, as: &place)
            {
                offset += Int64(records.count)
            }
            peak = max(peak, log.storedBytes)
            log.acknowledge("task", upTo: offset)
            version = log.version
            if offset == log.count, offset < 19_000 { await log.wait(beyond: version) }
        }
        log.release("task")
        #expect(await writer.value.outputs != nil)
        #expect(peak <= limits.storedBytes + 64)
        await client.shutdown()
    }
}

import HTTP
import POSIX
import Values

/// Measures the client and the server against each other over the loopback, in this one process.
///
/// Both ends share the machine's cores, so that each alone is faster.
func httpBenchmarks(_ report: Report) async {
    do {
        try await measureRequests(count: 40_000, inFlight: 64, report)
        try await measureWatches(streams: 200, interval: .milliseconds(10), rounds: 400, report)
    } catch {
        report.failure(error)
    }
}

/// Requests a second with so many in flight, each answered by a handler's task.
private func measureRequests(count: Int, inFlight: Int, _ report: Report) async throws {
    let body = Array(
        "{\"kind\":\"WorkflowRun\",\"metadata\":{\"name\":\"a\",\"namespace\":\"b\"}}".utf8)
    let server = try HTTPServer { _ in
        HTTPServerResponse(
            status: 200, headers: ["Content-Type": "application/json"], body: .bytes(body))
    }
    let client = HTTPClient()
    let url = "http://127.0.0.1:\(server.port)/apis/orchestrator.llm/v1/namespaces/b/workflowruns/a"
    let processorBegin = ProcessUsage.current().processorTime
    let begin = SystemClock.monotonic()
    let latencies = try await withThrowingTaskGroup(of: [Duration].self) { group in
        for _ in 0..<inFlight {
            group.addTask {
                var own: [Duration] = []
                for _ in 0..<count / inFlight {
                    let start = SystemClock.monotonic()
                    _ = try await client.send(HTTPRequest(url: url))
                    own.append(SystemClock.monotonic() - start)
                }
                return own
            }
        }
        return try await group.reduce(into: []) { $0 += $1 }
    }
    let elapsed = SystemClock.monotonic() - begin
    let usage = ProcessUsage.current()
    await client.shutdown()
    await server.shutdown()
    let shape: JSONObject = [
        "requests": .integer(Int64(count)), "inFlight": .integer(Int64(inFlight)),
    ]
    report.figure("http.requests", Double(count) / seconds(elapsed), "1/s", shape)
    report.figure(
        "http.request.processor",
        seconds(usage.processorTime - processorBegin) * 1e6 / Double(count), "us", shape)
    report.quantiles("http.request", latencies, shape)
}

/// Events that arrive of so many watches, each with one event an interval.
private func measureWatches(
    streams: Int, interval: Duration, rounds: Int, _ report: Report
) async throws {
    let server = try HTTPServer { _ in
        HTTPServerResponse(
            status: 200,
            body: .stream { writer in
                // At absolute times: a late event does not delay the next ones.
                let clock = ContinuousClock()
                var moment = clock.now
                for _ in 0..<rounds {
                    moment += interval
                    try await clock.sleep(until: moment)
                    let now = SystemClock.monotonic().nanoseconds
                    try await writer.write(Array("\(now)\n".utf8))
                }
            })
    }
    let client = HTTPClient()
    let url = "http://127.0.0.1:\(server.port)/?watch=1"
    let processorBegin = ProcessUsage.current().processorTime
    let begin = SystemClock.monotonic()
    let latencies = try await withThrowingTaskGroup(of: [Duration].self) { group in
        for _ in 0..<streams {
            group.addTask {
                let stream = try await client.stream(HTTPRequest(url: url))
                var own: [Duration] = []
                var rest: [UInt8] = []
                while let batch = try await stream.next() {
                    let now = SystemClock.monotonic()
                    rest += batch
                    let lines = rest.split(separator: 0x0A, omittingEmptySubsequences: false)
                    for line in lines.dropLast() {
                        let sent = Int64(String(decoding: line, as: UTF8.self)) ?? 0
                        own.append(now - .nanoseconds(sent))
                    }
                    rest = lines.last.map(Array.init) ?? []
                }
                return own
            }
        }
        return try await group.reduce(into: []) { $0 += $1 }
    }
    let elapsed = SystemClock.monotonic() - begin
    let usage = ProcessUsage.current()
    await client.shutdown()
    await server.shutdown()
    let shape: JSONObject = [
        "streams": .integer(Int64(streams)), "events": .integer(Int64(latencies.count)),
        "expected": .integer(Int64(streams * rounds)),
    ]
    report.figure(
        "http.watch.events", Double(latencies.count) / seconds(elapsed), "1/s", shape)
    report.figure(
        "http.watch.event.processor",
        seconds(usage.processorTime - processorBegin) * 1e6 / Double(streams * rounds), "us", shape)
    report.figure("http.watch.resident", Double(usage.residentBytes), "B", shape)
    report.quantiles("http.watch.event", latencies, shape)
}

private func seconds(_ duration: Duration) -> Double { Double(duration.nanoseconds) / 1e9 }

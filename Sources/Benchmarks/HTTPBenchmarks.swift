import HTTP
import POSIX
import Values

/// Measures the client and the server against each other over the loopback, in this one process.
///
/// Prints one JSON line a figure. Both ends share the machine's cores, so that each alone is faster.
func httpBenchmarks() async {
    do {
        try await measureRequests(count: 40_000, inFlight: 64)
        try await measureWatches(streams: 200, interval: .milliseconds(10), rounds: 400)
    } catch {
        report("http", ["error": .string("\(error)")])
    }
}

/// Requests a second with so many in flight, each answered by a handler's task.
private func measureRequests(count: Int, inFlight: Int) async throws {
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
    report(
        "http.requests",
        [
            "count": .integer(Int64(count)), "inFlight": .integer(Int64(inFlight)),
            "processorNanosecondsEach": .integer(
                (usage.processorTime - processorBegin).nanoseconds / Int64(count)),
            "perSecond": .integer(Int64(Double(count) / seconds(elapsed))),
        ].merging(quantiles(latencies)) { first, _ in first })
}

/// Events that arrive of so many watches, each with one event an interval.
private func measureWatches(streams: Int, interval: Duration, rounds: Int) async throws {
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
    report(
        "http.watches",
        [
            "streams": .integer(Int64(streams)), "events": .integer(Int64(latencies.count)),
            "expected": .integer(Int64(streams * rounds)), "seconds": .double(seconds(elapsed)),
            "processorNanosecondsEach": .integer(
                (usage.processorTime - processorBegin).nanoseconds / Int64(streams * rounds)),
            "residentBytes": .integer(Int64(usage.residentBytes)),
        ].merging(quantiles(latencies)) { first, _ in first })
}

private func quantiles(_ durations: [Duration]) -> [String: JSON] {
    let sorted = durations.sorted()
    guard let last = sorted.last else { return [:] }
    return [
        "p50Microseconds": .integer(sorted[sorted.count / 2].nanoseconds / 1000),
        "p99Microseconds": .integer(sorted[sorted.count * 99 / 100].nanoseconds / 1000),
        "maxMicroseconds": .integer(last.nanoseconds / 1000),
    ]
}

private func seconds(_ duration: Duration) -> Double { Double(duration.nanoseconds) / 1e9 }

private func report(_ name: String, _ figures: [String: JSON]) {
    var object = JSONObject()
    object["benchmark"] = .string(name)
    for (key, value) in figures { object[key] = value }
    print(JSON.object(object).text)
}

import Executors
import HTTP
import POSIX
import Testing
import Values
import Workflows

@Suite(.timeLimit(.minutes(10))) struct HTTPExecutorTests {
    /// Runs a body against a server that answers with a handler.
    private func withServer(
        _ handler: @escaping HTTPServer.Handler,
        _ body: (HTTPExecutor, _ url: String) async throws -> Void
    ) async throws {
        let server = try HTTPServer(
            configuration: HTTPServerConfiguration(host: "127.0.0.1", port: 0), handler: handler)
        let client = HTTPClient()
        let result: Result<Void, any Error>
        do {
            result = .success(
                try await body(HTTPExecutor(client: client), "http://127.0.0.1:\(server.port)"))
        } catch { result = .failure(error) }
        await client.shutdown()
        await server.shutdown()
        try result.get()
    }

    /// Tells the request back as JSON.
    private static let echo: HTTPServer.Handler = { request in
        var headers: JSONObject = [:]
        for field in request.headers { headers[field.name.lowercased()] = .string(field.value) }
        let query = request.query.map { JSON.array([.string($0.name), .string($0.value)]) }
        let told: JSON = [
            "method": .string(request.method.rawValue), "path": .string(request.path),
            "query": .array(query), "headers": .object(headers),
            "body": .string(String(decoding: request.body, as: UTF8.self)),
        ]
        return HTTPServerResponse(
            status: 200,
            headers: [
                "Content-Type": "application/json", "X-Two": "a", "x-two": "b", "Set-Cookie": "s",
            ],
            body: .bytes(told.bytes))
    }

    private func run(
        _ executor: HTTPExecutor, _ inputs: JSONObject, deadline: Timestamp? = nil
    ) async -> AttemptOutcome {
        await executor.execute(attempt(inputs, deadline: deadline), output: DiscardedOutput())
    }

    @Test func `a request is sent as written and its response comes back`() async throws {
        try await withServer(HTTPExecutorTests.echo) { executor, url in
            let outcome = await run(
                executor,
                [
                    "url": .string(url + "/a%20b?x=1"), "query": ["q": "a&b c", "n": 5],
                    "headers": ["X-Key": "value"],
                ])
            let outputs = try #require(outcome.outputs)
            #expect(outputs["status"] == 200)
            #expect(outputs["headers"]?["content-type"] == "application/json")
            #expect(outputs["headers"]?["x-two"] == "a, b")
            #expect(outputs["headers"]?["set-cookie"] == nil)
            #expect(outputs["json"]?["method"] == "GET")
            #expect(outputs["json"]?["path"] == "/a%20b")
            #expect(outputs["json"]?["query"] == [["x", "1"], ["n", "5"], ["q", "a&b c"]])
            #expect(outputs["json"]?["headers"]?["x-key"] == "value")
            #expect(outputs["json"]?["headers"]?["idempotency-key"] == nil)
            #expect(
                outputs["body"]?.stringValue.flatMap { try? JSON(parsing: $0) } == outputs["json"])
        }
    }

    @Test func `a body that is no text is sent as JSON, with one key for all attempts`()
        async throws
    {
        try await withServer(HTTPExecutorTests.echo) { executor, url in
            let json = await run(executor, ["url": .string(url), "body": ["b": 1, "a": [nil]]])
            let told = try #require(json.outputs?["json"])
            #expect(told["method"] == "POST")
            #expect(told["body"] == #"{"a":[null],"b":1}"#)
            #expect(told["headers"]?["content-type"] == "application/json")
            #expect(told["headers"]?["idempotency-key"] == "uid-1-task")
            let text = await run(
                executor,
                [
                    "url": .string(url), "method": "put", "body": "plain",
                    "headers": ["content-type": "text/csv"],
                ])
            #expect(text.outputs?["json"]?["method"] == "PUT")
            #expect(text.outputs?["json"]?["body"] == "plain")
            #expect(text.outputs?["json"]?["headers"]?["content-type"] == "text/csv")
        }
    }

    @Test func `a fallback has a key of its own`() async throws {
        try await withServer(HTTPExecutorTests.echo) { executor, url in
            var request = attempt(["url": .string(url), "body": "other"])
            request.fallback = 2
            let outcome = await executor.execute(request, output: DiscardedOutput())
            let key = outcome.outputs?["json"]?["headers"]?["idempotency-key"]
            #expect(key == "uid-1-task:fallback-2")
        }
    }

    @Test(arguments: [
        (400, "InvalidRequestError", false), (404, "ClientError", false),
        (401, "AuthenticationError", false), (402, "QuotaExceededError", false),
        (501, "ServerError", false), (529, "OverloadedError", true), (408, "TimeoutError", true),
        (429, "RateLimitError", true), (500, "ServerError", true), (503, "ServerError", true),
        (504, "TimeoutError", true),
    ])
    func `a status of 400 or more is a failure of its kind`(
        status: Int, type: String, isRetryable: Bool
    ) async throws {
        try await withServer({ _ in
            HTTPServerResponse(
                status: status, headers: ["Retry-After": "7"], body: .bytes(Array("no\n way".utf8)))
        }) { executor, url in
            let address = url.replacing("http://", with: "http://user:secret@") + "/x?token=secret"
            let error = try #require(await run(executor, ["url": .string(address)]).error)
            #expect(error.type == type)
            #expect(error.isRetryable == isRetryable)
            #expect(error.retryAfter == .seconds(7))
            #expect(error.message == "GET \(url)/x was answered with status \(status): no way")
            #expect(error.code == status)
        }
    }

    @Test(
        arguments: [
            ("120", Duration.seconds(120)), ("Sun, 06 Nov 1994 08:49:37 GMT", .zero),
            ("Fri, 31 Dec 2100 23:59:59 GMT", ExecutorLimits.retryAfter),
            ("99999999999999999999", nil), ("18446744073709551615", ExecutorLimits.retryAfter),
            ("-5", nil), ("soon", nil), ("Sun, 31 Feb 2100 08:49:37 GMT", nil),
        ] as [(String, Duration?)])
    func `the wait a server asks for is read and bounded`(text: String, wait: Duration?)
        async throws
    {
        try await withServer({ _ in
            HTTPServerResponse(status: 503, headers: ["Retry-After": text])
        }) { executor, url in
            #expect(await run(executor, ["url": .string(url)]).error?.retryAfter == wait)
        }
    }

    @Test func `a task may say which statuses are success`() async throws {
        try await withServer({ _ in HTTPServerResponse(status: 404) }) { executor, url in
            let taken = await run(executor, ["url": .string(url), "successStatus": [200, 404]])
            #expect(taken.outputs?["status"] == 404)
        }
        try await withServer({ _ in HTTPServerResponse(status: 200) }) { executor, url in
            let refused = await run(executor, ["url": .string(url), "successStatus": [201]])
            #expect(refused.error?.type == TaskError.Kind.client)
        }
    }

    @Test func `no connection is an error that may pass`() async throws {
        let server = try HTTPServer(
            configuration: HTTPServerConfiguration(host: "127.0.0.1", port: 0),
            handler: HTTPExecutorTests.echo)
        let port = server.port
        await server.shutdown()
        let client = HTTPClient()
        let outcome = await run(
            HTTPExecutor(client: client), ["url": .string("http://127.0.0.1:\(port)/?key=secret")])
        #expect(outcome.error?.type == TaskError.Kind.connection)
        #expect(outcome.error?.isRetryable == true)
        #expect(outcome.error?.message.contains("secret") == false)
        await client.shutdown()
    }

    @Test func `a long body is kept in part, and one over the bound is refused`() async throws {
        let body = String(repeating: "€", count: 20_000)
        try await withServer({ _ in HTTPServerResponse(status: 200, text: body) }) {
            executor, url in
            let kept = await run(executor, ["url": .string(url)])
            let text = try #require(kept.outputs?["body"]?.stringValue)
            #expect(text.utf8.count <= ExecutorLimits.textBytes)
            #expect(text.allSatisfy { $0 == "€" })
            #expect(kept.outputs?["bodyTruncated"] == true)
            let refused = await run(executor, ["url": .string(url), "maximumBytes": 1000])
            #expect(refused.error?.type == TaskError.Kind.tooLarge)
            #expect(refused.error?.isRetryable == false)
        }
    }

    @Test func `a body of stray bytes is kept without harm`() async throws {
        let body = [UInt8](repeating: 0x80, count: 40_000)
        try await withServer({ _ in HTTPServerResponse(status: 200, body: .bytes(body)) }) {
            executor, url in
            #expect(await run(executor, ["url": .string(url)]).outputs?["bodyTruncated"] == true)
        }
    }

    @Test func `a silent server is a timeout, and a cancelled attempt is cancelled`() async throws {
        let (arrivals, arrival) = AsyncStream.makeStream(of: Void.self)
        try await withServer({ _ in
            arrival.yield()
            try? await WallTimer.sleep(for: .seconds(1000))
            return HTTPServerResponse(status: 200)
        }) { executor, url in
            let late = await run(
                executor, ["url": .string(url)], deadline: SystemClock.now() + .milliseconds(200))
            #expect(late.error?.type == TaskError.Kind.timeout)
            #expect(late.error?.isRetryable == true)
            // The first request may have been late before it arrived; then this is the second one.
            var iterator = arrivals.makeAsyncIterator()
            let task = Task { await run(executor, ["url": .string(url)]) }
            await iterator.next()
            task.cancel()
            #expect(await task.value == .cancelled)
        }
    }

    @Test(
        arguments: [
            [:], ["url": ""], ["url": 5], ["url": "ftp://x/"], ["url": "x"],
            ["url": "http://x", "headers": ["A": "b\r\nC: d"]],
            ["url": "http://x", "method": "A B"],
            ["url": "http://x", "maximumBytes": 0], ["url": "http://x", "uri": "x"],
        ] as [JSONObject])
    func `inputs that make no sense are refused`(inputs: JSONObject) async throws {
        let client = HTTPClient()
        let error = try #require(await run(HTTPExecutor(client: client), inputs).error)
        #expect(error.type == TaskError.Kind.validation)
        #expect(!error.isRetryable)
        await client.shutdown()
    }
}

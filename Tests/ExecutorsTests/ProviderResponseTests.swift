import Admission
import Executors
import HTTP
import POSIX
import Synchronization
import Testing
import Values
import Workflows

/// What answers of providers mean: by their codes and headers, over a real connection.
@Suite(.timeLimit(.minutes(1))) struct ProviderResponseTests {
    private final class Sink: AttemptOutputSink {
        let last = Mutex<RateLimitObservation?>(nil)

        func write(stream: AttemptOutputStream, bytes: [UInt8]) async {}

        func observe(_ observation: RateLimitObservation) async {
            last.withLock { $0 = observation }
        }
    }

    /// How an attempt through a provider ends, and what was observed, for one answer.
    private func outcome(
        _ status: Int, _ body: String = "", _ headers: HTTPHeaders = [:]
    ) async throws -> (AttemptOutcome, RateLimitObservation?) {
        let server = try HTTPServer(
            configuration: HTTPServerConfiguration(host: "127.0.0.1", port: 0)
        ) { request in
            guard request.path == "/v1/chat" else { return HTTPServerResponse(status: 404) }
            return HTTPServerResponse(
                status: status, headers: headers, body: .bytes(Array(body.utf8)))
        }
        let client = HTTPClient()
        let sink = Sink()
        let request = TaskAttemptRequest(
            namespace: "a", run: "r", runUID: "u", taskID: "t", attempt: 1,
            inputs: ["url": "/chat"],
            provider: ProviderRoute(name: "p", endpoint: "http://127.0.0.1:\(server.port)/v1/"))
        let outcome = await HTTPExecutor(client: client).execute(request, output: sink)
        await client.shutdown()
        await server.shutdown()
        return (outcome, sink.last.withLock { $0 })
    }

    private func error(
        _ status: Int, _ body: String = "", _ headers: HTTPHeaders = [:]
    ) async throws -> TaskError {
        guard case .failed(let error) = try await outcome(status, body, headers).0 else {
            throw NoFailure()
        }
        return error
    }

    private struct NoFailure: Error {}

    @Test(
        arguments: [
            (
                429, #"{"error":{"code":"rate_limit_exceeded","type":"requests"}}"#,
                "RateLimitError", true
            ),
            (429, #"{"error":{"code":"insufficient_quota"}}"#, "QuotaExceededError", false),
            (
                429, #"{"error":{"type":"insufficient_quota","code":"credit_balance_exhausted"}}"#,
                "QuotaExceededError", false
            ),
            (
                429,
                #"{"error":{"type":"rate_limit_error","details":{"error_code":"enforced_spend_limit_reached"}}}"#,
                "QuotaExceededError", false
            ),
            (
                503,
                #"{"error":{"type":"service_unavailable_error","code":"server_is_overloaded"}}"#,
                "OverloadedError", true
            ),
            (
                529, #"{"type":"error","error":{"type":"overloaded_error"}}"#, "OverloadedError",
                true
            ),
            (400, #"{"error":{"code":"context_length_exceeded"}}"#, "ContextLengthError", false),
            (
                413, #"{"type":"error","error":{"type":"request_too_large"}}"#,
                "ContextLengthError", false
            ),
            (
                400,
                #"{"error":{"code":"content_filter","innererror":{"code":"ResponsibleAIPolicyViolation"}}}"#,
                "ContentFilterError", false
            ),
            (401, #"{"error":{"code":"invalid_api_key"}}"#, "AuthenticationError", false),
            (402, #"[{"error":{"status":"RESOURCE_EXHAUSTED"}}]"#, "QuotaExceededError", false),
            (422, "not JSON", "InvalidRequestError", false),
            (500, #"{"error":"text"}"#, "ServerError", true),
            (501, "", "ServerError", false),
        ] as [(Int, String, String, Bool)])
    func `the body's code goes before the status`(
        status: Int, body: String, type: String, isRetryable: Bool
    ) async throws {
        let error = try await error(status, body)
        #expect(error.type == type)
        #expect(error.isRetryable == isRetryable)
    }

    @Test func `x-should-retry goes before both`() async throws {
        #expect(try await error(400, "", ["x-should-retry": "true"]).isRetryable)
        #expect(try await !error(503, "", ["x-should-retry": "false"]).isRetryable)
    }

    @Test(
        arguments: [
            (["retry-after-ms": "1500", "Retry-After": "9"], Duration.milliseconds(1500)),
            (["Retry-After": "2.5"], .milliseconds(2500)), (["Retry-After": "7"], .seconds(7)),
            (["retry-after-ms": "soon", "Retry-After": "7"], .seconds(7)),
            (["retry-after-ms": "1e300"], ExecutorLimits.retryAfter),
        ] as [([String: String], Duration)])
    func `the wait is read in the order that clients of providers read it`(
        headers: [String: String], wait: Duration
    ) async throws {
        var fields = HTTPHeaders()
        for (name, value) in headers { fields.add(name, value) }
        #expect(try await error(429, "", fields).retryAfter == wait)
    }

    @Test func `a wait is read of what is not tried again by itself, too`() async throws {
        let limited = try await error(403, "", ["Retry-After": "60"])
        #expect(limited.type == "AuthenticationError")
        #expect(!limited.isRetryable)
        #expect(limited.retryAfter == .seconds(60))
        let stopped = try await error(503, "", ["x-should-retry": "false", "Retry-After": "7"])
        #expect(stopped.retryAfter == .seconds(7))
    }

    @Test(
        arguments: [
            ("34s", nil, .seconds(34)), ("34.074824224s", nil, .milliseconds(34_075)),
            ("34s", "2", .seconds(34)), ("1s", "60", .seconds(60)), ("soon", nil, nil),
            ("34", nil, nil), ("-1s", nil, nil), ("nans", nil, nil), ("s", nil, nil),
            ("1e300s", nil, ExecutorLimits.retryAfter),
        ] as [(String, String?, Duration?)])
    func `the wait of Gemini's RetryInfo is read, and the longer of two is kept`(
        delay: String, header: String?, wait: Duration?
    ) async throws {
        let body: JSON = [
            "error": [
                "code": 429, "status": "RESOURCE_EXHAUSTED",
                "details": [
                    ["@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": []],
                    [
                        "@type": "type.googleapis.com/google.rpc.RetryInfo",
                        "retryDelay": .string(delay),
                    ],
                ],
            ]
        ]
        var headers = HTTPHeaders()
        if let header { headers.add("Retry-After", header) }
        for text in [body.text, "[\(body.text)]"] {
            let error = try await error(429, text, headers)
            #expect(error.type == "RateLimitError")
            #expect(error.retryAfter == wait)
        }
    }

    @Test func `limits and use are observed, on success as well`() async throws {
        let (result, openAI) = try await outcome(
            200, #"{"usage":{"total_tokens":42}}"#,
            [
                "x-ratelimit-limit-requests": "60", "x-ratelimit-remaining-requests": "59",
                "x-ratelimit-reset-requests": "6m0s", "x-ratelimit-limit-tokens": "1000",
                "x-ratelimit-remaining-tokens": "-1",
            ])
        #expect(result.isSuccess)
        #expect(
            openAI
                == RateLimitObservation(
                    requests: .init(limit: 60, remaining: 59, reset: .seconds(360)),
                    tokens: .init(limit: 1000), usedTokens: 42))
        let (_, anthropic) = try await outcome(
            200, #"{"usage":{"input_tokens":5,"output_tokens":7,"cache_read_input_tokens":100}}"#,
            ["anthropic-ratelimit-tokens-remaining": "0", "anthropic-ratelimit-tokens-limit": "10"])
        #expect(
            anthropic
                == RateLimitObservation(tokens: .init(limit: 10, remaining: 0), usedTokens: 12))
        let (_, plain) = try await outcome(
            200, "{}", ["X-RateLimit-Remaining": "3", "X-RateLimit-Reset": "30"])
        #expect(
            plain == RateLimitObservation(requests: .init(remaining: 3, reset: .seconds(30))))
        #expect(try await outcome(200, "no usage").1 == RateLimitObservation())
    }

    @Test(
        arguments: [
            (#"{"input_tokens":9223372036854775807,"output_tokens":1}"#, 1 << 40),
            (
                #"{"input_tokens":9223372036854775807,"output_tokens":-9223372036854775808}"#,
                1 << 40
            ),
            (#"{"total_tokens":9223372036854775807}"#, 1 << 40),
            (#"{"total_tokens":-9223372036854775808}"#, 0),
            (#"{"input_tokens":-5,"output_tokens":7}"#, 7), (#"{"total_tokens":1e300}"#, nil),
            (#"{"total_tokens":"all"}"#, nil),
        ] as [(String, Int64?)])
    func `what an answer says it used is believed within bounds`(
        usage: String, used: Int64?
    ) async throws {
        let told = try await outcome(200, #"{"usage":"# + usage + "}").1
        #expect(told == RateLimitObservation(usedTokens: used))
    }

    @Test(
        arguments: [
            ("9223372036854775807", 1 << 53, ExecutorLimits.retryAfter),
            ("9223372036854775808", nil, nil), ("-9223372036854775808", nil, .zero),
            ("-1", nil, .zero), ("nan", nil, nil), ("inf", nil, nil), ("1e300", nil, nil),
            ("99999999999999999999999.5s", nil, nil), ("0", 0, .zero),
        ] as [(String, Int64?, Duration?)])
    func `what headers say of limits is believed within bounds`(
        text: String, figure: Int64?, wait: Duration?
    ) async throws {
        let odd = try await outcome(
            200, "",
            ["x-ratelimit-limit-requests": "\(text)", "x-ratelimit-remaining-requests": "1"]
        ).1
        #expect(odd == RateLimitObservation(requests: .init(limit: figure, remaining: 1)))
        let left = try await outcome(
            200, "",
            ["x-ratelimit-limit-requests": "1", "x-ratelimit-remaining-requests": "\(text)"]
        ).1
        #expect(left == RateLimitObservation(requests: .init(limit: 1, remaining: figure)))
        let reset = try await outcome(
            200, "", ["x-ratelimit-limit-requests": "1", "x-ratelimit-reset-requests": "\(text)"]
        ).1
        #expect(reset == RateLimitObservation(requests: .init(limit: 1, reset: wait)))
    }

    @Test(
        arguments: [
            ["retry-after-ms": "9223372036854775808000"], ["Retry-After": "9223372036854775807"],
            ["Retry-After": "18446744073709551615"], ["Retry-After": "1e300.0"],
            ["Retry-After": "-1"], ["Retry-After": "-9223372036854775808.5"],
            ["retry-after-ms": "nan"], ["Retry-After": "nan."], ["retry-after-ms": "-inf"],
            ["Retry-After": "Fri, 11 Apr 2262 23:47:16 GMT"],
            ["Retry-After": "Sat, 11 Apr 9999 23:47:16 GMT"],
        ])
    func `no Retry-After is waited for longer than the bound`(
        headers: [String: String]
    ) async throws {
        var fields = HTTPHeaders()
        for (name, value) in headers { fields.add(name, value) }
        let wait = try await error(429, "", fields).retryAfter ?? .zero
        #expect(wait >= .zero && wait <= ExecutorLimits.retryAfter)
    }
}

extension AttemptOutcome {
    fileprivate var isSuccess: Bool { if case .succeeded = self { true } else { false } }
}

import GitOps
import HTTP
import Kubernetes
import Synchronization
import Testing
import Values

@testable import llm_orchestrator

/// Following a run through what comes between it and us.
@Suite(.timeLimit(.minutes(5))) struct RunFollowerTests {
    /// Time that goes on by what is slept, at once.
    private final class HurriedTime: Sendable {
        private let elapsed = Mutex(Duration.zero)

        var now: Duration { elapsed.withLock { $0 } }

        var source: TimeSource {
            TimeSource(
                now: { [self] in Timestamp(seconds: 0) + now }, monotonic: { [self] in now },
                sleep: { [self] duration in
                    try Task.checkCancellation()
                    elapsed.withLock { $0 += duration }
                })
        }
    }

    private struct Cut: Error {}

    private static let key = ObjectKey(namespace: "default", name: "nightly")

    private static func run(_ phase: String, at version: Int) -> JSON {
        var run = KubernetesObject(.workflowRuns, key)
        run.metadata["uid"] = "uid-1"
        run.metadata["resourceVersion"] = .string("\(version)")
        run.status["phase"] = .string(phase)
        return run.json
    }

    private static func response(_ json: JSON, status: Int = 200) -> HTTPServerResponse {
        HTTPServerResponse(
            status: status, headers: ["Content-Type": "application/json"], body: .bytes(json.bytes))
    }

    private static let list = response([
        "kind": "WorkflowRunList", "metadata": ["resourceVersion": "5"],
        "items": [run("Running", at: 5)],
    ])

    /// Follows the run on a server that answers so.
    private func follow(
        _ time: HurriedTime,
        _ answer: @escaping @Sendable (_ isWatch: Bool) -> HTTPServerResponse
    ) async throws -> RunFollower.Ending {
        let server = try HTTPServer(configuration: HTTPServerConfiguration()) { request in
            answer(request.queryValue("watch") != nil)
        }
        let http = HTTPClient()
        let client = KubernetesClient(
            configuration: KubernetesConfiguration(
                server: "http://127.0.0.1:\(server.port)", credentials: .none), http: http)
        var follower = RunFollower(client: client, key: Self.key, display: nil)
        follower.time = time.source
        let ending = await follower.untilEnded()
        await server.shutdown()
        await http.shutdown()
        return ending
    }

    @Test func `a run is followed for as long as it takes though every watch of it is cut`()
        async throws
    {
        let time = HurriedTime()
        let ending = try await follow(time) { isWatch in
            guard isWatch else { return Self.list }
            let isLate = time.now > RunFollower.patience * 5
            return HTTPServerResponse(
                status: 200, headers: ["Content-Type": "application/json"],
                body: .stream { writer in
                    guard isLate else {
                        // The watch is open, and nothing has come of it.
                        try await writer.write([0x20])
                        throw Cut()
                    }
                    let event: JSON = [
                        "type": "MODIFIED", "object": Self.run("Completed", at: 6),
                    ]
                    try await writer.write(event.bytes + [0x0A])
                })
        }
        guard case .ended(let run) = ending else {
            Issue.record("it ended as \(ending)")
            return
        }
        #expect(run.phase == "Completed")
        #expect(time.now > RunFollower.patience * 5)
    }

    @Test func `a server that answers nothing any more is given up, and not at once`() async throws
    {
        let time = HurriedTime()
        let asked = Mutex(0)
        let ending = try await follow(time) { isWatch in
            let count = asked.withLock { asked in
                asked += 1
                return asked
            }
            guard count > 1 else { return Self.list }
            return Self.response(
                [
                    "kind": "Status", "status": "Failure", "reason": "ServiceUnavailable",
                    "message": "nobody is here", "code": 503,
                ], status: 503)
        }
        guard case .failed(let error) = ending else {
            Issue.record("it ended as \(ending)")
            return
        }
        #expect(error.code == .unavailable)
        #expect(time.now > RunFollower.patience)
        #expect(time.now < RunFollower.patience * 2)
        #expect(asked.withLock { $0 } > 5)
    }
}

import ControlPlane
import HTTP
import Synchronization
import TestSupport
import Testing
import Values

/// `logs -f`: how often it asks.
@Suite struct LogFollowTests {
    /// A server of one run, which goes on for a few looks, and of what its tasks wrote.
    private final class RunServer: Sendable {
        private static let texts = ["quick": "one\n", "slow": "two\n", "stopped": "three\n"]

        private let looks = Mutex(0)
        private let reads = Mutex<[String: Int]>([:])

        /// How often each task's output was asked for.
        var asked: [String: Int] { reads.withLock { $0 } }

        func answer(_ request: HTTPServerRequest) -> HTTPServerResponse {
            if request.path.hasSuffix("/workflowruns/nightly") { return Self.response(run()) }
            guard request.pathSegments.first == "logs", let task = request.pathSegments.last else {
                return HTTPServerResponse(status: 404, text: "nothing here\n")
            }
            reads.withLock { $0[task, default: 0] += 1 }
            let offset = request.queryValue("offset").flatMap { Int($0) } ?? 0
            let rest = Array((Self.texts[task] ?? "").utf8.dropFirst(offset))
            return Self.response(["attempt": 1, "data": .string(Base64.encode(rest))])
        }

        private func run() -> JSON {
            let look = looks.withLock { looks in
                looks += 1
                return looks
            }
            let phase: JSON = look < 4 ? "Running" : "Completed"
            return [
                "apiVersion": "orchestrator.llm/v1", "kind": "WorkflowRun",
                "metadata": ["name": "nightly", "namespace": "default", "uid": "uid-1"],
                "status": [
                    "phase": phase,
                    "tasks": [
                        "quick": ["phase": "Completed", "attempt": 1],
                        "slow": ["phase": phase, "attempt": 1],
                        "stopped": ["phase": "Cancelled", "attempt": 1],
                        "unborn": ["phase": "Skipped"],
                    ],
                ],
            ]
        }

        private static func response(_ json: JSON) -> HTTPServerResponse {
            HTTPServerResponse(
                status: 200, headers: ["Content-Type": "application/json"],
                body: .bytes(json.bytes))
        }
    }

    @Test func `what has ended is asked for until it is printed whole, and never again`()
        async throws
    {
        let source = RunServer()
        let server = try HTTPServer(configuration: HTTPServerConfiguration()) { request in
            source.answer(request)
        }
        let cli = try OrchestratorCommand()
        let kubeconfig = try cli.file(
            "kubeconfig",
            ControlPlane.kubeconfig(serverURL: "http://127.0.0.1:\(server.port)", token: "t"))
        let result = try await cli("logs", "nightly", "-f", "--kubeconfig", kubeconfig)
        await server.shutdown()
        #expect(result.code == 0, "\(result)")
        #expect(result.lines == ["[quick] one", "[slow] two", "[stopped] three"], "\(result)")
        // Four looks: the first finds what there is and its end. What a cancel stops may still write.
        #expect(source.asked == ["quick": 2, "slow": 5, "stopped": 5])
    }
}

import Executors
import GitOps
import HTTP
import Kubernetes
import Operator
import Synchronization
import TestSupport
import Testing
import Values

/// An operator whose server reads well and fails what is written.
@Suite(.timeLimit(.minutes(5))) struct FailingServerTests {
    private static let key = ObjectKey(namespace: "default", name: "only")

    @Test func `a checkpoint that the server fails to store is sent ever more rarely`() async throws
    {
        try await Self.with(failing: "checkpoint") { client, server in
            try await Self.create(["tasks": [Self.task]], client)
            try await awaited("eight tries") { server.noted.count >= 8 }
            // Waits that double, from 5 ms, with a fifth of jitter.
            let tries = server.noted
            #expect(tries[7] - tries[0] > .milliseconds(5 * ((1 << 7) - 1) * 8 / 10))
            server.open()
            try await awaited("the run to end") {
                try await client.get(.workflowRuns, Self.key).status["phase"] == "Completed"
            }
        }
    }

    @Test func `what was sent is not sent again because that cannot be stored`() async throws {
        let received = Mutex(0)
        let receiver = try HTTPServer(
            configuration: HTTPServerConfiguration(host: "127.0.0.1", port: 0)
        ) { _ in
            received.withLock { $0 += 1 }
            return HTTPServerResponse(status: 200, text: "noted\n")
        }
        let url = "http://127.0.0.1:\(receiver.port)/hook"
        try await Self.with(failing: "notifications") { client, server in
            try await Self.create(
                [
                    "tasks": [Self.task],
                    "events": ["onSuccess": [["type": "webhook", "url": .string(url)]]],
                ], client)
            try await awaited("four tries") { server.noted.count >= 4 }
            #expect(received.withLock { $0 } == 1)
            server.open()
            try await awaited("the notification to be noted") {
                try await client.get(.workflowRuns, Self.key)
                    .status["notifications"]?["onSuccess.0"]?["phase"] == "Delivered"
            }
            #expect(received.withLock { $0 } == 1)
        }
        await receiver.shutdown()
    }

    private static let task: JSON = [
        "id": "only", "type": "transform", "inputs": ["value": "${{ 1 + 1 }}"],
    ]

    private static func create(_ definition: JSON, _ client: KubernetesClient) async throws {
        var run = KubernetesObject(.workflowRuns, key)
        run.spec = ["workflowSpec": definition]
        _ = try await client.create(.workflowRuns, run)
    }

    /// Runs an operator on an embedded plane, writes of whose statuses fail where they say a word.
    private static func with(
        failing word: String, _ body: (KubernetesClient, RefusingServer) async throws -> Void
    ) async throws {
        let directory = try TemporaryDirectory()
        let plane = try await EmbeddedServer(.init(dataDirectory: directory.path, isDurable: false))
        let http = HTTPClient()
        let server = RefusingServer(http, answering: 500, "InternalError") { request in
            request.method == .patch && request.path.hasSuffix("/status")
                && request.path.contains("/workflowruns/")
                && String(decoding: request.body ?? [], as: UTF8.self).contains("\"\(word)\"")
        }
        let work = Operator(
            client: KubernetesClient(configuration: plane.client.configuration, http: server),
            configuration: Operator.Configuration(
                dataDirectory: directory.file("operator"), http: http,
                executors: .builtIn(http: http, commands: nil), instance: "failing"))
        let term = Task { try await work.run() }
        let result: Result<Void, any Error>
        do { result = .success(try await body(plane.client, server)) } catch {
            result = .failure(error)
        }
        term.cancel()
        try await term.value
        await http.shutdown()
        let stopping = Task { try await plane.run() }
        stopping.cancel()
        try await stopping.value
        try result.get()
    }
}

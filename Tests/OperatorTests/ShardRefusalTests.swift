import Executors
import GitOps
import HTTP
import Kubernetes
import Operator
import POSIX
import Synchronization
import TestSupport
import Testing
import Values

/// What becomes of a run whose shards cannot be stored: see docs/bugs-and-seeds.md.
@Suite(.timeLimit(.minutes(5))) struct ShardRefusalTests {
    @Test func `a shard that cannot be stored is tried again ever more rarely`() async throws {
        let directory = try TemporaryDirectory()
        let plane = try await EmbeddedServer(
            .init(dataDirectory: directory.path, isDurable: false))
        let http = HTTPClient()
        let shardless = ShardlessServer(http)
        let configuration = Operator.Configuration(
            dataDirectory: directory.file("operator"), http: http,
            executors: .builtIn(http: http, commands: nil), instance: "shardless")
        let work = Operator(
            client: KubernetesClient(
                configuration: plane.client.configuration, http: shardless),
            configuration: configuration)
        let term = Task { try await work.run() }
        var run = KubernetesObject(
            .workflowRuns, ObjectKey(namespace: "default", name: "large"))
        run.spec = [
            "workflowSpec": [
                "tasks": [
                    [
                        "id": "all", "type": "map", "items": 2000,
                        "tasks": [
                            [
                                "id": "double", "type": "transform",
                                "inputs": ["value": "${{ double(item) * 2.0 }}"],
                            ]
                        ],
                    ]
                ]
            ]
        ]
        _ = try await plane.client.create(.workflowRuns, run)
        try await awaited("eight looks at the run") { shardless.looks.count >= 8 }
        // Waits that double, from 5 ms, with a fifth of jitter.
        let looks = shardless.looks
        #expect(looks[7] - looks[0] > .milliseconds(5 * ((1 << 7) - 1) * 8 / 10))

        // Once they can be stored the run goes on.
        shardless.open()
        try await awaited(
            "the run to end",
            state: {
                let status = try? await plane.client.get(.workflowRuns, run.key).status
                return "\(status?["phase"]?.text ?? "") \(status?["message"]?.text ?? "")"
                    + " after \(shardless.looks.count) looks"
            }
        ) {
            try await plane.client.get(.workflowRuns, run.key).status["phase"] == "Completed"
        }
        term.cancel()
        try await term.value
        await http.shutdown()
        let stopping = Task { try await plane.run() }
        stopping.cancel()
        try await stopping.value
    }
}

/// A server that for a while says of each shard that there is one already, and finds none.
private final class ShardlessServer: KubernetesTransport {
    private struct State {
        var isOpen = false
        var looks: [Duration] = []
    }

    private let http: HTTPClient
    private let state = Mutex(State())

    init(_ http: HTTPClient) { self.http = http }

    /// When the run itself was looked at, as after each checkpoint that was not stored.
    var looks: [Duration] { state.withLock(\.looks) }

    /// Takes shards from now on.
    func open() { state.withLock { $0.isOpen = true } }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let path = request.url.split(separator: "?")[0]
        let isRefused = state.withLock { state in
            if request.method == .get, path.hasSuffix("/workflowruns/large") {
                state.looks.append(SystemClock.monotonic())
            }
            return !state.isOpen && request.method == .post && path.hasSuffix("/runcheckpoints")
        }
        guard isRefused else { return try await http.send(request) }
        let status: JSON = [
            "kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "AlreadyExists",
            "message": "it is there", "code": 409,
        ]
        return HTTPResponse(status: 409, body: status.bytes)
    }

    func open(_ request: HTTPRequest) async throws(HTTPError) -> any TransportStream {
        try await http.open(request)
    }
}

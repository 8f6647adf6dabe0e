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
        try await awaited(
            "ten refusals",
            state: {
                let status = try? await plane.client.get(.workflowRuns, run.key).status
                return "\(shardless.refusals.count) and \(status?["message"]?.text ?? "")"
            }
        ) { shardless.refusals.count >= 10 }
        // Waits that double, from 5 ms, with a fifth of jitter.
        let refusals = shardless.refusals
        #expect(refusals[9] - refusals[0] > .milliseconds(5 * (1 << 8) * 8 / 10))

        // Once they can be stored the run goes on.
        shardless.open()
        try await awaited("the run to end") {
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

/// A server that for a while does not know the kind of shards, as before its definition is installed.
private final class ShardlessServer: KubernetesTransport {
    private struct State {
        var isOpen = false
        /// The shard that was refused first: of one checkpoint several may be written at once.
        var name: String?
        var refusals: [Duration] = []
    }

    private let http: HTTPClient
    private let state = Mutex(State())

    init(_ http: HTTPClient) { self.http = http }

    /// When the first shard was refused.
    var refusals: [Duration] { state.withLock(\.refusals) }

    /// Knows the kind from now on.
    func open() { state.withLock { $0.isOpen = true } }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let isRefused = state.withLock { state in
            guard !state.isOpen, request.method == .post, request.url.contains("/runcheckpoints")
            else { return false }
            let body = request.body.flatMap { try? JSON(parsing: $0) }
            let name = body?["metadata"]?["name"]?.stringValue ?? ""
            if state.name == nil { state.name = name }
            if state.name == name { state.refusals.append(SystemClock.monotonic()) }
            return true
        }
        guard isRefused else { return try await http.send(request) }
        return HTTPResponse(status: 404, body: Array("404 page not found\n".utf8))
    }

    func open(_ request: HTTPRequest) async throws(HTTPError) -> any TransportStream {
        try await http.open(request)
    }
}

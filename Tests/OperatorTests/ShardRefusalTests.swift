import Executors
import GitOps
import HTTP
import Kubernetes
import Operator
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
        // It says of each shard that there is one already, and has none.
        let shardless = RefusingServer(
            http, answering: 409, "AlreadyExists",
            notes: { $0.method == .get && $0.path.hasSuffix("/workflowruns/large") },
            to: { $0.method == .post && $0.path.hasSuffix("/runcheckpoints") })
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
        try await awaited("eight looks at the run") { shardless.noted.count >= 8 }
        // Waits that double, from 5 ms, with a fifth of jitter.
        let looks = shardless.noted
        #expect(looks[7] - looks[0] > .milliseconds(5 * ((1 << 7) - 1) * 8 / 10))

        // Once they can be stored the run goes on.
        shardless.open()
        try await awaited(
            "the run to end",
            state: {
                let status = try? await plane.client.get(.workflowRuns, run.key).status
                return "\(status?["phase"]?.text ?? "") \(status?["message"]?.text ?? "")"
                    + " after \(shardless.noted.count) looks"
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

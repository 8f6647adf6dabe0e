import Executors
import HTTP
import Kubernetes
import Observability
import Operator
import TestSupport
import Testing

/// What an operator leaves behind when its term is over (law 36).
@Suite(.timeLimit(.minutes(5))) struct OperatorLifetimeTests {
    /// What would be left of an operator.
    private struct Remains {
        weak var work: Operator?
        weak var metrics: MetricRegistry?
        weak var logs: AttemptLogStore?
    }

    @Test func `an operator whose term is over leaves nothing in memory`() async throws {
        let directory = try TemporaryDirectory()
        let plane = try await EmbeddedServer(
            .init(dataDirectory: directory.path, isDurable: false))
        let http = HTTPClient()
        // A server takes and loses the lease many times in its life.
        for _ in 1...2 {
            let remains = try await work(plane.client, http, in: directory.file("operator"))
            #expect(remains.work == nil)
            #expect(remains.metrics == nil)
            #expect(remains.logs == nil)
        }
        await http.shutdown()
        let stopping = Task { try await plane.run() }
        stopping.cancel()
        try await stopping.value
    }

    private func work(
        _ client: KubernetesClient, _ http: HTTPClient, in directory: String
    ) async throws -> Remains {
        let work = Operator(
            client: client,
            configuration: Operator.Configuration(
                dataDirectory: directory, http: http,
                executors: .builtIn(http: http, commands: nil), instance: "lifetime"))
        let term = Task { try await work.run() }
        await work.waitUntilReady()
        term.cancel()
        try await term.value
        return Remains(work: work, metrics: work.metrics, logs: work.logs)
    }
}

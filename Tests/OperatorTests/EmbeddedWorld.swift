import Admission
import GitOps
import Kubernetes
import Observability
import TestSupport
import Values

@testable import Operator

/// A whole server on an embedded plane in memory, for as long as a test lasts.
enum EmbeddedWorld {
    static func key(_ name: String) -> ObjectKey { ObjectKey(namespace: "default", name: name) }

    static func ended(
        _ name: String, _ definition: JSON, on client: KubernetesClient
    ) async throws -> KubernetesObject {
        var run = KubernetesObject(.workflowRuns, key(name))
        run.spec = ["workflowSpec": definition]
        _ = try await client.create(.workflowRuns, run)
        return try await awaited("\(name) to end") {
            let run = try await client.get(.workflowRuns, key(name))
            return RunPhases.hasEnded(run) ? run : nil
        }
    }

    static func with(
        _ redactor: Redactor = Redactor(), in given: TemporaryDirectory? = nil,
        admission: AdmissionConfiguration = AdmissionConfiguration(),
        _ body: (EmbeddedServer) async throws -> Void
    ) async throws {
        let directory = try given ?? TemporaryDirectory()
        var configuration = EmbeddedServer.Configuration(
            dataDirectory: directory.path, isDurable: false, redactor: redactor)
        configuration.admission = admission
        let server = try await EmbeddedServer(configuration)
        let working = Task { try await server.run() }
        let result: Result<Void, any Error>
        do { result = .success(try await body(server)) } catch { result = .failure(error) }
        working.cancel()
        try await working.value
        try result.get()
    }
}

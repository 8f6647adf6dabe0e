import GitOps
import HTTP
import Kubernetes
import POSIX
import TestSupport
import Values

/// A server on one port and data directory, through all of its lives.
final class KilledServer: Sendable {
    let client: KubernetesClient
    private let data: String
    private let port: Int
    private let http: HTTPClient
    private let process: Lives

    private actor Lives {
        var current: ServerProcess

        init(_ first: ServerProcess) { current = first }

        func kill() async { await current.kill() }

        func replace(_ next: ServerProcess) { current = next }
    }

    private init(
        _ client: KubernetesClient, _ data: String, _ port: Int, _ http: HTTPClient,
        _ first: ServerProcess
    ) {
        self.client = client
        self.data = data
        self.port = port
        self.http = http
        process = Lives(first)
    }

    static func play(_ body: (KilledServer) async throws -> Void) async throws {
        let directory = try TemporaryDirectory()
        let http = HTTPClient()
        let result: Result<Void, any Error>
        do {
            let port = try await ReservedPort.find()
            let data = directory.file("data")
            let first = try await ServerProcess.start(data: data, port: port, http: http)
            let server = KilledServer(try await first.client(), data, port, http, first)
            do {
                result = .success(try await body(server))
            } catch {
                result = .failure(error)
            }
            await server.process.kill()
        } catch {
            result = .failure(error)
        }
        await http.shutdown()
        try result.get()
    }

    /// Ends the server as a power cut would, and starts it anew.
    func kill() async throws {
        await process.kill()
        let next = try await ServerProcess.start(data: data, port: port, http: http)
        await process.replace(next)
        _ = try await next.client()
    }

    /// The lines of the audit trail so far.
    func auditTrail() throws -> [JSON] {
        let path = "\(data)/audit.jsonl"
        guard FileSystem.exists(path) else { return [] }
        return try FileSystem.readText(path, maximumBytes: 1 << 20)
            .split(separator: "\n").map { try JSON(parsing: String($0)) }
    }

    func createRun(_ name: String, _ spec: JSON) async throws {
        var object = KubernetesObject(.workflowRuns, key(name))
        object.spec = spec
        _ = try await client.create(.workflowRuns, object)
    }

    func key(_ name: String) -> ObjectKey { ObjectKey(namespace: "default", name: name) }

    /// Waits for so many objects of a type that runs own.
    @discardableResult
    func children(_ type: ResourceType, count: Int) async throws -> [KubernetesObject] {
        try await awaited("\(count) \(type)") {
            let items = try await client.list(type, namespace: "default").items.filter {
                $0.controller?.kind == "WorkflowRun"
            }
            return items.count == count ? items : nil
        }
    }

    /// Approves what a run asks.
    func approve(askedBy run: String) async throws {
        let approval = try await awaited("the approval that \(run) asks for") {
            try await client.list(.approvals, namespace: "default").items.first {
                $0.spec["run"]?["name"]?.stringValue == run
            }
        }
        let decision: JSON = [
            "user": "ada", "decision": "approve", "digest": approval.spec["digest"] ?? .null,
        ]
        _ = try await client.patch(
            .approvals, approval.key, .merge(["spec": ["decisions": [decision]]]))
    }

    /// Waits until a run is in a phase.
    @discardableResult
    func run(_ name: String, is phase: String) async throws -> KubernetesObject {
        try await run(name) { $0.phase == phase }
    }

    /// Waits until a run is as wanted.
    @discardableResult
    func run(
        _ name: String, until holds: (KubernetesObject) -> Bool
    ) async throws -> KubernetesObject {
        try await awaited(
            "the run \(name)",
            state: { (try? await client.get(.workflowRuns, key(name)))?.json.prettyText ?? "none" }
        ) {
            let run = try await client.get(.workflowRuns, key(name))
            return holds(run) ? run : nil
        }
    }
}

import HTTP
import Kubernetes
import Values

/// A real HTTP server that says what a test scripts, for what no API server can be made to do.
final class CannedServer: Sendable {
    struct Request: Sendable {
        var method: String
        var path: String
        var query: [String: String]
        var headers: HTTPHeaders
        var body: JSON?
    }

    private let server: HTTPServer
    private let http = HTTPClient()
    private let log: Shared<[Request]>

    /// Starts a server; its script gets each request and how many came before it.
    init(_ script: @escaping @Sendable (Request, Int) async -> HTTPServerResponse) throws {
        let log = Shared<[Request]>([])
        self.log = log
        server = try HTTPServer(configuration: HTTPServerConfiguration()) { received in
            let request = Request(
                method: received.method.rawValue, path: received.path,
                query: Dictionary(received.query.map { ($0.name, $0.value) }) { first, _ in first },
                headers: received.headers, body: try? JSON(parsing: received.body))
            let count = log.change { log in
                log.append(request)
                return log.count - 1
            }
            return await script(request, count)
        }
    }

    var requests: [Request] { log.value }

    func client(
        _ credentials: KubernetesConfiguration.Credentials = .none, time: TimeSource = .system
    ) -> KubernetesClient {
        KubernetesClient(
            configuration: KubernetesConfiguration(
                server: "http://127.0.0.1:\(server.port)", credentials: credentials),
            http: http, time: time)
    }

    func shutdown() async {
        await server.shutdown()
        await http.shutdown()
    }
}

extension HTTPServerResponse {
    static func json(
        _ json: JSON, status: Int = 200, headers: HTTPHeaders = [:]
    ) -> HTTPServerResponse {
        var headers = headers
        headers["Content-Type"] = "application/json"
        return HTTPServerResponse(status: status, headers: headers, body: .bytes(json.bytes))
    }

    static func status(
        _ status: Int, _ reason: String, headers: HTTPHeaders = [:]
    ) -> HTTPServerResponse {
        json(
            [
                "kind": "Status", "code": .integer(Int64(status)), "reason": .string(reason),
                "message": .string("the server says \(reason)"),
            ], status: status, headers: headers)
    }

    static func list(_ names: [String], at version: Int, continued token: String? = nil)
        -> HTTPServerResponse
    {
        var metadata: JSON = ["resourceVersion": .string(String(version))]
        if let token { metadata["continue"] = .string(token) }
        return json([
            "kind": "ConfigMapList", "metadata": metadata,
            "items": .array(names.map { configMap($0, version).json }),
        ])
    }

    /// A watch that says these events, and then does what the rest does.
    static func watch(
        _ events: [JSON], then rest: @escaping @Sendable (HTTPBodyWriter) async throws -> Void
    ) -> HTTPServerResponse {
        HTTPServerResponse(
            status: 200, headers: ["Content-Type": "application/json"],
            body: .stream { writer in
                for event in events { try await writer.write(event.bytes + [0x0A]) }
                try await rest(writer)
            })
    }
}

/// A ConfigMap as a server would say it.
func configMap(_ name: String, _ version: Int) -> KubernetesObject {
    var object = KubernetesObject(.configMaps, ObjectKey(namespace: "n", name: name))
    object.metadata["resourceVersion"] = .string(String(version))
    object.metadata["uid"] = .string("uid-\(name)")
    return object
}

func watchEvent(_ type: String, _ name: String, _ version: Int) -> JSON {
    ["type": .string(type), "object": configMap(name, version).json]
}

/// Stays until the task is cancelled.
func untilCancelled() async {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
    for await _ in stream {}
    continuation.finish()
}

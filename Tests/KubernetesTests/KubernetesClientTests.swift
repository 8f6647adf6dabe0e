import HTTP
import Kubernetes
import POSIX
import Testing
import Values

@Suite(.timeLimit(.minutes(10))) struct KubernetesClientTests {
    private let key = ObjectKey(namespace: "n", name: "a")

    @Test func `requests name the object, the manager and who asks`() async throws {
        let server = try CannedServer { _, _ in .json(configMap("a", 1).json) }
        let client = server.client(.token("secret")).impersonating(
            Impersonation(serviceAccount: "runner", namespace: "team"))
        _ = try await client.get(.configMaps, key)
        _ = try await client.create(.configMaps, configMap("a", 1))
        _ = try await client.replaceStatus(.pods, configMap("a", 1))
        _ = try await client.patch(
            .configMaps, ObjectKey(namespace: "n", name: "a/b?c"), .apply([:], force: true))
        _ = try await client.get(.namespaces, ObjectKey(name: "x"))
        try await client.delete(
            .configMaps, key,
            options: DeleteOptions(uid: "u", resourceVersion: "7", propagation: .foreground))
        let requests = server.requests
        #expect(
            requests.map { "\($0.method) \($0.path)" } == [
                "GET /api/v1/namespaces/n/configmaps/a", "POST /api/v1/namespaces/n/configmaps",
                "PUT /api/v1/namespaces/n/pods/a/status",
                "PATCH /api/v1/namespaces/n/configmaps/a%2Fb%3Fc", "GET /api/v1/namespaces/x",
                "DELETE /api/v1/namespaces/n/configmaps/a",
            ])
        #expect(requests[1].query["fieldManager"] == "llm-orchestrator")
        #expect(requests[3].headers["Content-Type"] == "application/apply-patch+yaml")
        #expect(requests[3].query["force"] == "true")
        #expect(
            requests[5].body?["preconditions"] == ["uid": "u", "resourceVersion": "7"])
        #expect(requests[5].body?["propagationPolicy"] == "Foreground")
        for request in requests {
            #expect(request.headers["Authorization"] == "Bearer secret")
            #expect(request.headers["User-Agent"] == "llm-orchestrator")
            #expect(
                request.headers["Impersonate-User"] == "system:serviceaccount:team:runner")
            #expect(request.headers.values(of: "Impersonate-Group").count == 3)
        }
        await server.shutdown()
    }

    @Test(arguments: ["", ".", ".."])
    func `a name that would name something else is refused before it is sent`(
        name: String
    ) async throws {
        let server = try CannedServer { _, _ in .json([:]) }
        let client = server.client()
        await #expect(throws: KubernetesError.self) {
            try await client.delete(.configMaps, ObjectKey(namespace: "n", name: name))
        }
        await #expect(throws: KubernetesError.self) {
            try await client.delete(.configMaps, ObjectKey(namespace: name, name: "a"))
        }
        await #expect(throws: KubernetesError.self) {
            try await client.deleteCollection(.configMaps, namespace: "n")
        }
        #expect(server.requests.isEmpty)
        await server.shutdown()
    }

    @Test func `a list whose continue token expired starts again, and then asks for all`()
        async throws
    {
        let server = try CannedServer { request, _ in
            if request.query["continue"] != nil { return .status(410, "Expired") }
            if request.query["limit"] == nil { return .list(["a", "b", "c"], at: 9) }
            return .list(["a"], at: 5, continued: "token")
        }
        let list = try await server.client().list(
            .configMaps, namespace: "n", options: ListOptions(limit: 1))
        #expect(list.items.map(\.name) == ["a", "b", "c"])
        #expect(list.resourceVersion == ResourceVersion("9"))
        #expect(list.items.allSatisfy { $0.kind == "ConfigMap" })
        #expect(server.requests.count == 5)
        await server.shutdown()
    }

    @Test func `a busy server is asked again when it said, even for a mutation`() async throws {
        let time = ManualTime()
        let server = try CannedServer { _, count in
            count < 2
                ? .status(429, "TooManyRequests", headers: ["Retry-After": "3"])
                : .json(configMap("a", 1).json, status: 201)
        }
        let client = server.client(time: time.source)
        async let created = client.create(.configMaps, configMap("a", 1))
        for _ in 0..<2 {
            await eventually { time.sleeperCount == 1 }
            time.advance(by: .seconds(3))
        }
        #expect(try await created.name == "a")
        #expect(server.requests.count == 3)
        await server.shutdown()
    }

    @Test func `what is sent again has what is left of its time`() async throws {
        let time = ManualTime()
        let server = BusyServer()
        let client = KubernetesClient(
            configuration: KubernetesConfiguration(server: "http://api"), http: server,
            time: time.source)
        async let created = client.create(
            .configMaps, configMap("a", 1), options: WriteOptions(timeout: .seconds(4)))
        await eventually { time.sleeperCount == 1 }
        time.advance(by: .seconds(3))
        _ = try await created
        #expect(server.timeouts == [.seconds(4), .seconds(1)])
    }

    @Test(arguments: [
        (429, nil, "POST"), (503, "1", "POST"), (503, nil, "GET"), (409, "1", "GET"),
        (429, "3600", "GET"),
    ])
    func `a request is not repeated where the server did not say that it did nothing`(
        status: Int, retryAfter: String?, method: String
    ) async throws {
        let server = try CannedServer { _, _ in
            .status(status, "", headers: retryAfter.map { ["Retry-After": $0] } ?? [:])
        }
        let client = server.client()
        let error = await #expect(throws: KubernetesError.self) {
            if method == "GET" {
                _ = try await client.get(.configMaps, key)
            } else {
                _ = try await client.create(.configMaps, configMap("a", 1))
            }
        }
        #expect(server.requests.count == 1)
        #expect(error?.status == status)
        #expect(error?.outcomeUnknown == (status == 503 && method == "POST"))
        await server.shutdown()
    }

    @Test func `law 5: a mutation whose reply is lost is unknown, and is sent once`() async throws {
        let server = try CannedServer { _, _ in
            HTTPServerResponse(
                status: 201,
                body: .stream { writer in
                    try await writer.write(Array("{".utf8))
                    throw CancellationError()
                })
        }
        let client = server.client()
        let lost = await #expect(throws: KubernetesError.self) {
            _ = try await client.create(.configMaps, configMap("a", 1))
        }
        #expect(lost?.outcomeUnknown == true)
        #expect(lost?.isTransient == true)
        let read = await #expect(throws: KubernetesError.self) {
            _ = try await client.get(.configMaps, key)
        }
        #expect(read?.outcomeUnknown == false)
        #expect(server.requests.count == 2)
        await server.shutdown()
    }

    @Test func `law 5: a mutation without a reply in time is unknown`() async throws {
        let server = try CannedServer { _, _ in
            await untilCancelled()
            return .json([:])
        }
        let client = server.client()
        let error = await #expect(throws: KubernetesError.self) {
            _ = try await client.replace(
                .configMaps, configMap("a", 1),
                options: WriteOptions(timeout: .milliseconds(100)))
        }
        #expect(error?.code == .timeout)
        #expect(error?.outcomeUnknown == true)
        await server.shutdown()
    }

    @Test func `a token that was renewed in its file is used after a refusal`() async throws {
        let directory = try FileSystem.makeTemporaryDirectory(prefix: "token")
        let file = "\(directory)/token"
        try FileSystem.write(Array("old\n".utf8), to: file)
        let server = try CannedServer { request, _ in
            if request.headers["Authorization"] == "Bearer new" {
                return .json(configMap("a", 1).json)
            }
            try? FileSystem.write(Array("new\n".utf8), to: file)
            return .status(401, "Unauthorized")
        }
        let client = server.client(.tokenFile(file))
        #expect(try await client.get(.configMaps, key).name == "a")
        #expect(server.requests.count == 2)
        await server.shutdown()
        try FileSystem.remove(directory)
    }

    @Test func `discovery finds what the server lacks`() async throws {
        let server = try CannedServer { request, _ in
            switch request.path {
            case "/api/v1":
                .json([
                    "resources": [
                        ["name": "pods", "kind": "Pod", "namespaced": true],
                        ["name": "pods/log", "kind": "Pod", "namespaced": true],
                    ]
                ])
            case "/apis": .json(["groups": [["name": "b.io"], ["name": "a.io"]]])
            case "/version": .json(["gitVersion": "v1.2.3"])
            default: .status(404, "NotFound")
            }
        }
        let client = server.client()
        let missing = try await client.missing(of: [.pods, .leases, .configMaps])
        #expect(missing == [.leases, .configMaps])
        #expect(try await client.groups() == ["a.io", "b.io"])
        #expect(try await client.serverVersion() == "v1.2.3")
        await server.shutdown()
    }

    @Test func `law 35: no error or description shows a credential`() async throws {
        let server = try CannedServer { _, _ in .status(403, "Forbidden") }
        let client = server.client(.token("canary"))
        let error = await #expect(throws: KubernetesError.self) {
            _ = try await client.get(.configMaps, key)
        }
        var dumped = ""
        dump(client.configuration, to: &dumped)
        for text in [
            "\(error.map { "\($0)" } ?? "")", "\(client.configuration)",
            String(reflecting: client.configuration), dumped,
        ] { #expect(!text.contains("canary")) }
        await server.shutdown()
    }
}

/// A server that is busy once, and notes how long it is given.
private final class BusyServer: KubernetesTransport {
    private let noted = Shared<[Duration?]>([])

    var timeouts: [Duration?] { noted.value }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let count = noted.change { noted in
            noted.append(request.timeout)
            return noted.count
        }
        return count == 1
            ? HTTPResponse(status: 429, headers: ["Retry-After": "3"], body: [])
            : HTTPResponse(status: 201, headers: [:], body: request.body ?? [])
    }

    func open(_ request: HTTPRequest) async throws(HTTPError) -> any TransportStream {
        throw HTTPError(code: .cannotConnect, outcomeUnknown: false, message: "no streams here")
    }
}

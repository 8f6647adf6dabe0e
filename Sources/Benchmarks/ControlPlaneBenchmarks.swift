import ControlPlane
import HTTP
import POSIX
import Values

/// Measures the embedded API server through its HTTP interface, durable and in memory.
///
/// 16 clients create objects of about 600 bytes and patch their status; then one lists them all, and
/// 100 watchers are told of changes.
func controlPlaneBenchmarks(report: (String, Double, String) -> Void) async {
    do {
        let directory = try FileSystem.makeTemporaryDirectory(prefix: "control-plane-bench")
        defer { try? FileSystem.remove(directory) }
        for (name, path) in [("memory", nil), ("durable", directory)] as [(String, String?)] {
            let bench = try await ControlPlaneBench(directory: path)
            try await bench.run(name, report)
            await bench.stop()
        }
    } catch {
        report("controlplane.failed: \(error)", 0, "")
    }
}

private final class ControlPlaneBench: Sendable {
    private static let token = "benchmark"
    private static let clients = 16
    private let controlPlane: ControlPlane
    private let server: HTTPServer
    private let client = HTTPClient()
    private let path = "/apis/example.com/v1/namespaces/default/runs"

    init(directory: String?) async throws {
        let controlPlane = try await ControlPlane(
            configuration: ControlPlaneConfiguration(
                dataDirectory: directory, token: ControlPlaneBench.token))
        try await controlPlane.install(customResourceDefinitions: [
            [
                "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
                "metadata": ["name": "runs.example.com"],
                "spec": [
                    "group": "example.com", "scope": "Namespaced",
                    "names": ["plural": "runs", "kind": "Run"],
                    "versions": [
                        [
                            "name": "v1", "served": true, "storage": true,
                            "subresources": ["status": [:]],
                            "schema": [
                                "openAPIV3Schema": [
                                    "type": "object",
                                    "x-kubernetes-preserve-unknown-fields": true,
                                ]
                            ],
                        ]
                    ],
                ],
            ]
        ])
        self.controlPlane = controlPlane
        server = try HTTPServer(configuration: HTTPServerConfiguration()) { request in
            await controlPlane.respond(to: request)
        }
    }

    func stop() async {
        await controlPlane.shutdown()
        await client.shutdown()
        await server.shutdown()
    }

    func run(_ name: String, _ report: (String, Double, String) -> Void) async throws {
        let count = 10_000
        let creating = try await seconds(count) { index in
            try await self.send(
                "POST", "",
                [
                    "apiVersion": "example.com/v1", "kind": "Run",
                    "metadata": ["name": .string("run-\(index)")],
                    "spec": ["workflowRef": ["kind": "Workflow", "name": "w"], "n": 1],
                ])
        }
        report("controlplane.\(name).creates", Double(count) / creating, "objects/s")
        let patching = try await seconds(count) { index in
            try await self.send(
                "PATCH", "/run-\(index)/status",
                [
                    "status": [
                        "phase": "Running", "progress": .string("\(index)/7"),
                        "tasks": ["fetch": ["phase": "Running", "attempt": 1]],
                    ]
                ])
        }
        report("controlplane.\(name).status_patches", Double(count) / patching, "patches/s")
        let clock = ContinuousClock()
        var bytes = 0
        let listing = try await clock.measure { bytes = try await self.list() }
        report("controlplane.\(name).list_10000", listing.seconds * 1000, "ms")
        report("controlplane.\(name).list_10000_bytes", Double(bytes), "B")
        let events = try await fanOut(watchers: 100, changes: 200)
        report("controlplane.\(name).watch_events", events, "events/s")
        let usage = ProcessUsage.current()
        report("controlplane.\(name).resident", Double(usage.residentBytes), "B")
    }

    /// The seconds that so many requests take, made by all clients side by side.
    private func seconds(
        _ count: Int, _ request: @escaping @Sendable (Int) async throws -> Void
    ) async throws -> Double {
        let clock = ContinuousClock()
        let elapsed = try await clock.measure {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for client in 0..<ControlPlaneBench.clients {
                    group.addTask {
                        for index in stride(
                            from: client, to: count, by: ControlPlaneBench.clients)
                        {
                            try await request(index)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        return elapsed.seconds
    }

    private func headers(_ type: String?) -> HTTPHeaders {
        var headers: HTTPHeaders = ["Authorization": "Bearer \(ControlPlaneBench.token)"]
        if let type { headers.add("Content-Type", type) }
        return headers
    }

    private func send(_ method: String, _ suffix: String, _ body: JSON) async throws {
        let type = method == "PATCH" ? "application/merge-patch+json" : "application/json"
        let response = try await client.send(
            HTTPRequest(
                method: HTTPMethod(rawValue: method),
                url: "http://127.0.0.1:\(server.port)\(path)\(suffix)", headers: headers(type),
                body: body.bytes))
        precondition(response.status < 300, String(decoding: response.body, as: UTF8.self))
    }

    private func list() async throws -> Int {
        try await client.send(
            HTTPRequest(url: "http://127.0.0.1:\(server.port)\(path)", headers: headers(nil))
        ).body.count
    }

    /// The events that reach watchers in a second while objects change.
    private func fanOut(watchers: Int, changes: Int) async throws -> Double {
        let clock = ContinuousClock()
        let list = try await client.send(
            HTTPRequest(
                url: "http://127.0.0.1:\(server.port)\(path)?limit=1", headers: headers(nil)))
        let version =
            try JSON(parsing: list.body)["metadata"]?["resourceVersion"]?.stringValue ?? "0"
        var streams: [HTTPResponseStream] = []
        for _ in 0..<watchers {
            let url =
                "http://127.0.0.1:\(server.port)\(path)?watch=true&resourceVersion=\(version)"
            streams.append(
                try await client.stream(HTTPRequest(url: url, headers: headers(nil))))
        }
        let elapsed = try await clock.measure {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for stream in streams {
                    group.addTask {
                        var lines = 0
                        while lines < changes, let bytes = try await stream.next() {
                            lines += bytes.count { $0 == UInt8(ascii: "\n") }
                        }
                    }
                }
                for index in 0..<changes {
                    try await send(
                        "PATCH", "/run-\(index)/status", ["status": ["phase": "Completed"]])
                }
                try await group.waitForAll()
            }
        }
        for stream in streams { stream.cancel() }
        return Double(watchers * changes) / elapsed.seconds
    }
}

extension Duration {
    fileprivate var seconds: Double { Double(nanoseconds) / 1_000_000_000 }
}

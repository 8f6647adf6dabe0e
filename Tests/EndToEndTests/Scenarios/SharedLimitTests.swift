import Executors
import GitOps
import HTTP
import Kubernetes
import Operator
import TestSupport
import Testing
import Values

/// A provider's limits hold for all processes together, whoever dies: counted by the service itself.
@Suite(.timeLimit(.minutes(3))) struct SharedLimitTests {
    private func provider(_ key: ObjectKey, _ url: String, _ limits: JSON) -> KubernetesObject {
        var object = KubernetesObject(.providers, key)
        object.spec = ["type": "http", "endpoint": .string(url), "limits": limits]
        return object
    }

    private func calls(_ count: Int) -> JSON {
        let tasks = (0..<count).map { number -> JSON in
            [
                "id": .string("call\(number)"), "type": "http", "onFailure": "Continue",
                "config": ["provider": "main"], "inputs": ["url": "/work"],
            ]
        }
        return ["workflowSpec": ["tasks": .array(tasks)]]
    }

    /// Whether a task waits for the rate limit, and so all that may be sent has been.
    private func isLimited(_ run: KubernetesObject) -> Bool {
        (run.status["tasks"]?.objectValue ?? [:]).values.contains {
            $0["message"]?.stringValue?.hasPrefix("RateLimited") == true
        }
    }

    @Test func `killed again and again, a server sends no more than its limit`() async throws {
        let limit = 30
        try await HoldingService.with(isOpen: true) { service in
            try await KilledServer.play { server in
                _ = try await server.client.create(
                    .providers,
                    provider(
                        server.key("main"), service.url,
                        ["requestsPerMinute": .integer(Int64(limit))]))
                for life in 1...3 {
                    try await server.createRun("life-\(life)", calls(limit))
                    // The first life sends what may be sent at once; before that it waits as well.
                    try await server.run("life-\(life)") {
                        isLimited($0) && service.arrivals.count > limit / 2
                    }
                    try await server.kill()
                }
                // The last life works too: it gets what comes with time.
                let before = service.arrivals.count
                try await awaited("another request") { service.arrivals.count > before }
            }
            let arrivals = service.arrivals
            #expect(arrivals.count > limit / 2)
            // In no window more than the limit at once and then its rate.
            for (first, start) in arrivals.enumerated() {
                for (last, end) in arrivals.enumerated() where last >= first {
                    let seconds = (end - start) / .seconds(1)
                    let most = Double(limit) + seconds * Double(limit) / 60
                    #expect(Double(last - first + 1) <= most)
                }
            }
        }
    }

    @Test func `two operators together have no more under way than the limit`() async throws {
        try await HoldingService.with { service in
            try await World.with(.embedded, extraOperators: 1) { world in
                _ = try await world.client.create(
                    .providers,
                    provider(world.key("main"), service.url, ["maxConcurrent": 3]))
                let names = (1...4).map { "calls-\($0)" }
                for name in names { try await world.createRun(name, calls(3)) }
                try await awaited("three to be under way") { service.heldCount == 3 }
                var answered = 0
                while answered < 12 {
                    try await awaited("one to be under way") { service.heldCount > 0 }
                    service.answerOne()
                    answered += 1
                }
                service.open()
                for name in names { try await world.run(name, is: "Completed") }
            }
            #expect(service.mostHeld == 3)
        }
    }

    @Test func `an operator that stops gives back what it may have under way`() async throws {
        try await HoldingService.with { service in
            let directory = try TemporaryDirectory()
            let plane = try await EmbeddedServer(
                .init(dataDirectory: directory.path, isDurable: false))
            let http = HTTPClient()
            let stopped = Operator(
                client: plane.client,
                configuration: Operator.Configuration(
                    dataDirectory: directory.file("operator"), http: http,
                    executors: .builtIn(http: http, commands: nil), instance: "stopped",
                    holder: "stopped"))
            let term = Task { try await stopped.run() }
            let main = ObjectKey(namespace: "default", name: "main")
            _ = try await plane.client.create(
                .providers, provider(main, service.url, ["maxConcurrent": 3]))
            var run = KubernetesObject(
                .workflowRuns, ObjectKey(namespace: "default", name: "calls"))
            run.spec = calls(5)
            _ = try await plane.client.create(.workflowRuns, run)
            try await awaited("three to be under way") { service.heldCount == 3 }
            var status = try await plane.client.get(.providers, main).status
            #expect(status["quota"]?["shares"]?[0]?["permits"] == 3)

            term.cancel()
            try await term.value
            status = try await plane.client.get(.providers, main).status
            #expect(status["quota"]?["shares"] == nil)
            await http.shutdown()
            let stopping = Task { try await plane.run() }
            stopping.cancel()
            try await stopping.value
        }
    }
}

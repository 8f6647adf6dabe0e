import HTTP
import Kubernetes
import Testing
import Values

@Suite(.timeLimit(.minutes(10))) struct InformerTests {
    private let quick = Informer.Options(
        namespace: "n", backoff: Backoff(minimum: .milliseconds(1), maximum: .milliseconds(5)))

    /// Runs an informer against a script until a condition on what it saw holds.
    private func follow(
        _ server: CannedServer, time: TimeSource = .system,
        until condition: @escaping @Sendable (ObjectCache, [ObjectChange]) -> Bool
    ) async throws -> (cache: ObjectCache, changes: [ObjectChange], problems: [KubernetesError]) {
        let changes = Shared<[ObjectChange]>([])
        let problems = Shared<[KubernetesError]>([])
        let informer = Informer(
            client: server.client(time: time), type: .configMaps, options: quick, time: time,
            problem: { problem in problems.change { $0.append(problem) } }
        ) { batch in changes.change { $0 += batch } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await informer.run() }
            await eventually { condition(informer.cache, changes.value) }
            group.cancelAll()
            try await group.waitForAll()
        }
        return (informer.cache, changes.value, problems.value)
    }

    @Test func `law 27: a version that is gone in the middle of a watch leads to a new list`()
        async throws
    {
        let server = try CannedServer { request, _ in
            if request.query["watch"] == nil {
                return .list(["a", "b"], at: 5)
            }
            if request.query["resourceVersion"] == "5" {
                let gone: JSON = [
                    "type": "ERROR",
                    "object": ["code": 410, "reason": "Expired", "message": "old"],
                ]
                return .watch([watchEvent("MODIFIED", "a", 6), gone]) { _ in }
            }
            return .watch([]) { _ in await untilCancelled() }
        }
        // The second list is older than the event: it is refused, and the cache stays ahead.
        let (cache, changes, problems) = try await follow(server) { _, _ in
            server.requests.count { $0.query["watch"] == nil } >= 3
        }
        #expect(cache.version == ResourceVersion("6"))
        #expect(cache.object(ObjectKey(namespace: "n", name: "a")) == configMap("a", 6))
        #expect(changes.count == 3)
        #expect(problems.first?.code == .gone)
        await server.shutdown()
    }

    @Test func `a list after a gone version tells of what was deleted meanwhile, once`()
        async throws
    {
        let server = try CannedServer { request, count in
            if request.query["watch"] == nil {
                return count == 0 ? .list(["a", "b"], at: 5) : .list(["b", "c"], at: 9)
            }
            if request.query["resourceVersion"] == "5" { return .status(410, "Expired") }
            return .watch([watchEvent("ADDED", "d", 10)]) { _ in await untilCancelled() }
        }
        let (cache, changes, _) = try await follow(server) { cache, _ in cache.count == 3 }
        #expect(cache.keys.map(\.name) == ["b", "c", "d"])
        #expect(
            changes.filter { if case .deleted = $0 { true } else { false } } == [
                .deleted(configMap("a", 5))
            ])
        await server.shutdown()
    }

    @Test func `law 25: a stream cut inside an event goes on from the last whole one`()
        async throws
    {
        // A connection that is cut takes with it what was sent and not yet read: the cut comes after the
        // first event was seen.
        let (seen, see) = AsyncStream.makeStream(of: Void.self)
        let server = try CannedServer { request, _ in
            guard request.query["watch"] != nil else { return .list([], at: 5) }
            switch request.query["resourceVersion"] {
            case "5":
                return .watch([watchEvent("ADDED", "a", 6)]) { writer in
                    let event = watchEvent("ADDED", "b", 7).bytes
                    try await writer.write(Array(event.prefix(event.count / 2)))
                    for await _ in seen { break }
                    throw CancellationError()
                }
            case "6":
                return .watch([watchEvent("ADDED", "b", 7)]) { _ in await untilCancelled() }
            default: return .status(500, "InternalError")
            }
        }
        let (cache, changes, _) = try await follow(server) { cache, _ in
            if cache.count == 1 { see.yield() }
            return cache.count == 2
        }
        #expect(cache.keys.map(\.name) == ["a", "b"])
        #expect(changes.count == 2)
        #expect(server.requests.count { $0.query["watch"] == nil } == 1)
        await server.shutdown()
    }

    @Test func `law 27: a silent watch is closed by us, and a new one is opened`() async throws {
        let server = try CannedServer { request, _ in
            guard request.query["watch"] != nil else { return .list([], at: 5) }
            return .watch([watchEvent("ADDED", "a", 6)]) { _ in await untilCancelled() }
        }
        let client = server.client()
        let stream = try await client.watch(
            .configMaps, namespace: "n",
            options: WatchOptions(resourceVersion: "5", idleTimeout: .milliseconds(200)))
        #expect(try await stream.next()?.count == 1)
        let error = await #expect(throws: KubernetesError.self) { _ = try await stream.next() }
        #expect(error?.code == .timeout)
        await server.shutdown()
    }

    @Test func `bookmarks and events resume from where they were, and pages are one swap`()
        async throws
    {
        let server = try CannedServer { request, _ in
            if request.query["watch"] == nil {
                return request.query["continue"] == nil
                    ? .list(["a"], at: 5, continued: "more") : .list(["b"], at: 5)
            }
            switch request.query["resourceVersion"] {
            case "5":
                return .watch([
                    watchEvent("DELETED", "a", 6),
                    ["type": "BOOKMARK", "object": ["metadata": ["resourceVersion": "50"]]],
                ]) { _ in }
            case "50":
                return .watch([watchEvent("MODIFIED", "b", 51)]) { _ in await untilCancelled() }
            default: return .status(500, "InternalError")
            }
        }
        let (cache, changes, _) = try await follow(server) { cache, _ in
            cache.version == ResourceVersion("51")
        }
        #expect(cache.objects == [configMap("b", 51)])
        #expect(
            changes == [
                .added(configMap("a", 5)), .added(configMap("b", 5)), .deleted(configMap("a", 6)),
                .updated(old: configMap("b", 5), new: configMap("b", 51)),
            ])
        await server.shutdown()
    }

    @Test func `waiting for the first list ends with it, or with the task`() async throws {
        let server = try CannedServer { request, _ in
            guard request.query["watch"] != nil else { return .list(["a"], at: 5) }
            return .watch([]) { _ in await untilCancelled() }
        }
        let informer = Informer(
            client: server.client(), type: .configMaps, options: quick, handler: { _ in })
        let early = Task { await informer.waitUntilSynced() }
        early.cancel()
        await early.value
        #expect(!informer.hasSynced)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await informer.run() }
            await informer.waitUntilSynced()
            #expect(informer.cache.count == 1)
            group.cancelAll()
            try await group.waitForAll()
        }
        await server.shutdown()
    }
}

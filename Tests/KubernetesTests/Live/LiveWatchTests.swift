import Kubernetes
import Testing
import Values

@Suite(
    .enabled(if: LiveServer.kubeconfig != nil, LiveServer.reason), .timeLimit(.minutes(10)))
struct LiveWatchTests {
    @Test func `a watch tells of every change after its version, in order`() async throws {
        try await LiveServer.with { client, scope in
            let start = try await client.list(
                .configMaps, namespace: "default",
                options: ListOptions(labelSelector: scope.selector))
            let stream = try await client.watch(
                .configMaps, namespace: "default",
                options: WatchOptions(
                    resourceVersion: start.resourceVersion.description,
                    labelSelector: scope.selector))
            let created = try await client.create(.configMaps, scope.configMap("a"))
            let patched = try await client.patch(
                .configMaps, scope.key("a"), .merge(["data": ["x": "1"]]))
            try await client.delete(.configMaps, scope.key("a"))
            var events: [WatchEvent] = []
            while events.count < 3, let more = try await stream.next() { events += more }
            stream.cancel()
            #expect(events.prefix(2) == [.added(created), .modified(patched)])
            guard case .deleted(let last)? = events.last else {
                Issue.record("no delete: \(events)")
                return
            }
            // A delete has a version of its own, by which it can be told from an older event.
            let version = try #require(last.resourceVersion)
            #expect(patched.resourceVersion?.isOlder(than: version) == true)
        }
    }

    @Test func `the server ends a watch when its time is over`() async throws {
        try await LiveServer.with { client, scope in
            let start = try await client.list(
                .configMaps, namespace: "default",
                options: ListOptions(labelSelector: scope.selector))
            let stream = try await client.watch(
                .configMaps, namespace: "default",
                options: WatchOptions(
                    resourceVersion: start.resourceVersion.description,
                    labelSelector: scope.selector, timeout: .seconds(1)))
            while let events = try await stream.next() {
                for event in events {
                    guard case .bookmark = event else {
                        Issue.record("an event of another test: \(event)")
                        return
                    }
                }
            }
        }
    }

    @Test func `a watch from a version of long ago is gone, or tells everything since`()
        async throws
    {
        try await LiveServer.with { client, scope in
            _ = try await client.create(.configMaps, scope.configMap("a"))
            do {
                let stream = try await client.watch(
                    .configMaps, namespace: "default",
                    options: WatchOptions(
                        resourceVersion: "1", labelSelector: scope.selector, timeout: .seconds(5)))
                let first = try await stream.next()?.first
                stream.cancel()
                switch first {
                case .failed(let error)?: #expect(error.code == .gone)
                case .added(let object)?: #expect(object.key == scope.key("a"))
                default: Issue.record("neither: \(String(describing: first))")
                }
            } catch let error as KubernetesError {
                #expect(error.code == .gone)
            }
        }
    }

    @Test func `laws 23 and 25: an informer ends up with what the server has`() async throws {
        try await LiveServer.with { client, scope in
            for number in 0..<5 {
                _ = try await client.create(.configMaps, scope.configMap("old-\(number)"))
            }
            let cache = ObjectCache()
            let changed = Shared(0)
            let informer = Informer(
                client: client, type: .configMaps, cache: cache,
                options: .init(namespace: "default", labelSelector: scope.selector, pageSize: 2)
            ) { batch in changed.change { $0 += batch.count } }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await informer.run() }
                await informer.waitUntilSynced()
                #expect(cache.count == 5)
                for number in 0..<20 {
                    let object = try await client.create(
                        .configMaps, scope.configMap("new-\(number)"))
                    cache.recordWrite(object)
                    await eventually { cache.isCurrent(object.key) }
                    #expect(cache.object(object.key)?.uid == object.uid)
                }
                try await client.deleteCollection(
                    .configMaps, namespace: "default", labelSelector: scope.selector)
                await eventually { cache.count == 0 }
                #expect(changed.value == 50)
                group.cancelAll()
                try await group.waitForAll()
            }
        }
    }

    @Test func `bookmarks move a quiet watch on`() async throws {
        try await LiveServer.with { client, scope in
            let start = try await client.list(
                .configMaps, namespace: "default",
                options: ListOptions(labelSelector: scope.selector))
            let stream = try await client.watch(
                .configMaps, namespace: "default",
                options: WatchOptions(
                    resourceVersion: start.resourceVersion.description,
                    labelSelector: scope.selector, timeout: .seconds(5)))
            // Something else changes, which this watch does not select.
            var other = scope.configMap("other")
            other.labels = ["live-test": .string("\(scope.id)x")]
            let changed = try await client.create(.configMaps, other)
            var seen: ResourceVersion?
            while seen == nil, let events = try await stream.next() {
                if case .bookmark(let version)? = events.first { seen = version }
            }
            stream.cancel()
            try await client.delete(.configMaps, changed.key)
            let version = try #require(seen)
            #expect(start.resourceVersion.isNotNewer(than: version))
        }
    }
}

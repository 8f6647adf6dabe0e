import HTTP
import Kubernetes
import Testing
import Values

/// Objects that somebody wrote and that cannot be read: they hide no others.
@Suite(.timeLimit(.minutes(10))) struct UnreadableObjectTests {
    /// The text of a ConfigMap of as many levels.
    private static func nested(_ levels: Int, _ name: String, _ version: Int) -> String {
        var object = configMap(name, version).json
        object["data"] = "HERE"
        let deep =
            String(repeating: "[", count: levels - 1) + String(repeating: "]", count: levels - 1)
        return object.text.replacing("\"HERE\"", with: deep)
    }

    private static func list(_ items: [String], at version: Int) -> HTTPServerResponse {
        let text =
            "{\"kind\":\"ConfigMapList\",\"metadata\":{\"resourceVersion\":\"\(version)\"},"
            + "\"items\":[\(items.joined(separator: ","))]}"
        return HTTPServerResponse(
            status: 200, headers: ["Content-Type": "application/json"],
            body: .bytes(Array(text.utf8)))
    }

    private static let key = ObjectKey(namespace: "n", name: "deep")

    @Test func `a list leaves out what cannot be read, and names it`() async throws {
        let server = try CannedServer { _, _ in
            Self.list(
                [
                    configMap("a", 1).json.text, Self.nested(513, "deep", 2),
                    Self.nested(511, "b", 3),
                ],
                at: 9)
        }
        let list = try await server.client().list(.configMaps, namespace: "n")
        #expect(list.items.map(\.name) == ["a", "b"])
        #expect(list.items.allSatisfy { $0.kind == "ConfigMap" })
        #expect(list.unreadable.map(\.key) == [Self.key])
        #expect(list.unreadable.first?.uid == "uid-deep")
        #expect(list.unreadable.first?.resourceVersion == ResourceVersion("2"))
        #expect(list.resourceVersion == ResourceVersion("9"))
        await server.shutdown()
    }

    @Test func `a watch goes on past events that cannot be read`() throws {
        var decoder = WatchDecoder(operation: "watch")
        var events: [WatchEvent] = []
        for (type, version) in [("ADDED", 1), ("MODIFIED", 2), ("DELETED", 3)] {
            let line = "{\"type\":\"\(type)\",\"object\":\(Self.nested(600, "deep", version))}\n"
            try decoder.decode(Array(line.utf8), into: &events)
        }
        try decoder.decode(watchEvent("ADDED", "a", 4).bytes + [0x0A], into: &events)
        #expect(events.map(\.resourceVersion) == (1...4).map { ResourceVersion("\($0)") })
        let deleted = events.map { event -> Bool? in
            guard case .unreadable(let object, let isDeleted) = event, object.key == Self.key
            else { return nil }
            return isDeleted
        }
        #expect(deleted == [false, false, true, nil])
    }

    @Test
    func `an informer follows all others, and keeps what it knew of one that became unreadable`()
        async throws
    {
        let server = try CannedServer { request, count in
            if request.query["watch"] == nil {
                return Self.list(
                    count == 0
                        ? [configMap("deep", 1).json.text, Self.nested(600, "other", 2)]
                        : [Self.nested(600, "deep", 6), configMap("b", 7).json.text], at: 5 + count)
            }
            if request.query["resourceVersion"] == "5" {
                let line = "{\"type\":\"MODIFIED\",\"object\":\(Self.nested(600, "deep", 6))}\n"
                return HTTPServerResponse(
                    status: 200, headers: ["Content-Type": "application/json"],
                    body: .stream { writer in
                        try await writer.write(Array(line.utf8))
                        try await writer.write(watchEvent("ADDED", "a", 7).bytes + [0x0A])
                        let gone: JSON = ["type": "ERROR", "object": ["code": 410]]
                        try await writer.write(gone.bytes + [0x0A])
                    })
            }
            return .watch([]) { _ in await untilCancelled() }
        }
        let problems = Shared<[KubernetesError]>([])
        let informer = Informer(
            client: server.client(), type: .configMaps,
            options: Informer.Options(
                namespace: "n",
                backoff: Backoff(minimum: .milliseconds(1), maximum: .milliseconds(5))),
            problem: { problem in problems.change { $0.append(problem) } }, handler: { _ in })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await informer.run() }
            await eventually {
                informer.cache.object(ObjectKey(namespace: "n", name: "b")) != nil
            }
            group.cancelAll()
            try await group.waitForAll()
        }
        #expect(informer.cache.keys.map(\.name) == ["b", "deep"])
        #expect(informer.cache.object(Self.key) == configMap("deep", 1))
        let told = problems.value.map(\.description)
        #expect(told.contains { $0.contains("n/other") && $0.contains("512 levels") }, "\(told)")
        #expect(told.contains { $0.contains("watch") && $0.contains("n/deep") }, "\(told)")
        await server.shutdown()
    }

    @Test func `one that was replaced by another that cannot be read is gone`() throws {
        var decoder = WatchDecoder(operation: "watch")
        var events: [WatchEvent] = []
        try decoder.decode(watchEvent("ADDED", "deep", 1).bytes + [0x0A], into: &events)
        let other = Self.nested(600, "deep", 2).replacing("uid-deep", with: "uid-other")
        let line = "{\"type\":\"ADDED\",\"object\":\(other)}\n"
        try decoder.decode(Array(line.utf8), into: &events)
        var store = ObjectStore()
        _ = store.replace(with: [], at: ResourceVersion("0"))
        let changes = store.apply(events)
        #expect(changes == [.added(configMap("deep", 1)), .deleted(configMap("deep", 1))])
        #expect(store.count == 0)
    }

    /// What a watch tells of the object that cannot be read, with that UID.
    private static func event(_ type: String, _ uid: String, _ version: Int) throws -> WatchEvent {
        var decoder = WatchDecoder(operation: "watch")
        var events: [WatchEvent] = []
        let object = nested(600, "deep", version).replacing("uid-deep", with: uid)
        try decoder.decode(
            Array("{\"type\":\"\(type)\",\"object\":\(object)}\n".utf8), into: &events)
        return try #require(events.first)
    }

    /// The object that cannot be read, with that UID, as a list has it.
    private static func object(_ uid: String, _ version: Int) throws -> UnreadableObject {
        let event = try event("ADDED", uid, version)
        guard case .unreadable(let object, _) = event else { return try #require(nil) }
        return object
    }

    /// An empty store that knows of an object that we made under its key.
    private static func knowing(_ made: KubernetesObject) -> ObjectStore {
        var store = ObjectStore()
        _ = store.replace(with: [], at: ResourceVersion("1"))
        store.recordWrite(made)
        return store
    }

    @Test(arguments: ["MODIFIED", "DELETED"])
    func `what becomes of an earlier one says nothing of one that we made since`(
        type: String
    ) throws {
        let made = configMap("deep", 4)
        var store = Self.knowing(made)
        #expect(store.apply([try Self.event(type, "uid-earlier", 3)]).isEmpty)
        // It is still waited for.
        #expect(store.replace(with: [], at: ResourceVersion("5")) == [.deleted(made)])
    }

    @Test func `the end of one that we made is told, though it cannot be read`() throws {
        let made = configMap("deep", 4)
        var store = Self.knowing(made)
        #expect(store.apply([try Self.event("ADDED", "uid-deep", 4)]).isEmpty)
        let there = store.replace(
            with: [], besides: [try Self.object("uid-deep", 4)], at: ResourceVersion("5"))
        #expect(there?.isEmpty == true)
        #expect(store.apply([try Self.event("DELETED", "uid-deep", 6)]) == [.deleted(made)])
        #expect(store.replace(with: [], at: ResourceVersion("7"))?.isEmpty == true)
    }

    @Test func `one that we made is gone where a list has another that cannot be read`() throws {
        let made = configMap("deep", 4)
        var store = Self.knowing(made)
        let other = [try Self.object("uid-other", 6)]
        #expect(
            store.replace(with: [], besides: other, at: ResourceVersion("7")) == [.deleted(made)])
        #expect(store.replace(with: [], at: ResourceVersion("8"))?.isEmpty == true)
    }
}

import Kubernetes
import TestSupport
import Testing
import Values

@Suite(
    .enabled(if: LiveServer.kubeconfig != nil, LiveServer.reason), .timeLimit(.minutes(10)))
struct LiveObjectTests {
    @Test func `an object is created, read, replaced and deleted`() async throws {
        try await LiveServer.with { client, scope in
            let created = try await client.create(
                .configMaps, scope.configMap("a", data: ["x": "1"]))
            #expect(created.uid != nil)
            var read = try await client.get(.configMaps, scope.key("a"))
            #expect(read == created)
            read.json["data"] = ["x": "2"]
            let replaced = try await client.replace(.configMaps, read)
            #expect(replaced.json["data"] == ["x": "2"])
            #expect(replaced.uid == created.uid)
            let before = try #require(created.resourceVersion)
            let after = try #require(replaced.resourceVersion)
            #expect(before.isOlder(than: after))
            try await client.delete(.configMaps, scope.key("a"))
            let error = await #expect(throws: KubernetesError.self) {
                _ = try await client.get(.configMaps, scope.key("a"))
            }
            #expect(error?.code == .notFound)
        }
    }

    @Test func `law 2: a name that is taken is told apart from any other conflict`() async throws {
        try await LiveServer.with { client, scope in
            _ = try await client.create(.configMaps, scope.configMap("a"))
            let error = await #expect(throws: KubernetesError.self) {
                _ = try await client.create(.configMaps, scope.configMap("a"))
            }
            #expect(error?.code == .alreadyExists)
            #expect(error?.status == 409)
        }
    }

    @Test func `law 22: a replace of an older version is a conflict and changes nothing`()
        async throws
    {
        try await LiveServer.with { client, scope in
            var old = try await client.create(.configMaps, scope.configMap("a"))
            var new = old
            new.json["data"] = ["x": "new"]
            new = try await client.replace(.configMaps, new)
            old.json["data"] = ["x": "old"]
            let error = await #expect(throws: KubernetesError.self) {
                _ = try await client.replace(.configMaps, old)
            }
            #expect(error?.code == .conflict)
            #expect(try await client.get(.configMaps, scope.key("a")) == new)
        }
    }

    @Test func `law 22: a merge patch with an older version is a conflict`() async throws {
        try await LiveServer.with { client, scope in
            let old = try await client.create(
                .configMaps, scope.configMap("a", data: ["x": "1", "y": "2"]))
            let patched = try await client.patch(
                .configMaps, scope.key("a"), .merge(["data": ["x": nil, "z": "3"]]))
            #expect(patched.json["data"] == ["y": "2", "z": "3"])
            let version = try #require(old.resourceVersion?.description)
            let error = await #expect(throws: KubernetesError.self) {
                _ = try await client.patch(
                    .configMaps, scope.key("a"),
                    .merge([
                        "metadata": ["resourceVersion": .string(version)], "data": ["x": "9"],
                    ]))
            }
            #expect(error?.code == .conflict)
        }
    }

    @Test func `a JSON patch is all or nothing`() async throws {
        try await LiveServer.with { client, scope in
            _ = try await client.create(.configMaps, scope.configMap("a", data: ["x": "1"]))
            let patched = try await client.patch(
                .configMaps, scope.key("a"),
                .json([
                    ["op": "test", "path": "/data/x", "value": "1"],
                    ["op": "replace", "path": "/data/x", "value": "2"],
                ]))
            #expect(patched.json["data"] == ["x": "2"])
            let error = await #expect(throws: KubernetesError.self) {
                _ = try await client.patch(
                    .configMaps, scope.key("a"),
                    .json([
                        ["op": "replace", "path": "/data/x", "value": "3"],
                        ["op": "test", "path": "/data/x", "value": "1"],
                    ]))
            }
            #expect(error?.isTransient == false)
            let read = try await client.get(.configMaps, scope.key("a"))
            #expect(read.json["data"] == ["x": "2"])
        }
    }

    @Test func `an apply creates, owns its fields, and takes over only by force`() async throws {
        try await LiveServer.with { client, scope in
            func intent(_ data: JSON) -> JSON { scope.configMap("a", data: data).json }
            let key = scope.key("a")
            let first = try await client.patch(
                .configMaps, key, .apply(intent(["x": "1", "y": "1"]), force: false))
            #expect(first.json["data"] == ["x": "1", "y": "1"])
            // What is no longer applied goes.
            let second = try await client.patch(
                .configMaps, key, .apply(intent(["x": "1"]), force: false))
            #expect(second.json["data"] == ["x": "1"])
            let other = WriteOptions(fieldManager: "somebody-else")
            let error = await #expect(throws: KubernetesError.self) {
                _ = try await client.patch(
                    .configMaps, key, .apply(intent(["x": "2"]), force: false), options: other)
            }
            #expect(error?.code == .conflict)
            #expect(error?.causes.isEmpty == false)
            let forced = try await client.patch(
                .configMaps, key, .apply(intent(["x": "2"]), force: true), options: other)
            #expect(forced.json["data"] == ["x": "2"])
        }
    }

    @Test func `law 22: a delete with another's UID or an older version changes nothing`()
        async throws
    {
        try await LiveServer.with { client, scope in
            let old = try await client.create(.configMaps, scope.configMap("a"))
            let new = try await client.patch(
                .configMaps, scope.key("a"), .merge(["data": ["x": "1"]]))
            for options in [
                DeleteOptions(uid: "00000000-0000-0000-0000-000000000000"),
                DeleteOptions(uid: new.uid, resourceVersion: old.resourceVersion?.description),
            ] {
                let error = await #expect(throws: KubernetesError.self) {
                    try await client.delete(.configMaps, scope.key("a"), options: options)
                }
                #expect(error?.code == .conflict)
            }
            try await client.delete(
                .configMaps, scope.key("a"),
                options: DeleteOptions(
                    uid: new.uid, resourceVersion: new.resourceVersion?.description,
                    propagation: .background))
        }
    }

    @Test func `a finalizer keeps a deleted object until it is taken off`() async throws {
        try await LiveServer.with { client, scope in
            var object = scope.configMap("a")
            object.finalizers = ["test.orchestrator.llm/hold"]
            _ = try await client.create(.configMaps, object)
            try await client.delete(.configMaps, scope.key("a"))
            let held = try await client.get(.configMaps, scope.key("a"))
            #expect(held.isDeleting)
            _ = try await client.patch(
                .configMaps, scope.key("a"), .merge(["metadata": ["finalizers": nil]]))
            let error = await #expect(throws: KubernetesError.self) {
                _ = try await client.get(.configMaps, scope.key("a"))
            }
            #expect(error?.code == .notFound)
        }
    }

    @Test func `1,200 objects are listed in pages that show one version`() async throws {
        try await LiveServer.with { client, scope in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<12 {
                    group.addTask {
                        for number in 0..<100 {
                            _ = try await client.create(
                                .configMaps, scope.configMap("\(worker)-\(number)"))
                        }
                    }
                }
                try await group.waitForAll()
            }
            let options = ListOptions(labelSelector: scope.selector, limit: 500)
            let page = try await client.listPage(
                .configMaps, namespace: "default", options: options)
            #expect(page.items.count == 500)
            #expect(page.continueToken != nil)
            // What comes after the first page was asked for is not in the later ones.
            _ = try await client.create(.configMaps, scope.configMap("late"))
            var rest = options
            rest.continueToken = page.continueToken
            var names = page.items.map(\.name)
            while rest.continueToken != nil {
                let next = try await client.listPage(
                    .configMaps, namespace: "default", options: rest)
                #expect(next.resourceVersion == page.resourceVersion)
                names += next.items.map(\.name)
                rest.continueToken = next.continueToken
            }
            #expect(Set(names).count == 1200)
            #expect(names.count == 1200)
            let all = try await client.list(
                .configMaps, namespace: "default", options: options)
            #expect(all.items.count == 1201)
        }
    }

    @Test(arguments: ["default", "kube-public", "kube-system"])
    func `a namespace that clients count on cannot be deleted`(name: String) async throws {
        try await LiveServer.with([]) { client, _ in
            let error = await #expect(throws: KubernetesError.self) {
                try await client.delete(.namespaces, ObjectKey(name: name))
            }
            #expect(error?.code == .forbidden)
            #expect(error?.message.contains("this namespace may not be deleted") == true)
        }
    }

    @Test func `a replacement does not take off what holds a namespace`() async throws {
        try await LiveServer.with([]) { client, scope in
            var namespace = KubernetesObject(
                .namespaces, ObjectKey(name: "live-\(scope.id)"))
            _ = try await client.create(.namespaces, namespace)
            namespace = try await client.replace(.namespaces, namespace)
            #expect(namespace.spec == ["finalizers": ["kubernetes"]])
            namespace.spec = ["finalizers": ["example.com/hold"]]
            namespace = try await client.replace(.namespaces, namespace, subresource: "finalize")
            #expect(namespace.spec == ["finalizers": ["example.com/hold"]])
            namespace.spec = ["finalizers": []]
            _ = try await client.replace(.namespaces, namespace, subresource: "finalize")
            try await client.delete(.namespaces, ObjectKey(name: "live-\(scope.id)"))
        }
    }

    @Test func `a namespace that nothing holds when it is deleted ends`() async throws {
        try await LiveServer.with([]) { client, scope in
            let key = ObjectKey(name: "live-\(scope.id)")
            var namespace = KubernetesObject(.namespaces, key)
            _ = try await client.create(.namespaces, namespace)
            namespace.spec = [:]
            _ = try await client.replace(.namespaces, namespace, subresource: "finalize")
            try await client.delete(.namespaces, key)
            try await awaited("its end") {
                do {
                    // The real server lets it go with the next request to delete it.
                    try await client.delete(.namespaces, key)
                    return false
                } catch let error as KubernetesError where error.code == .notFound {
                    return true
                }
            }
        }
    }

    @Test func `the copies of a JSON patch are bounded`() async throws {
        try await LiveServer.with { client, scope in
            let text = JSON.string(String(repeating: "x", count: 300_000))
            _ = try await client.create(.configMaps, scope.configMap("a", data: ["text": text]))
            let copies = (0..<11).map { index -> JSON in
                ["op": "copy", "from": "/data", "path": .string("/copy\(index)")]
            }
            let error = await #expect(throws: KubernetesError.self) {
                _ = try await client.patch(.configMaps, scope.key("a"), .json(copies))
            }
            #expect(error?.code == .invalid)
        }
    }
}

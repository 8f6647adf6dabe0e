import Kubernetes
import TestSupport
import Testing
import Values

@Suite(
    .enabled(if: LiveServer.kubeconfig != nil, LiveServer.reason), .timeLimit(.minutes(10)))
struct LiveCustomResourceTests {
    /// Makes sure that the server has the tests' own kind.
    private func install(_ client: KubernetesClient) async throws {
        do {
            _ = try await client.create(
                .customResourceDefinitions, KubernetesObject(ResourceType.widgetDefinition))
        } catch let error where error.code == .alreadyExists {}
        while try await !client.missing(of: [.widgets]).isEmpty { await Task.yield() }
        // Discovery is ahead of the endpoint for a moment.
        while true {
            do {
                _ = try await client.list(.widgets, namespace: "default")
                return
            } catch let error where error.code == .notFound {
                await Task.yield()
            }
        }
    }

    @Test func `spec and status are written apart from each other`() async throws {
        try await LiveServer.with([]) { client, scope in
            try await install(client)
            var widget = scope.object(.widgets, "a") {
                $0.spec = ["size": 1]
                $0.status = ["phase": "Ignored"]
            }
            widget = try await client.create(.widgets, widget)
            #expect(widget.json["status"] == nil)
            #expect(widget.generation == 1)
            widget.status = ["phase": "Running"]
            widget.spec = ["size": 9]
            let status = try await client.replaceStatus(.widgets, widget)
            #expect(status.status == ["phase": "Running"])
            #expect(status.spec == ["size": 1])
            #expect(status.generation == 1)
            let patched = try await client.patch(
                .widgets, scope.key("a"),
                .merge([
                    "metadata": [
                        "resourceVersion": .string(status.resourceVersion?.description ?? "")
                    ], "status": ["counts": ["done": 3]],
                ]), subresource: "status")
            #expect(patched.status == ["counts": ["done": 3], "phase": "Running"])
            let stale = await #expect(throws: KubernetesError.self) {
                _ = try await client.replaceStatus(.widgets, widget)
            }
            #expect(stale?.code == .conflict)
            var resized = patched
            resized.spec = ["size": 2]
            resized.status = ["phase": "Ignored"]
            resized = try await client.replace(.widgets, resized)
            #expect(resized.generation == 2)
            #expect(resized.status["phase"] == "Running")
            try await client.delete(
                .widgets, scope.key("a"), options: DeleteOptions(uid: widget.uid))
        }
    }

    @Test func `an object that breaks its schema is refused with the fields`() async throws {
        try await LiveServer.with([]) { client, scope in
            try await install(client)
            let error = await #expect(throws: KubernetesError.self) {
                _ = try await client.create(
                    .widgets, scope.object(.widgets, "a") { $0.spec = ["size": 0, "name": 7] })
            }
            #expect(error?.code == .invalid)
            #expect(error?.isTransient == false)
            #expect(error?.causes.contains { $0.field.contains("spec.name") } == true)
        }
    }

    @Test func `a kind that is not there is found missing`() async throws {
        try await LiveServer.with([]) { client, _ in
            let other = ResourceType(
                group: "nowhere.orchestrator.llm", version: "v1", plural: "things", kind: "Thing",
                namespaced: true)
            let missing = try await client.missing(of: [.configMaps, other])
            #expect(missing == [other])
            let error = await #expect(throws: KubernetesError.self) {
                _ = try await client.list(other, namespace: "default")
            }
            #expect(error?.code == .unknownPath)
        }
    }

    @Test func `law 22: a replacement that names no version is refused`() async throws {
        try await LiveServer.with([]) { client, scope in
            try await install(client)
            let seen = try await client.create(
                .widgets, scope.object(.widgets, "a") { $0.spec = ["size": 1] })
            let blind = scope.object(.widgets, "a") { $0.spec = ["size": 2] }
            let error = await #expect(throws: KubernetesError.self) {
                _ = try await client.replace(.widgets, blind)
            }
            #expect(error?.code == .invalid)
            #expect(error?.causes.map(\.field) == ["metadata.resourceVersion"])
            #expect(try await client.get(.widgets, scope.key("a")) == seen)
            try await client.delete(.widgets, scope.key("a"))
        }
    }

    @Test func `who applies a status owns it`() async throws {
        try await LiveServer.with([]) { client, scope in
            try await install(client)
            _ = try await client.create(
                .widgets, scope.object(.widgets, "a") { $0.spec = ["size": 1] })
            func apply(_ counts: JSON, by manager: String) async throws -> KubernetesObject {
                let widget = KubernetesObject([
                    "apiVersion": "test.orchestrator.llm/v1", "kind": "Widget",
                    "metadata": ["name": .string(scope.key("a").name)],
                    "status": ["counts": counts],
                ])
                return try await client.patch(
                    .widgets, scope.key("a"), .apply(widget.json, force: false),
                    subresource: "status", options: WriteOptions(fieldManager: manager))
            }
            let both = try await apply(["x": 1, "y": 2], by: "one")
            #expect(both.status == ["counts": ["x": 1, "y": 2]])
            let one = try await apply(["x": 1], by: "one")
            #expect(one.status == ["counts": ["x": 1]])
            let error = await #expect(throws: KubernetesError.self) {
                _ = try await apply(["x": 2], by: "two")
            }
            #expect(error?.code == .conflict)
            try await client.delete(.widgets, scope.key("a"))
        }
    }

    @Test func `a kind that goes takes nothing new`() async throws {
        let kind = ResourceType(
            group: "test.orchestrator.llm", version: "v1", plural: "gizmos", kind: "Gizmo",
            namespaced: true)
        var definition = ResourceType.widgetDefinition
        definition[["metadata", "name"]] = "gizmos.test.orchestrator.llm"
        definition[["spec", "names"]] = ["kind": "Gizmo", "plural": "gizmos"]
        try await LiveServer.with([]) { [definition] client, scope in
            _ = try await client.create(
                .customResourceDefinitions, KubernetesObject(definition))
            let held = scope.object(kind, "held") {
                $0.spec = ["size": 1]
                $0.metadata["finalizers"] = ["test.orchestrator.llm/hold"]
            }
            try await awaited("the kind to be served") {
                do {
                    _ = try await client.create(kind, held)
                    return true
                } catch let error as KubernetesError
                    where [.notFound, .unknownPath].contains(error.code)
                {
                    return false
                }
            }
            let name = ObjectKey(name: "gizmos.test.orchestrator.llm")
            try await client.delete(.customResourceDefinitions, name)
            // A real server refuses once its controller has marked the definition.
            let refusal = try await awaited("a refusal") { () -> KubernetesError? in
                let late = scope.object(kind, "late") { $0.spec = ["size": 1] }
                do {
                    _ = try await client.create(kind, late)
                    return nil
                } catch let error as KubernetesError where error.code == .alreadyExists {
                    return nil
                } catch let error as KubernetesError {
                    return error
                }
            }
            #expect(refusal.code == .methodNotAllowed)
            _ = try await client.patch(
                kind, scope.key("held"), .merge(["metadata": ["finalizers": nil]]))
            try await awaited("the end of the definition") {
                do {
                    _ = try await client.get(.customResourceDefinitions, name)
                    return false
                } catch let error as KubernetesError where error.code == .notFound {
                    return true
                }
            }
        }
    }
}

import Kubernetes
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
}

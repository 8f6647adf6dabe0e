import Kubernetes
import Testing
import Values

@Suite(
    .enabled(if: LiveServer.kubeconfig != nil, LiveServer.reason), .timeLimit(.minutes(10)))
struct LiveServiceTests {
    @Test func `events that repeat are one object with a count`() async throws {
        try await LiveServer.with { client, scope in
            let object = try await client.create(.configMaps, scope.configMap("a"))
            let recorder = EventRecorder(client: client, instance: "test")
            let regarding = ObjectReference(object)
            async let running: Void = recorder.run()
            recorder.record(regarding, reason: "Started", message: "task fetch started")
            let selector = "involvedObject.uid=\(object.uid ?? "")"
            let options = ListOptions(fieldSelector: selector)
            func events() async throws -> [KubernetesObject] {
                try await client.list(.events, namespace: "default", options: options).items
            }
            while try await events().isEmpty { await Task.yield() }
            for _ in 0..<4 {
                recorder.record(regarding, reason: "Started", message: "task fetch started")
            }
            recorder.record(regarding, isWarning: true, reason: "Failed", message: "it failed")
            recorder.finish()
            await running
            let written = try await events().sorted { first, _ in
                first.json["type"] == "Normal"
            }
            #expect(written.map { $0.json["count"] } == [5, 1])
            #expect(written.map { $0.json["type"] } == ["Normal", "Warning"])
            #expect(recorder.droppedCount == 0)
            try await client.deleteCollection(
                .events, namespace: "default", fieldSelector: selector)
        }
    }

    @Test func `of two candidates one leads, and the other when the first lets go`() async throws {
        try await LiveServer.with([]) { client, scope in
            let key = scope.key("lease")
            let timing = LeaseElection.Timing(
                leaseDuration: .seconds(15), renewDeadline: .seconds(10),
                retryPeriod: .milliseconds(200))
            let first = LeaderElector(
                client: client, lease: key, identity: "first", timing: timing)
            let second = LeaderElector(
                client: client, lease: key, identity: "second", timing: timing)
            let log = Shared<[String]>([])
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    await first.run { term in
                        log.change { $0.append("first \(term)") }
                        let start = try? await client.get(.leases, key)
                        while let lease = try? await client.get(.leases, key),
                            lease.spec == start?.spec
                        { await Task.yield() }
                        log.change { $0.append("first ends") }
                    }
                }
                await eventually { !log.value.isEmpty }
                group.addTask {
                    await second.run { term in log.change { $0.append("second \(term)") } }
                }
            }
            #expect(log.value == ["first 0", "first ends", "second 1"])
            let lease = try await client.get(.leases, key)
            #expect(lease.spec["holderIdentity"] == "")
            try await client.delete(.leases, key)
        }
    }
}

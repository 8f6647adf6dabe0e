internal import POSIX
internal import Values

extension APIServer {
    private static let tick = Duration.milliseconds(500)
    private static let eventSweepTicks = 120

    /// Keeps the time of watches and events, until cancelled.
    func keepTime() async {
        var ticks = 0
        while true {
            do { try await WallTimer.sleep(for: APIServer.tick) } catch { return }
            timers.tick(now(), store: store)
            ticks += 1
            if ticks % APIServer.eventSweepTicks == 0 { await forgetOldEvents() }
        }
    }

    /// Deletes the events that were last seen too long ago.
    func forgetOldEvents() async {
        guard let events = catalog.resource(group: "", version: "v1", plural: "events") else {
            return
        }
        let oldest = now() + (.zero - ControlPlaneLimits.eventLifetime)
        for event in store.objects(of: events.collection, namespace: nil)?.objects ?? [] {
            guard let json = try? event.json() else { continue }
            let seen =
                json["series"]?["lastObservedTime"] ?? json["lastTimestamp"] ?? json["eventTime"]
                ?? json["metadata"]?["creationTimestamp"]
            guard let moment = seen?.stringValue.flatMap({ Timestamp($0) }), moment < oldest
            else { continue }
            var options = DeleteOptions()
            options.uid = event.uid
            // One that another deleted meanwhile is gone, which is all that is wanted.
            _ = try? await delete(events, event.key, options)
        }
    }

    /// Creates the namespaces that are always there.
    func createNamespaces() async throws(APIFailure) {
        guard let resource = catalog.resource(group: "", version: "v1", plural: "namespaces")
        else { return }
        for name in ["default", "kube-node-lease", "kube-public", "kube-system"] {
            let key = ObjectKey(namespace: "", name: name)
            guard store.object(resource.collection, key) == nil else { continue }
            let target = ResourceTarget(
                resource: resource, namespace: nil, name: nil, subresource: "")
            _ = try await create(
                [
                    "apiVersion": "v1", "kind": "Namespace",
                    "metadata": ["name": .string(name)],
                ], target, WriteOptions(manager: "kube-apiserver", resource))
        }
    }

    /// Creates a definition, or changes the one that is there to it.
    func install(_ definition: JSON) async throws(APIFailure) {
        guard let resource = catalog.stored(BuiltinResources.definitions) else { return }
        let name = definition["metadata"]?["name"]?.stringValue ?? ""
        let target = ResourceTarget(
            resource: resource, namespace: nil, name: name, subresource: "")
        let options = WriteOptions(manager: "llm-orchestrator", resource)
        try BodyReader.check(definition, is: resource)
        guard store.object(resource.collection, target.key(name: name)) != nil else {
            _ = try await create(definition, target, options)
            return
        }
        _ = try await update(target, target.key(name: name), options) {
            (old: JSON) throws(APIFailure) in
            var new = old
            new["spec"] = definition["spec"]
            for member in ["labels", "annotations"] {
                let wanted = definition["metadata"]?[member] ?? [:]
                let path: JSONPath = ["metadata", .key(member)]
                if wanted != [:] { new[path] = (old[path] ?? [:]).merging(patch: wanted) }
            }
            return new
        }
    }
}

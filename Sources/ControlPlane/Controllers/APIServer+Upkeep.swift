internal import POSIX
internal import Values

extension APIServer {
    private static let tick = Duration.milliseconds(500)
    private static let eventSweepTicks = 20

    /// Keeps the time of watches, events and what the collector repeats, until cancelled.
    func keepTime(_ collector: Collector) async {
        var ticks = 0
        while true {
            do { try await WallTimer.sleep(for: APIServer.tick) } catch { return }
            timers.tick(now(), store: store)
            collector.tick()
            ticks += 1
            if ticks % APIServer.eventSweepTicks == 0 { await forgetOldEvents() }
        }
    }

    /// Deletes the events that were last seen too long ago, and those past the most that are kept.
    ///
    /// Costs a look at each event that goes, and one more: the order in which events were written
    /// last is that in which they were seen last.
    func forgetOldEvents(keeping most: Int = ControlPlaneLimits.retainedEvents) async {
        guard let events = catalog.resource(group: "", version: "v1", plural: "events") else {
            return
        }
        let kept = store.objects(of: events.collection, namespace: nil)?.objects ?? []
        let oldestFirst = kept.sorted { $0.revision < $1.revision }
        let excess = max(0, oldestFirst.count - most)
        let oldest = now() + (.zero - ControlPlaneLimits.eventLifetime)
        let expired = oldestFirst[excess...].prefix { lastSeen($0).map { $0 < oldest } ?? true }
        var leaving = (oldestFirst[..<excess] + expired)[...]
        // Many at once share their commits.
        while !leaving.isEmpty, !Task.isCancelled {
            let batch = leaving.prefix(ControlPlaneLimits.eventDeletions)
            leaving = leaving.dropFirst(batch.count)
            await withTaskGroup(of: Void.self) { group in
                for event in batch {
                    var options = DeleteOptions()
                    options.uid = event.uid
                    // One that another deleted meanwhile is gone, which is all that is wanted.
                    group.addTask { [options] in
                        _ = try? await self.delete(events, event.key, options)
                    }
                }
            }
        }
    }

    /// When an event was last seen, as it says itself.
    private func lastSeen(_ event: StoredObject) -> Timestamp? {
        guard let json = try? event.json() else { return nil }
        let seen =
            json["series"]?["lastObservedTime"] ?? json["lastTimestamp"] ?? json["eventTime"]
            ?? json["metadata"]?["creationTimestamp"]
        return seen?.stringValue.flatMap { Timestamp($0) }
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
            (old: JSON, _) throws(APIFailure) in
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

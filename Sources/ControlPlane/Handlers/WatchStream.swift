internal import Values

/// The lines of one watch, made from what its watcher is told.
struct WatchStream: Sendable {
    let server: APIServer
    let resource: APIResource
    let watcher: Watcher
    let query: ListQuery
    let form: ContentNegotiation.Form
    let table: TableWriter?
    /// Whether the first bookmark ends the initial state.
    let marksStart: Bool
    let wantsBookmarks: Bool
    let deadline: Timestamp

    /// Writes lines until the watch ends, the client goes, or a write fails.
    func run(_ write: @Sendable ([UInt8]) async throws -> Void) async throws {
        defer { server.store.endWatch(watcher) }
        let timer = server.timers.start(self)
        defer { server.timers.stop(timer) }
        var isInitial = marksStart
        while let items = await watcher.next() {
            var lines: [UInt8] = []
            for item in items {
                switch item {
                case .bookmark(let revision):
                    let mark = bookmark(revision, endsInitial: isInitial)
                    Change.append(event: "BOOKMARK", mark.bytes, to: &lines)
                    isInitial = false
                case .change(let change):
                    try append(change, to: &lines)
                }
                // All that a watch begins with is larger than what its connection may hold.
                if lines.count >= ControlPlaneLimits.watchChunkBytes {
                    try await write(lines)
                    lines = []
                }
            }
            if !lines.isEmpty { try await write(lines) }
        }
    }

    /// Appends what a change is to this watch: nothing when it is none of its objects.
    private func append(_ change: Change, to lines: inout [UInt8]) throws(APIFailure) {
        let isIn = query.matches(change.object)
        var kind = change.kind
        switch change.kind {
        case .added: guard isIn else { return }
        case .deleted:
            let wasIn = change.previousLabels.map(query.labels.matches) ?? isIn
            guard wasIn, query.fields.matches(change.object) else { return }
        case .modified:
            let wasIn = wasIn(change)
            guard isIn || wasIn else { return }
            if !wasIn { kind = .added }
            if !isIn { kind = .deleted }
        }
        let object =
            form == .object
            ? try server.bytes(change.object, as: resource)
            : render(try server.json(change.object, as: resource)).bytes
        Change.append(event: kind.rawValue, object, to: &lines)
    }

    private func wasIn(_ change: Change) -> Bool {
        guard let labels = change.previousLabels, query.labels.matches(labels) else { return false }
        // After a restart only the labels before are known; other fields rarely change.
        return query.fields.matches(change.previous ?? change.object)
    }

    private func render(_ json: JSON) -> JSON {
        guard let table else { return APIServer.partial(json) }
        let version = json["metadata"]?["resourceVersion"] ?? ""
        return table.table([json], metadata: ["resourceVersion": version], now: server.now())
    }

    private func bookmark(_ revision: Int64, endsInitial: Bool) -> JSON {
        var metadata: JSONObject = ["resourceVersion": .string(String(revision))]
        if endsInitial { metadata["annotations"] = ["k8s.io/initial-events-end": "true"] }
        if let table { return table.table([], metadata: metadata, now: server.now()) }
        let isPartial = form == .partialMetadata
        return [
            "kind": .string(isPartial ? "PartialObjectMetadata" : resource.kind),
            "apiVersion": .string(isPartial ? "meta.k8s.io/v1" : resource.groupVersion),
            "metadata": .object(metadata),
        ]
    }
}

internal import Values

extension APIServer {
    func get(
        _ request: APIRequest, _ target: ResourceTarget, _ name: String
    ) throws(APIFailure) -> APIResponse {
        if let asked = try request.resourceVersion() { try checkReached(asked) }
        guard let object = store.object(target.resource.collection, target.key(name: name)) else {
            throw .notFound(target.resource, name)
        }
        return try respond(request, target.resource, object: object)
    }

    /// Refuses a revision that is not there yet.
    private func checkReached(_ asked: Int64) throws(APIFailure) {
        let current = store.revision
        if asked > current { throw .resourceVersionTooLarge(asked, current: current) }
    }

    func list(
        _ request: APIRequest, _ target: ResourceTarget
    ) throws(APIFailure) -> APIResponse {
        let resource = target.resource
        let query = try ListQuery(request, resource)
        if let asked = query.revision { try checkReached(asked) }
        guard
            let (all, revision) = store.objects(
                of: resource.collection, namespace: target.namespace, at: query.snapshot)
        else {
            throw query.isContinued
                ? .expired(
                    "The provided continue parameter is too old to display a consistent list "
                        + "result. You can start a new list without the continue parameter.")
                : .expired("The resourceVersion for the provided list is too old.")
        }
        let page = query.page(of: all)
        var metadata: JSONObject = ["resourceVersion": .string(String(revision))]
        if let last = page.last, page.remaining > 0 {
            metadata["continue"] = .string(ContinueToken(revision: revision, last: last).text)
            // With selectors the rest is not known without looking at it, and kube does not say.
            if query.selectsAll { metadata["remainingItemCount"] = .integer(Int64(page.remaining)) }
        }
        switch try ContentNegotiation.form(request.accept) {
        case .object: return try objectList(page.objects, resource, metadata)
        case .partialMetadata:
            var items: [JSON] = []
            for object in page.objects {
                items.append(APIServer.partial(try json(object, as: resource)))
            }
            return APIResponse([
                "kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1",
                "metadata": .object(metadata), "items": .array(items),
            ])
        case .table:
            var items: [JSON] = []
            for object in page.objects { items.append(try json(object, as: resource)) }
            return APIResponse(
                try tableWriter(request, resource).table(items, metadata: metadata, now: now()))
        }
    }

    /// A list of whole objects, whose bytes are joined and not encoded again.
    private func objectList(
        _ objects: [StoredObject], _ resource: APIResource, _ metadata: JSONObject
    ) throws(APIFailure) -> APIResponse {
        let head =
            #"{"apiVersion":"\#(resource.groupVersion)","kind":"\#(resource.listKind)","#
            + #""metadata":\#(JSON.object(metadata).text),"items":["#
        var bytes = Array(head.utf8)
        bytes.reserveCapacity(bytes.count + objects.reduce(2) { $0 + $1.bytes.count + 1 })
        for (index, object) in objects.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(contentsOf: try self.bytes(object, as: resource))
        }
        bytes.append(contentsOf: "]}".utf8)
        return APIResponse(bytes: bytes)
    }

    func watch(
        _ request: APIRequest, _ target: ResourceTarget
    ) throws(APIFailure) -> APIResponse {
        let resource = target.resource
        let query = try ListQuery(request, resource)
        let asked = try request.resourceVersion()
        let wantsInitial = request.flag("sendInitialEvents")
        if wantsInitial, request.parameter("resourceVersionMatch") != "NotOlderThan" {
            throw .invalid(
                group: "meta.k8s.io", kind: "ListOptions", name: "",
                [
                    .forbidden(
                        "resourceVersionMatch",
                        "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")
                ])
        }
        let start: ObjectStore.WatchStart
        if let asked, asked > 0, !wantsInitial {
            start = .after(asked)
        } else {
            if let asked { try checkReached(asked) }
            start = .state
        }
        let wantsBookmarks = request.flag("allowWatchBookmarks")
        let form = try ContentNegotiation.form(request.accept)
        let table = form == .table ? try tableWriter(request, resource) : nil
        let timeout = try request.number("timeoutSeconds").map { Duration.seconds($0) }
        let watcher = try store.watch(
            resource.collection, namespace: target.namespace, name: query.fields.name,
            from: start, marksStart: wantsInitial && wantsBookmarks)
        let duration = min(timeout ?? ControlPlaneLimits.watchDuration, .seconds(86_400))
        return APIResponse(
            watch: WatchStream(
                server: self, resource: resource, watcher: watcher, query: query, form: form,
                table: table, marksStart: wantsInitial && wantsBookmarks,
                wantsBookmarks: wantsBookmarks, deadline: now() + duration))
    }
}

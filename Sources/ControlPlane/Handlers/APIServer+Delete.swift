internal import Values

/// What a delete asks for: the `DeleteOptions` of the body, or of the query.
struct DeleteOptions: Sendable {
    enum Propagation: String, Sendable {
        case background = "Background"
        case foreground = "Foreground"
        case orphan = "Orphan"
    }

    var propagation: Propagation?
    var uid: String?
    var resourceVersion: String?
    var isDryRun = false

    init() {}

    init(_ request: APIRequest) throws(APIFailure) {
        var json: JSON = [:]
        if !request.body.isEmpty {
            json = try BodyReader.read(request)
            guard json.objectValue != nil else {
                throw .badRequest("the delete options must be an object")
            }
        }
        let name =
            json["propagationPolicy"]?.stringValue ?? request.parameter("propagationPolicy")
        if let name, !name.isEmpty {
            guard let policy = Propagation(rawValue: name) else {
                throw .invalid(
                    group: "meta.k8s.io", kind: "DeleteOptions", name: "",
                    [
                        .notSupported(
                            "propagationPolicy", .string(name),
                            ["Foreground", "Background", "Orphan", "nil"])
                    ])
            }
            propagation = policy
        } else if let orphans = json["orphanDependents"]?.boolValue {
            propagation = orphans ? .orphan : .background
        }
        uid = json["preconditions"]?["uid"]?.stringValue
        resourceVersion = json["preconditions"]?["resourceVersion"]?.stringValue
        let given = (json["dryRun"]?.arrayValue ?? []).compactMap(\.stringValue)
        let isAsked = try request.isDryRun()
        isDryRun = try APIRequest.isDryRun(given) || isAsked
    }
}

/// What a delete led to.
enum DeleteResult: Sendable {
    /// The object is gone.
    case removed(StoredObject)
    /// The object waits for its finalizers.
    case ending(WriteResult.Object)
}

extension APIServer {
    static let orphanFinalizer = "orphan"
    static let foregroundFinalizer = "foregroundDeletion"
    /// The namespaces that clients count on; the real server's admission keeps the same ones.
    static let immortalNamespaces: Set = ["default", "kube-public", "kube-system"]

    func delete(
        _ request: APIRequest, _ target: ResourceTarget, _ name: String
    ) async throws(APIFailure) -> APIResponse {
        let options = try DeleteOptions(request)
        let result = try await delete(target.resource, target.key(name: name), options)
        switch result {
        case .ending(let object):
            return try respond(request, target.resource, WriteResult(object: object))
        case .removed(let object):
            let resource = target.resource
            var details: JSONObject = [
                "name": .string(name), "kind": .string(resource.plural), "uid": .string(object.uid),
            ]
            if !resource.group.isEmpty { details["group"] = .string(resource.group) }
            return APIResponse([
                "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success",
                "details": .object(details),
            ])
        }
    }

    /// Deletes an object: at once, or when its finalizers are gone.
    func delete(
        _ resource: APIResource, _ key: ObjectKey, _ options: DeleteOptions
    ) async throws(APIFailure) -> DeleteResult {
        if resource.rules == .namespace, APIServer.immortalNamespaces.contains(key.name) {
            throw .forbidden(resource, key.name, "this namespace may not be deleted")
        }
        for _ in 0..<ControlPlaneLimits.conflictRetries {
            guard let current = store.object(resource.collection, key) else {
                throw .notFound(resource, key.name)
            }
            try checkPreconditions(options, current, resource)
            var object = try current.json()
            let finalizers = mark(&object, resource, options)
            let waits = !finalizers.isEmpty || resource.rules == .namespace
            if options.isDryRun {
                return waits ? .ending(.value(object)) : .removed(current)
            }
            if waits, current.isDeleting, try object == current.json() {
                return .ending(.stored(current))
            }
            let write = Write(
                collection: resource.collection,
                kind: waits ? .replace(current.revision) : .delete(current.revision),
                draft: ObjectDraft(object))
            switch await store.commit(write) {
            case .written(let object): return waits ? .ending(.stored(object)) : .removed(object)
            case .failed(let failure): throw failure
            default: if options.resourceVersion != nil { throw .conflict(resource, key.name) }
            }
        }
        throw .conflict(resource, key.name)
    }

    private func checkPreconditions(
        _ options: DeleteOptions, _ current: StoredObject, _ resource: APIResource
    ) throws(APIFailure) {
        if let uid = options.uid, uid != current.uid {
            throw .conflict(
                resource, current.key.name,
                "the UID in the precondition (\(uid)) does not match the UID in record "
                    + "(\(current.uid)). The object might have been deleted and then recreated")
        }
        if let version = options.resourceVersion, version != String(current.revision) {
            throw .conflict(
                resource, current.key.name,
                "the ResourceVersion in the precondition (\(version)) does not match the "
                    + "ResourceVersion in record (\(current.revision)). The object might have been "
                    + "modified")
        }
    }

    /// Marks an object as going away, with the finalizers that its propagation asks for.
    private func mark(
        _ object: inout JSON, _ resource: APIResource, _ options: DeleteOptions
    ) -> [JSON] {
        var metadata = object["metadata"]?.objectValue ?? [:]
        var finalizers = metadata["finalizers"]?.arrayValue ?? []
        if let propagation = options.propagation {
            finalizers.removeAll {
                [APIServer.orphanFinalizer, APIServer.foregroundFinalizer].contains($0.stringValue)
            }
            switch propagation {
            case .background: break
            case .foreground: finalizers.append(.string(APIServer.foregroundFinalizer))
            case .orphan: finalizers.append(.string(APIServer.orphanFinalizer))
            }
        }
        metadata["finalizers"] = finalizers.isEmpty ? nil : .array(finalizers)
        if metadata["deletionTimestamp"] == nil {
            metadata["deletionTimestamp"] = .string(timeText())
            metadata["deletionGracePeriodSeconds"] = 0
            if resource.countsGenerations, !finalizers.isEmpty {
                let generation = metadata["generation"]?.integerValue ?? 0
                metadata["generation"] = .integer(generation + 1)
            }
        }
        object["metadata"] = .object(metadata)
        if resource.rules == .namespace { object[["status", "phase"]] = "Terminating" }
        return finalizers
    }

    func deleteCollection(
        _ request: APIRequest, _ target: ResourceTarget
    ) async throws(APIFailure) -> APIResponse {
        let options = try DeleteOptions(request)
        let resource = target.resource
        let query = try ListQuery(request, resource)
        let all =
            store.objects(of: resource.collection, namespace: target.namespace)?.objects ?? []
        let chosen = query.page(of: all).objects
        for object in chosen {
            do throws(APIFailure) {
                _ = try await delete(resource, object.key, options)
            } catch  where error.code == 404 {
                // Gone by another's hand, which is what was asked for.
                continue
            }
        }
        var items: [JSON] = []
        for object in chosen { items.append(try json(object, as: resource)) }
        return APIResponse([
            "kind": .string(resource.listKind), "apiVersion": .string(resource.groupVersion),
            "metadata": ["resourceVersion": .string(String(store.revision))],
            "items": .array(items),
        ])
    }
}

import Kubernetes
import Values

/// The objects of an API server, their versions and the recent changes: the rules without network.
///
/// It keeps what Kubernetes promises and controllers rely on: one counter of versions, a uid for
/// each object, generations that follow the spec, status as a part of its own, merge patches,
/// optimistic concurrency, preconditions, finalizers, writes that change nothing and have no event,
/// and a bounded history of changes.
struct Store {
    /// One object with its bytes, which replies and events share.
    struct Stored: Sendable {
        var json: JSON
        var bytes: [UInt8]
        var version: Int64
    }

    /// One change of a collection, as watches tell of it.
    struct Change: Sendable {
        enum Kind: String, Sendable {
            case added = "ADDED", modified = "MODIFIED", deleted = "DELETED"
        }

        let version: Int64
        let kind: Kind
        let key: ObjectKey
        /// The event as one line of a watch.
        let line: [UInt8]
    }

    /// What a write did.
    struct Effect: Sendable {
        var collection: String
        var key: ObjectKey
        var old: JSON?
        /// Nil where the object is gone.
        var new: JSON?
    }

    struct Collection {
        var objects: [ObjectKey: Stored] = [:]
        var changes: [Change] = []
        /// Changes up to this version are forgotten.
        var compacted: Int64 = 0
    }

    private(set) var version: Int64 = 100
    private(set) var collections: [String: Collection] = [:]
    private var uids: UInt64 = 0
    private var applies = ServerSideApply()
    private var pages: [String: (items: ArraySlice<Stored>, version: Int64)] = [:]
    /// How many changes of one collection are remembered.
    let historyLimit = 512

    /// Does what a request asks for; a watch is not a request of this kind.
    mutating func perform(
        _ route: Route, body: [UInt8], contentType: String, at now: Timestamp
    ) -> (reply: Reply, effect: Effect?) {
        switch route.verb {
        case .get: return (get(route), nil)
        case .list: return (list(route), nil)
        case .watch: return (.invalid("a watch is no request"), nil)
        case .create, .update, .patch, .delete: break
        }
        guard let json = body.isEmpty ? .null : try? JSON(parsing: body) else {
            return (Reply(refusal: 400, "BadRequest", "the body is not JSON"), nil)
        }
        switch route.verb {
        case .create: return create(route, json, at: now)
        case .delete: return delete(route, json, at: now)
        default: return write(route, json, contentType: contentType, at: now)
        }
    }

    /// The object that a route names.
    func stored(_ route: Route) -> Stored? { collections[route.collection]?.objects[route.key] }

    private func get(_ route: Route) -> Reply {
        stored(route).map { Reply($0.bytes) } ?? .notFound(route)
    }

    private mutating func list(_ route: Route) -> Reply {
        let items: ArraySlice<Stored>
        let listVersion: Int64
        if let token = route["continue"] {
            guard let page = pages.removeValue(forKey: token) else {
                return Reply(refusal: 410, "Expired", "the continue token is too old")
            }
            (items, listVersion) = page
        } else {
            let collection = collections[route.collection]
            let keys = (collection?.objects.keys.sorted() ?? []).filter {
                route.namespace == nil || $0.namespace == route.namespace
            }
            let selector = route["labelSelector"].map { $0.split(separator: "=").map(String.init) }
            items =
                keys.compactMap { collection?.objects[$0] }.filter { item in
                    guard let selector, selector.count == 2 else { return true }
                    return item.json["metadata"]?["labels"]?[selector[0]]?.stringValue
                        == selector[1]
                }[...]
            listVersion = version
        }
        let limit = route["limit"].flatMap { Int($0) } ?? .max
        let page = items.prefix(limit)
        var metadata = "{\"resourceVersion\":\"\(listVersion)\""
        if page.count < items.count {
            uids += 1
            let token = "page-\(uids)"
            pages[token] = (items.dropFirst(page.count), listVersion)
            metadata += ",\"continue\":\"\(token)\""
        }
        var body = Array("{\"apiVersion\":\"v1\",\"items\":[".utf8)
        for (position, item) in page.enumerated() {
            if position > 0 { body.append(UInt8(ascii: ",")) }
            body += item.bytes
        }
        body += Array("],\"kind\":\"List\",\"metadata\":\(metadata)}}".utf8)
        return Reply(body)
    }

    /// Forgets the pages that lists were going to ask for, and all but the last changes.
    mutating func compact(_ collection: String, keeping count: Int) {
        pages = [:]
        guard let changes = collections[collection]?.changes, changes.count > count else { return }
        collections[collection]?.compacted = changes[changes.count - count - 1].version
        collections[collection]?.changes.removeFirst(changes.count - count)
    }

    /// The changes after a version; nil when some are forgotten.
    func changes(of collection: String, namespace: String?, after version: Int64) -> [Change]? {
        guard let collection = collections[collection] else { return [] }
        guard version >= collection.compacted else { return nil }
        return collection.changes.filter {
            $0.version > version && (namespace == nil || $0.key.namespace == namespace)
        }
    }
}

extension Store {
    private mutating func create(
        _ route: Route, _ json: JSON, at now: Timestamp
    ) -> (reply: Reply, effect: Effect?) {
        var object = KubernetesObject(json)
        guard !object.name.isEmpty else { return (.invalid("the object has no name"), nil) }
        var route = route
        route.name = object.name
        guard stored(route) == nil else {
            return (
                Reply(
                    refusal: 409, "AlreadyExists",
                    "\(route.plural) \"\(route.name)\" already exists"),
                nil
            )
        }
        uids += 1
        let digits = String(uids, radix: 16)
        object.metadata["uid"] = .string(
            "00000000-0000-4000-8000-\(String(repeating: "0", count: 12 - digits.count))\(digits)")
        object.metadata["creationTimestamp"] = .string(Store.secondsText(now))
        object.metadata["generation"] = 1
        if let namespace = route.namespace { object.metadata["namespace"] = .string(namespace) }
        if route.hasStatus { object.json["status"] = nil }
        let effect = commit(route, old: nil, new: object.json, .added)
        return (Reply(stored(route)?.bytes ?? [], status: 201), effect)
    }

    private mutating func createByApply(
        _ route: Route, _ json: JSON, at now: Timestamp
    ) -> (reply: Reply, effect: Effect?) {
        guard json["metadata"]?["uid"] == nil else {
            return (.conflict(route, "there is no object of that UID"), nil)
        }
        let made = create(route, ServerSideApply.stored(json), at: now)
        if let uid = made.effect?.new?["metadata"]?["uid"]?.stringValue {
            applies.noteCreation(json, uid: uid)
        }
        return made
    }

    private mutating func write(
        _ route: Route, _ json: JSON, contentType: String, at now: Timestamp
    ) -> (reply: Reply, effect: Effect?) {
        guard let present = stored(route) else {
            return contentType == ServerSideApply.contentType
                ? createByApply(route, json, at: now) : (.notFound(route), nil)
        }
        if let refusal = refusal(route, json, present) { return (refusal, nil) }
        var new = json
        if route.verb == .patch {
            switch contentType {
            case "application/merge-patch+json": new = present.json.merging(patch: json)
            case ServerSideApply.contentType: new = applies.apply(json, to: present.json)
            case "application/json-patch+json":
                guard let patched = try? present.json.applying(JSONPatch(json: json)) else {
                    return (.invalid("testing a value of \(route.name) failed"), nil)
                }
                new = ServerSideApply.stored(patched)
            default: return (Reply(refusal: 415, "UnsupportedMediaType", contentType), nil)
            }
        }
        var merged = present.json
        if route.subresource == "status" {
            merged["status"] = new["status"]
        } else {
            merged = new
            if route.hasStatus { merged["status"] = present.json["status"] }
            for name in ["uid", "creationTimestamp", "generation", "deletionTimestamp"] {
                merged["metadata"]?[name] = present.json["metadata"]?[name]
            }
            if merged["spec"] != present.json["spec"] {
                let generation = KubernetesObject(present.json).generation
                merged["metadata"]?["generation"] = .integer(generation + 1)
            }
        }
        merged["metadata"]?["resourceVersion"] = present.json["metadata"]?["resourceVersion"]
        // What changes nothing has no version and no event.
        guard merged != present.json else { return (Reply(present.bytes), nil) }
        let object = KubernetesObject(merged)
        if object.isDeleting, object.finalizers.isEmpty {
            return (
                Reply(present.bytes), commit(route, old: present.json, new: nil, .deleted)
            )
        }
        let effect = commit(route, old: present.json, new: merged, .modified)
        return (Reply(stored(route)?.bytes ?? []), effect)
    }

    /// Why a write that is made on a version or identity does not hold.
    private func refusal(_ route: Route, _ json: JSON, _ present: Stored) -> Reply? {
        let asked = KubernetesObject(json)
        if let version = asked.resourceVersion, version.number != UInt64(present.version) {
            return .conflict(route, "the object has been modified; please apply your changes")
        }
        if let uid = asked.uid, uid != KubernetesObject(present.json).uid {
            return .conflict(route, "the UID in the precondition does not match")
        }
        return nil
    }

    private mutating func delete(
        _ route: Route, _ json: JSON, at now: Timestamp
    ) -> (reply: Reply, effect: Effect?) {
        guard let present = stored(route) else { return (.notFound(route), nil) }
        var object = KubernetesObject(present.json)
        let preconditions = json["preconditions"]
        if let uid = preconditions?["uid"]?.stringValue, uid != object.uid {
            return (.conflict(route, "the UID in the precondition does not match"), nil)
        }
        if let version = preconditions?["resourceVersion"]?.stringValue,
            Int64(version) != present.version
        {
            return (.conflict(route, "the version in the precondition does not match"), nil)
        }
        guard !object.finalizers.isEmpty else {
            return (
                Reply(present.bytes), commit(route, old: present.json, new: nil, .deleted)
            )
        }
        guard !object.isDeleting else { return (Reply(present.bytes), nil) }
        object.metadata["deletionTimestamp"] = .string(Store.secondsText(now))
        object.metadata["generation"] = .integer(object.generation + 1)
        let effect = commit(route, old: present.json, new: object.json, .modified)
        return (Reply(stored(route)?.bytes ?? []), effect)
    }

    private mutating func commit(
        _ route: Route, old: JSON?, new: JSON?, _ kind: Change.Kind
    ) -> Effect {
        version += 1
        var json = new ?? old ?? .null
        json["metadata"]?["resourceVersion"] = .string(String(version))
        let bytes = json.bytes
        let line =
            Array("{\"object\":".utf8) + bytes
            + Array(",\"type\":\"\(kind.rawValue)\"}\n".utf8)
        var collection = collections[route.collection] ?? Collection()
        collections[route.collection] = nil
        collection.objects[route.key] = new.map { _ in
            Stored(json: json, bytes: bytes, version: version)
        }
        collection.changes.append(
            Change(version: version, kind: kind, key: route.key, line: line))
        collections[route.collection] = collection
        if collection.changes.count > historyLimit {
            compact(route.collection, keeping: historyLimit / 2)
        }
        return Effect(
            collection: route.collection, key: route.key, old: old,
            new: new.map { _ in json })
    }

    private static func secondsText(_ moment: Timestamp) -> String {
        Timestamp(seconds: moment.nanoseconds / 1_000_000_000).description
    }
}

extension Route {
    /// The object's key.
    var key: ObjectKey { ObjectKey(namespace: namespace ?? "", name: name) }

    /// Whether the status of these objects is a part of its own.
    var hasStatus: Bool { collection.hasPrefix("apis/orchestrator.llm/") }
}

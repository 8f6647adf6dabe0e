internal import Crypto
internal import Synchronization
internal import Values

/// Answers requests: finds what a path means, and reads or writes the store.
final class APIServer: Sendable {
    let store: ObjectStore
    let clock: @Sendable () -> Timestamp
    let random: @Sendable (Int) -> [UInt8]
    private let token: String
    private let catalogs: Mutex<ResourceCatalog>
    let documents = DocumentCache()
    let timers = WatchTimers()
    /// What whoever writes an object is warned of.
    let review: @Sendable (_ kind: String, _ object: JSON) -> [String]

    init(
        store: ObjectStore, token: String, clock: @escaping @Sendable () -> Timestamp,
        random: @escaping @Sendable (Int) -> [UInt8],
        review: @escaping @Sendable (_ kind: String, _ object: JSON) -> [String]
    ) {
        self.store = store
        self.token = token
        self.clock = clock
        self.random = random
        self.review = review
        catalogs = Mutex(ResourceCatalog(BuiltinResources.all))
    }

    /// The kinds served now.
    var catalog: ResourceCatalog { catalogs.withLock { $0 } }

    /// Serves what the definitions in the store say from now on.
    func reloadCatalog() {
        let collection = CollectionKey(
            group: "apiextensions.k8s.io", plural: "customresourcedefinitions")
        let stored = store.objects(of: collection, namespace: nil)?.objects ?? []
        var resources = BuiltinResources.all
        var defined: [APIResource] = []
        for object in stored {
            guard let json = try? object.json(),
                case .success(let definition) = CustomResourceDefinition.read(json)
            else { continue }
            if let kind = definition.storedResource { defined.append(kind) }
            if APIServer.isEstablished(json) { resources += definition.resources }
        }
        let catalog = ResourceCatalog(resources, defined: defined)
        catalogs.withLock { $0 = catalog }
        documents.removeAll()
    }

    private static func isEstablished(_ definition: JSON) -> Bool {
        (definition["status"]?["conditions"]?.arrayValue ?? []).contains {
            $0["type"] == "Established" && $0["status"] == "True"
        }
    }

    func now() -> Timestamp { clock() }

    /// The time as objects carry it.
    func timeText() -> String { clock().secondsText }

    /// Answers one request.
    func respond(to request: APIRequest) async -> APIResponse {
        do throws(APIFailure) {
            if let open = openDocument(request) { return open }
            guard isAuthorized(request) else { throw .unauthorized }
            let catalog = catalog
            switch Route(request.segments, catalog) {
            case .target(let target): return try await respond(to: request, about: target)
            case .unknownResource: throw .unknownResource
            case .elsewhere: return try document(request, catalog)
            }
        } catch {
            return APIResponse(error)
        }
    }

    private func isAuthorized(_ request: APIRequest) -> Bool {
        let parts = request.authorization.split(separator: " ", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return false }
        switch parts[0].lowercased() {
        case "bearer": return ConstantTime.equal(parts[1], token)
        case "basic":
            // kubectl sends a bearer token over TLS only; without it, the token comes as the
            // password of the server's URL, which is fit for the loopback interface.
            guard let pair = Base64.decode(parts[1]),
                let colon = pair.firstIndex(of: UInt8(ascii: ":"))
            else { return false }
            return ConstantTime.equal(Array(pair[(colon + 1)...]), Array(token.utf8))
        default: return false
        }
    }

    private func respond(
        to request: APIRequest, about target: ResourceTarget
    ) async throws(APIFailure) -> APIResponse {
        let resource = target.resource
        func allow(_ verb: String) throws(APIFailure) {
            guard resource.allows(verb) else { throw .methodNotAllowed }
        }
        switch (request.method, target.name) {
        case ("GET", let name?):
            try allow("get")
            return try get(request, target, name)
        case ("GET", nil):
            if request.flag("watch") {
                try allow("watch")
                return try watch(request, target)
            }
            try allow("list")
            return try list(request, target)
        case ("POST", nil):
            try allow("create")
            if resource.rules == .review { return try review(request, target) }
            return try await create(request, target)
        case ("PUT", let name?):
            try allow("update")
            return try await replace(request, target, name)
        case ("PATCH", let name?):
            try allow("patch")
            return try await patch(request, target, name)
        case ("DELETE", let name?) where target.subresource.isEmpty:
            try allow("delete")
            return try await delete(request, target, name)
        case ("DELETE", nil):
            try allow("deletecollection")
            return try await deleteCollection(request, target)
        default: throw .methodNotAllowed
        }
    }
}

extension APIServer {
    /// An object's bytes in the version asked for.
    func bytes(_ object: StoredObject, as resource: APIResource) throws(APIFailure) -> [UInt8] {
        // Members are sorted, so the version comes first and tells whether anything is to be done.
        if object.bytes.starts(with: #"{"apiVersion":"\#(resource.groupVersion)""#.utf8) {
            return object.bytes
        }
        return try json(object, as: resource).bytes
    }

    /// An object's value in the version asked for.
    func json(_ object: StoredObject, as resource: APIResource) throws(APIFailure) -> JSON {
        var json = try object.json()
        json["apiVersion"] = .string(resource.groupVersion)
        return json
    }

    /// The answer that is one object, in the form the client wants.
    func respond(
        _ request: APIRequest, _ resource: APIResource, object: StoredObject, status: Int = 200
    ) throws(APIFailure) -> APIResponse {
        guard try ContentNegotiation.form(request.accept) != .object else {
            return APIResponse(status: status, bytes: try bytes(object, as: resource))
        }
        return try respond(
            request, resource, json: try json(object, as: resource), status: status)
    }

    func respond(
        _ request: APIRequest, _ resource: APIResource, json: JSON, status: Int = 200
    ) throws(APIFailure) -> APIResponse {
        switch try ContentNegotiation.form(request.accept) {
        case .object: return APIResponse(status: status, json)
        case .partialMetadata: return APIResponse(status: status, APIServer.partial(json))
        case .table:
            let version = json["metadata"]?["resourceVersion"] ?? ""
            return APIResponse(
                status: status,
                try tableWriter(request, resource).table(
                    [json], metadata: ["resourceVersion": version], now: now()))
        }
    }

    func tableWriter(
        _ request: APIRequest, _ resource: APIResource
    ) throws(APIFailure) -> TableWriter {
        let asked = request.parameter("includeObject") ?? ""
        guard let rowObject = asked.isEmpty ? .metadata : TableWriter.RowObject(rawValue: asked)
        else {
            throw .badRequest(
                "includeObject: Unsupported value: \"\(asked)\": supported values: \"None\", "
                    + "\"Metadata\", \"Object\"")
        }
        return TableWriter(resource, rowObject: rowObject)
    }

    static func partial(_ object: JSON) -> JSON {
        [
            "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1",
            "metadata": object["metadata"] ?? [:],
        ]
    }

    /// A random UUID, version 4.
    func makeUID() -> String {
        var bytes = random(16)
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = Array(Hexadecimal.encode(bytes))
        let groups = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
        return groups.map { String(digits[$0]) }.joined(separator: "-")
    }

    /// What `generateName` gets behind it: no vowels, so no words.
    func makeNameSuffix() -> String {
        let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")
        return String(random(5).map { alphabet[Int($0) % alphabet.count] })
    }
}

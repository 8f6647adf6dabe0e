internal import Values

/// Which objects a list or a watch is about, and which page of them.
struct ListQuery: Sendable {
    let labels: LabelSelector
    let fields: FieldSelector
    /// The revision the client wants to have been reached.
    let revision: Int64?
    /// The revision to list at; nil for now.
    let snapshot: Int64?
    let limit: Int
    let after: ObjectKey?

    var isContinued: Bool { after != nil }

    var selectsAll: Bool { labels.requirements.isEmpty && fields.requirements.isEmpty }

    init(_ request: APIRequest, _ resource: APIResource) throws(APIFailure) {
        labels = try LabelSelector(parsing: request.parameter("labelSelector") ?? "")
        fields = try FieldSelector(
            parsing: request.parameter("fieldSelector") ?? "", for: resource)
        let limit = try request.number("limit") ?? 0
        self.limit = limit > 0 ? Int(limit) : ControlPlaneLimits.pageObjects
        let asked = try request.resourceVersion()
        let match = request.parameter("resourceVersionMatch") ?? ""
        guard ["", "Exact", "NotOlderThan"].contains(match) else {
            throw .invalid(
                group: "meta.k8s.io", kind: "ListOptions", name: "",
                [
                    .notSupported(
                        "resourceVersionMatch", .string(match), ["Exact", "NotOlderThan", ""])
                ])
        }
        if let token = request.parameter("continue"), !token.isEmpty {
            if let asked, asked > 0 {
                throw .badRequest(
                    "specifying resource version is not allowed when using continue")
            }
            let position = try ContinueToken(parsing: token)
            (revision, snapshot, after) = (nil, position.revision, position.last)
            return
        }
        after = nil
        revision = asked
        if match == "Exact" {
            guard let asked, asked > 0 else {
                throw .invalid(
                    group: "meta.k8s.io", kind: "ListOptions", name: "",
                    [
                        .forbidden(
                            "resourceVersionMatch",
                            "resourceVersionMatch \"Exact\" is forbidden for resourceVersion "
                                + "\"0\"")
                    ])
            }
            snapshot = asked
        } else {
            snapshot = nil
        }
    }

    func matches(_ object: StoredObject) -> Bool {
        labels.matches(object.labels) && fields.matches(object)
    }

    /// The objects of the page, the last key looked at, and how many come after it.
    func page(
        of all: [StoredObject]
    ) -> (objects: [StoredObject], last: ObjectKey?, remaining: Int) {
        var index = 0
        if let after {
            var (low, high) = (0, all.count)
            while low < high {
                let middle = (low + high) / 2
                if after < all[middle].key { high = middle } else { low = middle + 1 }
            }
            index = low
        }
        var objects: [StoredObject] = []
        while index < all.count, objects.count < limit {
            if matches(all[index]) { objects.append(all[index]) }
            index += 1
        }
        return (objects, index > 0 ? all[index - 1].key : nil, all.count - index)
    }
}

/// Where a list that came in pages goes on: opaque to clients.
struct ContinueToken: Sendable, Hashable {
    let revision: Int64
    let last: ObjectKey

    init(revision: Int64, last: ObjectKey) {
        self.revision = revision
        self.last = last
    }

    var text: String {
        let json: JSON = [
            "v": "meta.k8s.io/v1", "rv": .integer(revision), "namespace": .string(last.namespace),
            "name": .string(last.name),
        ]
        return Base64.encode(json.bytes)
    }

    init(parsing text: String) throws(APIFailure) {
        guard let bytes = Base64.decode(text), let json = try? JSON(parsing: bytes),
            let revision = json["rv"]?.integerValue,
            let namespace = json["namespace"]?.stringValue, let name = json["name"]?.stringValue
        else { throw .badRequest("invalid continue token: continue key is not valid") }
        self.revision = revision
        last = ObjectKey(namespace: namespace, name: name)
    }
}

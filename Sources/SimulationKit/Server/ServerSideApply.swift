import Kubernetes
import Values

/// Server-side apply for the one manager that simulations have: its fields are what it applied last.
///
/// Fields that it applied before and leaves out now are taken away; those of others stay.
struct ServerSideApply {
    static let contentType = "application/apply-patch+yaml"

    /// What was applied last, by object and UID.
    private var last: [String: JSON] = [:]

    /// The object after an apply to one that is there.
    mutating func apply(_ wanted: JSON, to present: JSON) -> JSON {
        let wanted = ServerSideApply.stored(wanted)
        let uid = present["metadata"]?["uid"]?.stringValue ?? ""
        let before = last.updateValue(wanted, forKey: uid) ?? [:]
        var patch = wanted
        let places: [JSONPath] = [["metadata", "labels"], ["metadata", "annotations"], ["spec"]]
        for place in places {
            patch[place] = ServerSideApply.taking(before[place], from: wanted[place])
        }
        patch["metadata"]?["resourceVersion"] = nil
        patch["metadata"]?["uid"] = nil
        let finalizers = KubernetesObject(present).finalizers
        let added = KubernetesObject(wanted).finalizers.filter { !finalizers.contains($0) }
        patch["metadata"]?["finalizers"] = .array((finalizers + added).map { .string($0) })
        return present.merging(patch: patch)
    }

    /// Remembers what made an object.
    mutating func noteCreation(_ wanted: JSON, uid: String) {
        last[uid] = ServerSideApply.stored(wanted)
    }

    /// What is wanted, with null for what was applied before and is left out, two levels down.
    private static func taking(_ before: JSON?, from wanted: JSON?) -> JSON? {
        guard var result = wanted?.objectValue else { return wanted }
        for (name, value) in before?.objectValue ?? [:] {
            guard let now = result[name] else {
                result[name] = .null
                continue
            }
            guard var inner = now.objectValue, let earlier = value.objectValue else { continue }
            for gone in earlier.keys where inner[gone] == nil { inner[gone] = .null }
            result[name] = .object(inner)
        }
        return .object(result)
    }

    /// A manifest as an API server stores it: a number that is whole has no point.
    static func stored(_ json: JSON) -> JSON {
        switch json {
        case .double(let number): Int64(exactly: number).map { .integer($0) } ?? json
        case .array(let elements): .array(elements.map(stored))
        case .object(let members):
            .object(JSONObject(members.map { ($0.key, stored($0.value)) }))
        default: json
        }
    }
}

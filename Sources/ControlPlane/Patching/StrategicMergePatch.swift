internal import Values

/// Kubernetes' own patch for its built-in kinds: a merge patch whose lists may merge too.
///
/// Lists that merge are those of the built-in kinds here; all others are replaced. Directives:
/// `$patch: replace|delete|merge`, `$deleteFromPrimitiveList/x`, `$setElementOrder/x` (which orders),
/// `$retainKeys`. Source: k8s.io/apimachinery/pkg/util/strategicpatch.
enum StrategicMergePatch {
    private enum ListMerge {
        case byKey(String)
        case byValue
    }

    /// The lists that merge, by where they are.
    private static let lists: [[String]: ListMerge] = [
        ["metadata", "ownerReferences"]: .byKey("uid"),
        ["metadata", "finalizers"]: .byValue,
        ["secrets"]: .byKey("name"),
        ["imagePullSecrets"]: .byKey("name"),
        ["status", "conditions"]: .byKey("type"),
    ]

    private struct Frame {
        let name: String?
        let path: [String]
        var target: JSONObject
        let patch: JSONObject
        var next = 0
    }

    static func apply(_ patch: JSON, to object: JSON) throws(APIFailure) -> JSON {
        guard let changes = patch.objectValue, let members = object.objectValue else {
            throw .badRequest("a strategic merge patch must be an object")
        }
        var open = [try frame(nil, [], members, changes)]
        while true {
            let top = open.count - 1
            guard open[top].next < open[top].patch.count else {
                let done = open.removeLast()
                guard let name = done.name else { return .object(done.target) }
                open[top - 1].target[name] = .object(done.target)
                continue
            }
            let (name, change) = open[top].patch[open[top].next]
            open[top].next += 1
            if name.hasPrefix("$") {
                try direct(name, change, &open[top].target)
                continue
            }
            switch change {
            case .null: open[top].target[name] = nil
            case .object(let changes):
                if changes["$patch"] == "delete" {
                    open[top].target[name] = nil
                    continue
                }
                let target = open[top].target[name]?.objectValue ?? [:]
                open.append(try frame(name, open[top].path + [name], target, changes))
            case .array(let elements):
                let live = open[top].target[name]?.arrayValue ?? []
                open[top].target[name] = .array(
                    merge(elements, into: live, lists[open[top].path + [name]]))
            default: open[top].target[name] = change
            }
        }
    }

    /// Starts on an object; one that is to be replaced starts from nothing.
    private static func frame(
        _ name: String?, _ path: [String], _ target: JSONObject, _ patch: JSONObject
    ) throws(APIFailure) -> Frame {
        var target = target
        switch patch["$patch"]?.stringValue {
        case nil, "merge"?: break
        case "replace"?: target = [:]
        default: throw .badRequest("Unknown patch type found: \(patch["$patch"]?.text ?? "")")
        }
        if case .array(let kept)? = patch["$retainKeys"] {
            let names = Set(kept.compactMap(\.stringValue))
            target = JSONObject(target.filter { names.contains($0.key) }.map { ($0.key, $0.value) })
        }
        return Frame(name: name, path: path, target: target, patch: patch)
    }

    private static func direct(
        _ name: String, _ change: JSON, _ target: inout JSONObject
    ) throws(APIFailure) {
        if name == "$patch" || name == "$retainKeys" { return }
        let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
        guard parts.count == 2, let values = change.arrayValue else {
            throw .badRequest("Unknown patch directive found: \(name)")
        }
        switch parts[0] {
        case "$deleteFromPrimitiveList":
            guard let live = target[parts[1]]?.arrayValue else { return }
            target[parts[1]] = .array(live.filter { !values.contains($0) })
        case "$setElementOrder": break
        default: throw .badRequest("Unknown patch directive found: \(name)")
        }
    }

    private static func merge(_ changes: [JSON], into live: [JSON], _ merge: ListMerge?) -> [JSON] {
        let isReplaced = changes.contains { $0 == ["$patch": "replace"] }
        let changes = changes.filter { $0 != ["$patch": "replace"] }
        guard let merge, !isReplaced else { return changes }
        var result = live
        for change in changes {
            switch merge {
            case .byValue: if !result.contains(change) { result.append(change) }
            case .byKey(let key):
                let index = result.firstIndex { $0[key] == change[key] }
                if change["$patch"] == "delete" {
                    if let index { result.remove(at: index) }
                } else if let index {
                    result[index] = result[index].merging(patch: change)
                } else {
                    result.append(change)
                }
            }
        }
        return result
    }
}

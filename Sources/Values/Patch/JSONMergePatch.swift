extension JSON {
    /// The value with a merge patch applied: `null` removes a member, an object is merged into the
    /// member of its name, anything else replaces it.
    ///
    /// Cost: linear in the patch and in the objects along its paths. Source: RFC 7386.
    public func merging(patch: JSON) -> JSON {
        guard case .object(let changes) = patch else { return patch }
        var open = [MergeFrame(name: nil, target: objectValue ?? [:], changes: changes)]
        while true {
            let top = open.count - 1
            guard open[top].next < open[top].changes.count else {
                let done = open.removeLast()
                guard let name = done.name else { return .object(done.target) }
                open[top - 1].target[name] = .object(done.target)
                continue
            }
            let (name, change) = open[top].changes[open[top].next]
            open[top].next += 1
            switch change {
            case .null: open[top].target[name] = nil
            case .object(let changes):
                let target = open[top].target[name]?.objectValue ?? [:]
                open.append(MergeFrame(name: name, target: target, changes: changes))
            default: open[top].target[name] = change
            }
        }
    }

    /// The merge patch that turns this value into the other.
    ///
    /// A member that is `null` in the other cannot be said by a merge patch and is removed by it.
    /// Source: RFC 7386.
    public func mergePatch(to other: JSON) -> JSON {
        guard case .object(let old) = self, case .object(let new) = other else { return other }
        var open = [DifferenceFrame(name: nil, old: old, new: new, patch: [:])]
        while true {
            let top = open.count - 1
            guard open[top].next < open[top].new.count else {
                var done = open.removeLast()
                for name in done.old.keys where !done.new.contains(name) {
                    done.patch[name] = .null
                }
                guard let name = done.name else { return .object(done.patch) }
                open[top - 1].patch[name] = .object(done.patch)
                continue
            }
            let (name, value) = open[top].new[open[top].next]
            open[top].next += 1
            let before = open[top].old[name]
            if before == value { continue }
            if case .object(let old)? = before, case .object(let new) = value {
                open.append(DifferenceFrame(name: name, old: old, new: new, patch: [:]))
            } else {
                open[top].patch[name] = value
            }
        }
    }
}

private struct MergeFrame {
    let name: String?
    var target: JSONObject
    let changes: JSONObject
    var next = 0
}

private struct DifferenceFrame {
    let name: String?
    let old: JSONObject
    let new: JSONObject
    var patch: JSONObject
    var next = 0
}

internal import Values

/// Who writes: the name and the way, under which the fields they set are recorded.
struct FieldManager: Sendable, Hashable {
    enum Operation: String, Sendable, Hashable {
        case apply = "Apply"
        case update = "Update"
    }

    var name: String
    var operation: Operation
    var apiVersion: String
    /// The subresource written through, `status` or empty.
    var subresource: String

    /// The manager as conflicts name it.
    var description: String {
        var text = JSON.string(name).text
        if !subresource.isEmpty { text += " with subresource \"\(subresource)\"" }
        if operation == .update { text += " using \(apiVersion)" }
        return text
    }

    /// Whether both are the same manager; an applier stays one across versions.
    func isSame(as other: FieldManager) -> Bool {
        name == other.name && operation == other.operation && subresource == other.subresource
            && (operation == .apply || apiVersion == other.apiVersion)
    }
}

/// The owners of an object's fields: `metadata.managedFields`.
///
/// Source: Kubernetes, "Server-Side Apply"; sigs.k8s.io/structured-merge-diff, merge/update.go.
struct FieldOwnership: Sendable, Hashable {
    struct Entry: Sendable, Hashable {
        var manager: FieldManager
        var time: String?
        var fields: FieldSet
    }

    private(set) var entries: [Entry] = []

    init() {}

    /// Reads the entries of an object; those that cannot be read are dropped.
    init(of object: JSON) {
        for json in object["metadata"]?["managedFields"]?.arrayValue ?? [] {
            guard let operation = json["operation"]?.stringValue,
                let operation = FieldManager.Operation(rawValue: operation),
                let fields = json["fieldsV1"]?.objectValue
            else { continue }
            let manager = FieldManager(
                name: json["manager"]?.stringValue ?? "", operation: operation,
                apiVersion: json["apiVersion"]?.stringValue ?? "",
                subresource: json["subresource"]?.stringValue ?? "")
            let time = json["time"]?.stringValue
            entries.append(Entry(manager: manager, time: time, fields: FieldSet(tree: fields)))
        }
    }

    /// The entries as objects carry them, appliers first, then by time and name.
    var json: JSON {
        let sorted = entries.sorted { first, second in
            if first.manager.operation != second.manager.operation {
                return first.manager.operation == .apply
            }
            return (first.time ?? "", first.manager.name, first.manager.subresource)
                < (second.time ?? "", second.manager.name, second.manager.subresource)
        }
        return .array(
            sorted.map { entry in
                var json: JSONObject = [
                    "manager": .string(entry.manager.name),
                    "operation": .string(entry.manager.operation.rawValue),
                    "apiVersion": .string(entry.manager.apiVersion), "fieldsType": "FieldsV1",
                    "fieldsV1": .object(entry.fields.tree),
                ]
                if let time = entry.time { json["time"] = .string(time) }
                if !entry.manager.subresource.isEmpty {
                    json["subresource"] = .string(entry.manager.subresource)
                }
                return .object(json)
            })
    }

    private func index(of manager: FieldManager) -> Int? {
        entries.firstIndex { $0.manager.isSame(as: manager) }
    }

    /// Records an update: who wrote owns what changed, and nobody owns what is gone.
    mutating func recordUpdate(
        from old: JSON, to new: JSON, type: FieldType, by manager: FieldManager, at time: String
    ) {
        let difference = FieldComparison(old, new, type)
        guard !difference.isSame else { return }
        let written = difference.added + difference.modified
        for index in entries.indices where !entries[index].manager.isSame(as: manager) {
            for path in written + difference.removed { entries[index].fields.remove(path) }
        }
        var own = Entry(manager: manager, time: time, fields: FieldSet())
        if let index = index(of: manager) {
            own.fields = entries[index].fields
            entries.remove(at: index)
        }
        for path in written { own.fields.insert(path) }
        for path in difference.removed { own.fields.remove(path) }
        entries.append(own)
        entries.removeAll { $0.fields.isEmpty }
        capUpdateManagers()
    }

    /// Puts the oldest updaters of a version together once there are too many, as kube does.
    private mutating func capUpdateManagers() {
        let updates = entries.indices.filter { entries[$0].manager.operation == .update }
        let excess = updates.count - ControlPlaneLimits.updateManagers
        guard excess > 0 else { return }
        let oldest = updates.sorted { (entries[$0].time ?? "") < (entries[$1].time ?? "") }
            .prefix(excess + 1)
        var merged: [Entry] = []
        for index in oldest {
            let entry = entries[index]
            if let known = merged.firstIndex(where: {
                $0.manager.apiVersion == entry.manager.apiVersion
            }) {
                merged[known].fields = merged[known].fields.union(entry.fields)
                merged[known].time = entry.time
            } else {
                var manager = entry.manager
                manager.name = "ancient-changes"
                manager.subresource = ""
                merged.append(Entry(manager: manager, time: entry.time, fields: entry.fields))
            }
        }
        for index in oldest.sorted(by: >) { entries.remove(at: index) }
        entries += merged
    }
}

extension FieldOwnership {
    /// Applies a configuration: merges it, drops what its manager applied before and no longer does,
    /// and moves the ownership.
    ///
    /// - Throws: a conflict that names every field another manager owns with another value, unless
    ///   the conflicts are forced.
    mutating func apply(
        _ configuration: JSON, to live: JSON, type: FieldType, by manager: FieldManager,
        force: Bool, at time: String, defaulting: (JSON) throws(APIFailure) -> JSON
    ) throws(APIFailure) -> JSON {
        let before = entries
        let last = index(of: manager).map { entries[$0] }
        let applied = FieldSet(of: configuration, type)
        var result = live.mergingConfiguration(configuration, type)
        if let last, !last.fields.isEmpty {
            let others = entries.filter { !$0.manager.isSame(as: manager) }.map(\.fields)
            result = FieldOwnership.pruned(
                result, last: last.fields,
                managed: others.reduce(applied) { $0.union($1) }, type)
        }
        result = try defaulting(result)
        let difference = FieldComparison(live, result, type)
        let changed = difference.added + difference.modified
        var conflicts: [(FieldManager, FieldPath)] = []
        for index in entries.indices where !entries[index].manager.isSame(as: manager) {
            for path in changed where entries[index].fields.contains(path) {
                conflicts.append((entries[index].manager, path))
                entries[index].fields.remove(path)
            }
            for path in difference.removed { entries[index].fields.remove(path) }
        }
        if !force, !conflicts.isEmpty {
            entries = before
            throw FieldOwnership.conflict(conflicts)
        }
        if let index = index(of: manager) { entries.remove(at: index) }
        let isUnchanged = last?.fields == applied && last?.manager == manager
        entries.append(
            Entry(manager: manager, time: isUnchanged ? last?.time : time, fields: applied))
        entries.removeAll { $0.fields.isEmpty }
        return result
    }

    /// Removes what was applied last and is managed by nobody now.
    private static func pruned(
        _ merged: JSON, last: FieldSet, managed: FieldSet, _ type: FieldType
    ) -> JSON {
        let mergedFields = FieldSet(of: merged, type)
        let rest = FieldSet(of: merged.removingFields(last, type), type)
        let pruned = merged.removingFields(
            mergedFields.subtracting(rest.union(managed)), type)
        // Fields that the pruning would take along though this manager never applied them stay.
        let gone = mergedFields.subtracting(FieldSet(of: pruned, type)).intersection(last)
        return merged.removingFields(gone, type)
    }

    private static func conflict(_ conflicts: [(FieldManager, FieldPath)]) -> APIFailure {
        var byManager: [String: [String]] = [:]
        for (manager, path) in conflicts {
            byManager[manager.description, default: []].append(path.text)
        }
        let groups = byManager.map { ($0.key, $0.value.sorted()) }.sorted { $0.0 < $1.0 }
        var causes: [JSON] = []
        var lines: [String] = []
        for (manager, paths) in groups {
            if paths.count == 1, groups.count == 1 {
                lines.append("conflict with \(manager): \(paths[0])")
            } else {
                lines.append("conflicts with \(manager):")
                lines += paths.map { "- \($0)" }
            }
            for path in paths {
                causes.append([
                    "reason": "FieldManagerConflict", "field": .string(path),
                    "message": .string("conflict with \(manager)"),
                ])
            }
        }
        let count = "\(conflicts.count) conflict\(conflicts.count == 1 ? "" : "s")"
        return APIFailure(
            code: 409, reason: "Conflict",
            message: "Apply failed with \(count): \(lines.joined(separator: "\n"))",
            details: ["causes": .array(causes)])
    }
}

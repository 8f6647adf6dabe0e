/// The files that differ between two trees: equal subtrees are skipped by their identifiers.
struct TreeDifference: ~Copyable {
    private let limits: GitTreeLimits
    private var pending: [(old: GitObjectID?, new: GitObjectID?, path: String, depth: Int)] = []
    private var visited = 0
    private var changes: [GitChange] = []

    init(limits: GitTreeLimits) { self.limits = limits }

    /// The changes from one entry to another, either of which may be missing.
    consuming func compare(
        _ old: ObjectStore.Entry?, _ new: ObjectStore.Entry?, path: String,
        in store: borrowing ObjectStore
    ) throws(GitError) -> [GitChange] {
        try visit(old, new, path: path, depth: 0)
        while let next = pending.popLast() {
            let old = try next.old.map { id throws(GitError) in try store.entries(ofTree: id) }
            let new = try next.new.map { id throws(GitError) in try store.entries(ofTree: id) }
            var earlier: [String: ObjectStore.Entry] = [:]
            for entry in old ?? [] { if let name = entry.name { earlier[name] = entry } }
            let prefix = next.path.isEmpty ? "" : next.path + "/"
            for entry in new ?? [] {
                guard let name = entry.name else { continue }
                let before = earlier.removeValue(forKey: name)
                try visit(before, entry, path: prefix + name, depth: next.depth)
            }
            for (name, entry) in earlier {
                try visit(entry, nil, path: prefix + name, depth: next.depth)
            }
        }
        changes.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        return changes
    }

    private mutating func visit(
        _ old: ObjectStore.Entry?, _ new: ObjectStore.Entry?, path: String, depth: Int
    ) throws(GitError) {
        if let old, let new, old.id == new.id, old.mode == new.mode { return }
        visited += 1
        guard visited <= limits.maximumEntries, depth <= limits.maximumDepth else {
            throw GitError(
                .tooLarge,
                "more than \(limits.maximumEntries) entries differ, or deeper than "
                    + "\(limits.maximumDepth) directories: narrow the path")
        }
        let directories = (
            old.flatMap { $0.isDirectory ? $0.id : nil },
            new.flatMap { $0.isDirectory ? $0.id : nil }
        )
        if directories.0 != nil || directories.1 != nil {
            pending.append((directories.0, directories.1, path, depth + 1))
        }
        switch (old?.isFile == true, new?.isFile == true) {
        case (true, true): changes.append(GitChange(path: path, kind: .modified))
        case (true, false): changes.append(GitChange(path: path, kind: .deleted))
        case (false, true): changes.append(GitChange(path: path, kind: .added))
        case (false, false): break
        }
    }
}

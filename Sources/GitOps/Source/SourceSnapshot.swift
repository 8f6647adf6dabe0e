import Git
import Values

/// What one commit asks for: every resource that its files give, and what is wrong with the others.
struct SourceSnapshot: Sendable {
    let commit: GitCommit
    let resources: [DesiredResource]
    let failures: [SyncFailure]
    /// What gave less than it should: what it gave before stays in force.
    let refused: RefusedSources
}

/// What the files of a commit hold and do not give.
public struct RefusedSources: Sendable, Hashable {
    /// The files, links and directories that gave less than they should.
    public private(set) var paths: Set<String> = []
    /// The objects with mistakes, wherever they are.
    public private(set) var ids: Set<InventoryID> = []
    /// Those of the paths that may hold any object, as they could not be read: what a file gave may
    /// have moved into another that was broken since.
    public private(set) var illegible: Set<String> = []

    /// Makes what refuses nothing.
    public init() {}

    /// Adds a file, and the objects of it that are refused.
    public mutating func add(
        _ path: String, ids: some Sequence<InventoryID> = [], isLegible: Bool
    ) {
        paths.insert(path)
        self.ids.formUnion(ids)
        if !isLegible { illegible.insert(path) }
    }

    /// Whether an object that was applied before is to stay as it is.
    func retains(_ entry: InventoryEntry) -> Bool {
        ids.contains(entry.id) || ancestors(of: entry.path).contains { paths.contains($0) }
    }

    /// A path and the directories it is in.
    private func ancestors(of path: String) -> [String] {
        var found = [path]
        var rest = path[...]
        while let slash = rest.lastIndex(of: "/") {
            rest = rest[..<slash]
            found.append(String(rest))
        }
        return found
    }
}

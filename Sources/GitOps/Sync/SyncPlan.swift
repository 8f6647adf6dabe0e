public import Values

/// What has to change so that the cluster agrees with one commit: a pure function of what the files
/// ask for, what was applied before, and what is there.
///
/// What is refused leaves what it gave before in force: its objects are neither changed nor pruned.
/// Nothing is pruned while something cannot be read, as that may hold any of it by now, whatever came
/// from there before; and nothing where no file gives anything: that is a wrong path more often than
/// what somebody wants. Cost: linear in the objects, so a commit that changes one file of a thousand
/// applies one object.
public struct SyncPlan: Sendable, Hashable {
    /// An object of the cluster as the plan needs to know it.
    public struct Observed: Sendable, Hashable {
        /// The digest that was noted on it when it was applied.
        public let digest: Digest?
        /// The repository it was applied from, where it was.
        public let repository: String?
        /// Its spec, which may have been changed by hand since.
        public let spec: JSON
        /// Whether its annotation says that it is never pruned.
        public let isKept: Bool
        /// Whether it bears the marks of this very repository, and of its own name: not those of one
        /// that had the repository's name before, nor of a release that knew fewer.
        public let isMarked: Bool

        /// Makes an observation.
        public init(
            digest: Digest?, repository: String?, spec: JSON, isKept: Bool, isMarked: Bool = true
        ) {
            self.digest = digest
            self.repository = repository
            self.spec = spec
            self.isKept = isKept
            self.isMarked = isMarked
        }

        /// The repository whose it is, where that is another one.
        func owner(otherThan own: String) -> String? {
            repository.flatMap { $0 == own ? nil : $0 }
        }
    }

    /// The objects to apply, in order of their ids.
    public private(set) var applied: [DesiredResource] = []
    /// The objects that are as they should be.
    public private(set) var unchanged: [DesiredResource] = []
    /// The objects to delete, in order.
    public private(set) var pruned: [InventoryID] = []
    /// The entries that stay in the inventory though no file gives them now.
    public private(set) var retained: [InventoryEntry] = []
    /// The objects that would be deleted, were it known that no file gives them.
    public private(set) var withheld: [InventoryID] = []
    /// The path that may hold what is withheld; nil where no file gives anything.
    public let unknownPath: String?
    /// What is refused, with why.
    public private(set) var failures: [SyncFailure] = []

    /// Whether nothing has to be written to the cluster.
    public var isEmpty: Bool { applied.isEmpty && pruned.isEmpty }

    /// Makes a plan.
    ///
    /// - Parameters:
    ///   - repository: the name of the repository whose objects these are.
    ///   - resources: what the files that could be read ask for.
    ///   - refused: what the files hold and do not give.
    ///   - inventory: what was applied before.
    ///   - prunes: whether objects are deleted that no file gives any more.
    ///   - observed: the objects of the namespace by id.
    public init(
        repository: String, resources: [DesiredResource], refused: RefusedSources,
        inventory: [InventoryEntry], prunes: Bool, observed: [InventoryID: Observed]
    ) {
        unknownPath = refused.illegible.min()
        var first: [InventoryID: DesiredResource] = [:]
        let paths = Dictionary(inventory.map { ($0.id, $0.path) }, uniquingKeysWith: { a, _ in a })
        // Of two files that give one object, the one that gave it before stands: a file that is
        // added by mistake changes nothing, wherever its name puts it.
        let ordered = resources.sorted {
            ($0.id, paths[$0.id] == $0.path ? 0 : 1, $0.path)
                < ($1.id, paths[$1.id] == $1.path ? 0 : 1, $1.path)
        }
        for resource in ordered {
            if let earlier = first[resource.id] {
                refuseDuplicate(resource, of: earlier)
                continue
            }
            first[resource.id] = resource
            place(resource, repository, observed[resource.id])
        }
        for entry in inventory.sorted(by: { $0.id < $1.id }) where first[entry.id] == nil {
            let present = observed[entry.id]
            if refused.retains(entry) {
                retained.append(entry)
            } else if let present, present.repository == repository, prunes, !present.isKept {
                if unknownPath != nil || resources.isEmpty {
                    withheld.append(entry.id)
                    retained.append(entry)
                } else {
                    pruned.append(entry.id)
                }
            }
        }
    }

    private mutating func refuseDuplicate(
        _ resource: DesiredResource, of earlier: DesiredResource
    ) {
        failures.append(
            SyncFailure(
                path: resource.path, code: "DuplicateResource",
                message: "\(resource.id) is also in \(earlier.path), which stands; rename one"))
    }

    private mutating func place(
        _ resource: DesiredResource, _ repository: String, _ present: Observed?
    ) {
        guard let present else {
            applied.append(resource)
            return
        }
        if let owner = present.owner(otherThan: repository) {
            failures.append(.owned(by: owner, resource))
            return
        }
        let isSame =
            present.repository == repository && present.isMarked
            && present.digest == resource.digest
            && present.spec.isSame(as: resource.json["spec"] ?? .null)
        if isSame { unchanged.append(resource) } else { applied.append(resource) }
    }
}

import Git
public import Kubernetes
import Resources
import Synchronization
import Values

extension RepositoryController {
    /// Brings the cluster to what the repository's commit asks for.
    func sync(
        _ object: KubernetesObject, _ spec: RepositorySpec
    ) async throws(RepositoryProblem) -> SyncReport {
        var credentials = GitCredentials.none
        if let secret = spec.secretName {
            credentials = try await RepositoryCredentials.read(
                secret, namespace: object.namespace, client: client, redactor: redactor)
        }
        let known = object.inventory + unlisted(of: object)
        let given = Dictionary(known.map { ($0.id, $0.path) }, uniquingKeysWith: { a, _ in a })
        let snapshot = try await fetches.unlessChanged(object) {
            [sources, credentials] () async throws(RepositoryProblem) in
            try await sources.snapshot(
                of: spec, uid: object.uid ?? "", namespace: object.namespace,
                credentials: credentials, given: given)
        }
        guard snapshot.resources.count <= SyncLimits.resources else {
            throw RepositoryProblem(
                reason: "TooManyResources",
                message:
                    "the commit \(snapshot.commit.id) has \(snapshot.resources.count) resources; "
                    + "one repository gives at most \(SyncLimits.resources). Split it by spec.path")
        }
        // What arrived while it was fetched is seen only now.
        let inventory = object.inventory + unlisted(of: object)
        let seen = try observed(object, inventory, snapshot)
        let ownership = Ownership(object, gone: try await ownersGone(seen, object))
        let plan = SyncPlan(
            repository: ownership.own.label, resources: snapshot.resources,
            refused: snapshot.refused, inventory: inventory, prunes: spec.prunes,
            observed: Dictionary(
                uniqueKeysWithValues: seen.map {
                    ($0, SyncPlan.Observed($1, as: $0, ownership))
                }))
        if !plan.isEmpty { try await confirm(object) }
        if !plan.applied.isEmpty { doubtful.withLock { $0[object.key] = object } }
        let report = await apply(plan, inventory, snapshot, object, ownership)
        do {
            try await takeBackIfGone(object.key)
        } catch {
            throw RepositoryProblem(
                reason: "ApplyFailed", message: "cannot read it again: \(error.description)",
                isTransient: true)
        }
        return report
    }

    /// What was applied from this very repository and is not in its inventory: a process died before
    /// it wrote the status, or its apply arrived when nobody waited for it any more.
    ///
    /// What is not pruned needs no entry: where no file gives it, it was left alone on purpose. A copy
    /// that somebody made of what was applied was not applied.
    private func unlisted(of object: KubernetesObject) -> [InventoryEntry] {
        guard object.spec["prune"]?.boolValue != false else { return [] }
        let known = Set(object.inventory.map(\.id))
        let ownership = Ownership(object)
        return [ResourceType.workflows, .templates].flatMap { type -> [InventoryEntry] in
            let given =
                caches[type]?.objects(index: Labels.repository, value: ownership.own.label) ?? []
            return given.compactMap { item in
                let id = InventoryID(kind: type.kind, name: item.name)
                guard item.namespace == object.namespace, !known.contains(id),
                    item.annotation(Annotations.prune) != "disabled",
                    ownership.hasApplied(item, as: id),
                    let path = item.annotation(Annotations.path),
                    let digest = item.annotation(Annotations.manifestDigest).flatMap({ Digest($0) })
                else { return nil }
                return InventoryEntry(id: id, path: path, digest: digest)
            }
        }
    }

    /// Looks at the repository itself before anything is changed for it: a cache may show late that
    /// it is suspended, reads another branch or prunes no more, and what is pruned is gone.
    private func confirm(_ object: KubernetesObject) async throws(RepositoryProblem) {
        let live: KubernetesObject
        do {
            live = try await client.get(.workflowRepositories, object.key)
        } catch {
            throw RepositoryProblem(
                reason: "ApplyFailed", message: "cannot read it again: \(error.description)",
                isTransient: true)
        }
        guard live.uid == object.uid, live.generation == object.generation else {
            throw RepositoryProblem(
                reason: "Progressing", message: "waiting to see what it has become",
                isTransient: true)
        }
    }

    /// The objects of the namespace that the plan needs to know, as the caches show them.
    private func observed(
        _ object: KubernetesObject, _ inventory: [InventoryEntry], _ snapshot: SourceSnapshot
    ) throws(RepositoryProblem) -> [InventoryID: KubernetesObject] {
        var observed: [InventoryID: KubernetesObject] = [:]
        let ids = Set(snapshot.resources.map(\.id)).union(inventory.map(\.id)).sorted()
        for id in ids {
            guard let type = ResourceType.synced(kind: id.kind), let cache = caches[type] else {
                continue
            }
            let key = ObjectKey(namespace: object.namespace, name: id.name)
            guard let current = cache.current(key) else {
                throw RepositoryProblem(
                    reason: "Progressing", message: "waiting to see what was just applied",
                    isTransient: true)
            }
            guard let present = current, !present.isDeleting else { continue }
            observed[id] = present
        }
        return observed
    }

    /// The repositories that are gone for good and gave some of these objects.
    ///
    /// The server is asked, after the objects were seen: a repository that one of them names was
    /// there before, and a UID never comes back. A cache might not have a new repository yet. One
    /// that was made anew under its name has all that bears it, whether it has marked it yet or not.
    private func ownersGone(
        _ observed: [InventoryID: KubernetesObject], _ object: KubernetesObject
    ) async throws(RepositoryProblem) -> Set<Ownership.Owner> {
        let own = ResourceName.labelValue(object.name)
        let owners = Set(observed.values.compactMap { Ownership.Owner(of: $0) })
            .filter { $0.label != own }
        guard !owners.isEmpty else { return [] }
        do {
            let live = try await client.list(.workflowRepositories, namespace: object.namespace)
            let uids = Set(live.items.compactMap(\.uid))
            let labels = Set(live.items.map { ResourceName.labelValue($0.name) })
            return owners.filter { !uids.contains($0.uid) && !labels.contains($0.label) }
        } catch {
            throw RepositoryProblem(
                reason: "ApplyFailed",
                message: "cannot look whose objects they are: \(error.description)",
                isTransient: true)
        }
    }

    private func apply(
        _ plan: SyncPlan, _ known: [InventoryEntry], _ snapshot: SourceSnapshot,
        _ object: KubernetesObject, _ ownership: Ownership
    ) async -> SyncReport {
        var failures = snapshot.failures + plan.failures
        var inventory = plan.retained
        inventory += plan.unchanged.map {
            InventoryEntry(id: $0.id, path: $0.path, digest: $0.digest)
        }
        let outcomes = await applyAll(plan.applied, snapshot.commit, object, ownership)
        let before = Dictionary(known.map { ($0.id, $0) }, uniquingKeysWith: { a, _ in a })
        for (resource, failure) in outcomes {
            if let failure {
                failures.append(failure)
                before[resource.id].map { inventory.append($0) }
            } else {
                inventory.append(
                    InventoryEntry(id: resource.id, path: resource.path, digest: resource.digest))
            }
        }
        var pruned = 0
        for id in plan.pruned {
            guard let failure = await prune(id, of: object) else {
                pruned += 1
                continue
            }
            failures.append(failure)
            before[id].map { inventory.append($0) }
        }
        let applied = outcomes.filter { $0.failure == nil }.count
        return SyncReport(
            revision: snapshot.commit.revision, inventory: inventory, failures: failures,
            applied: applied, pruned: pruned
        ).withholding(plan.withheld.count, for: plan.unknownPath)
    }
}

extension ResourceType {
    /// The type of a kind that repositories give.
    public static func synced(kind: String) -> ResourceType? {
        switch kind {
        case "Workflow": .workflows
        case "Template": .templates
        default: nil
        }
    }
}

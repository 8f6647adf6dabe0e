import Git
public import Kubernetes
import Resources
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
        let snapshot = try await sources.snapshot(
            of: spec, uid: object.uid ?? "", namespace: object.namespace, credentials: credentials)
        guard snapshot.resources.count <= SyncLimits.resources else {
            throw RepositoryProblem(
                reason: "TooManyResources",
                message:
                    "the commit \(snapshot.commit.id) has \(snapshot.resources.count) resources; "
                    + "one repository gives at most \(SyncLimits.resources). Split it by spec.path")
        }
        let plan = SyncPlan(
            repository: object.name, resources: snapshot.resources,
            failedPaths: snapshot.failedPaths, inventory: object.inventory, prunes: spec.prunes,
            observed: try observed(object, snapshot))
        return await apply(plan, snapshot, object)
    }

    /// The objects of the namespace that the plan needs to know, as the caches show them.
    private func observed(
        _ object: KubernetesObject, _ snapshot: SourceSnapshot
    ) throws(RepositoryProblem) -> [InventoryID: SyncPlan.Observed] {
        var observed: [InventoryID: SyncPlan.Observed] = [:]
        let ids = Set(snapshot.resources.map(\.id)).union(object.inventory.map(\.id))
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
            observed[id] = SyncPlan.Observed(
                digest: present.annotation(Annotations.manifestDigest).flatMap { Digest($0) },
                repository: present.label(Labels.repository), spec: present.spec,
                isKept: present.annotation(Annotations.prune) == "disabled")
        }
        return observed
    }

    private func apply(
        _ plan: SyncPlan, _ snapshot: SourceSnapshot, _ object: KubernetesObject
    ) async -> SyncReport {
        var failures = snapshot.failures + plan.failures
        var inventory = plan.retained
        inventory += plan.unchanged.map {
            InventoryEntry(id: $0.id, path: $0.path, digest: $0.digest)
        }
        let outcomes = await applyAll(plan.applied, snapshot.commit, object)
        let before = Dictionary(
            object.inventory.map { ($0.id, $0) }, uniquingKeysWith: { a, _ in a })
        for (resource, failure) in outcomes {
            if let failure {
                failures.append(failure)
                before[resource.id].map { inventory.append($0) }
            } else {
                inventory.append(
                    InventoryEntry(id: resource.id, path: resource.path, digest: resource.digest))
            }
        }
        for id in plan.pruned {
            guard let failure = await prune(id, of: object) else { continue }
            failures.append(failure)
            before[id].map { inventory.append($0) }
        }
        let applied = outcomes.filter { $0.failure == nil }.count
        return report(failures, inventory, snapshot.commit, applied: applied, plan.pruned.count)
    }

    private func report(
        _ failures: [SyncFailure], _ inventory: [InventoryEntry], _ commit: GitCommit,
        applied: Int, _ pruned: Int
    ) -> SyncReport {
        var report: SyncReport
        if let first = failures.first {
            let more = failures.count > 1 ? " (and \(failures.count - 1) more)" : ""
            let isTransient = failures.allSatisfy { $0.code == SyncFailure.transient }
            let message = "\(first.text)\(more)"
            report = SyncReport(
                state: isTransient
                    ? .reconciling(reason: "ApplyFailed", message: message)
                    : .stalled(reason: "InvalidManifests", message: message))
        } else {
            report = SyncReport(
                state: .ready(
                    reason: "Synced",
                    message: "applied \(commit.revision): \(inventory.count) resources"))
        }
        report.failures = failures
        report.attemptedRevision = commit.revision
        report.appliedRevision = commit.revision
        report.inventory = inventory
        if applied + pruned > 0 {
            report.summary =
                "\(commit.revision): \(applied) applied, \(pruned) pruned, "
                + "\(failures.count) refused"
        }
        return report
    }

    private func applyAll(
        _ resources: [DesiredResource], _ commit: GitCommit, _ object: KubernetesObject
    ) async -> [(resource: DesiredResource, failure: SyncFailure?)] {
        await withTaskGroup(of: (Int, SyncFailure?).self) { group in
            var failures = [SyncFailure?](repeating: nil, count: resources.count)
            var next = 0
            while next < min(SyncLimits.concurrentApplies, resources.count) {
                let index = next
                group.addTask { (index, await self.apply(resources[index], commit, object)) }
                next += 1
            }
            while let (index, failure) = await group.next() {
                failures[index] = failure
                guard next < resources.count else { continue }
                let index = next
                group.addTask { (index, await self.apply(resources[index], commit, object)) }
                next += 1
            }
            return zip(resources, failures).map { ($0, $1) }
        }
    }

    /// Applies one object: one call that creates or changes it, and takes away what we set before.
    private func apply(
        _ resource: DesiredResource, _ commit: GitCommit, _ object: KubernetesObject
    ) async -> SyncFailure? {
        guard let type = ResourceType.synced(kind: resource.kind) else { return nil }
        let key = ObjectKey(namespace: object.namespace, name: resource.name)
        var wanted = KubernetesObject(type, key)
        let written = KubernetesObject(resource.json)
        wanted.labels = written.labels
        wanted.labels[Labels.repository] = .string(ResourceName.labelValue(object.name))
        wanted.labels[Labels.managedBy] = .string(Labels.manager)
        wanted.annotations = written.annotations
        wanted.annotations[Annotations.path] = .string(resource.path)
        wanted.annotations[Annotations.commit] = .string(commit.id.description)
        wanted.annotations[Annotations.manifestDigest] = .string(resource.digest.description)
        // Set here, the controller of the kind need not write it first.
        if type == .workflows { wanted.finalizers = [Finalizers.cleanup] }
        wanted.spec = written.spec
        do {
            var applied = try await client.patch(type, key, .apply(wanted.json, force: true))
            if applied.spec != wanted.spec {
                applied = try await replaceSpec(of: applied, with: wanted.spec, type)
            }
            caches[type]?.recordWrite(applied)
            return nil
        } catch {
            return SyncFailure(error, path: resource.path, doing: "apply \(resource.id)")
        }
    }

    /// Takes away what others added to a spec: an apply leaves fields that somebody else owns.
    private func replaceSpec(
        of object: KubernetesObject, with spec: JSON, _ type: ResourceType
    ) async throws(KubernetesError) -> KubernetesObject {
        let version = object.resourceVersion?.description ?? ""
        return try await client.patch(
            type, object.key,
            .json([
                ["op": "test", "path": "/metadata/resourceVersion", "value": .string(version)],
                ["op": "replace", "path": "/spec", "value": spec],
            ]))
    }

    /// Deletes one object that the repository gave, unless it is another's by now.
    func prune(_ id: InventoryID, of object: KubernetesObject) async -> SyncFailure? {
        guard let type = ResourceType.synced(kind: id.kind) else { return nil }
        let key = ObjectKey(namespace: object.namespace, name: id.name)
        do {
            let present = try await client.get(type, key)
            guard present.label(Labels.repository) == ResourceName.labelValue(object.name),
                present.annotation(Annotations.prune) != "disabled"
            else { return nil }
            try await client.delete(type, key, options: DeleteOptions(uid: present.uid))
            return nil
        } catch {
            guard error.code != .notFound else { return nil }
            return SyncFailure(error, path: id.description, doing: "prune \(id)")
        }
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

extension SyncFailure {
    /// The code of failures that go away by themselves.
    static let transient = "ApiUnavailable"

    init(_ error: KubernetesError, path: String, doing: String) {
        // Somebody wrote the object meanwhile: the next look applies it again.
        let passes = error.isTransient || error.code == .conflict
        self.init(
            path: path, code: passes ? SyncFailure.transient : "Refused",
            message: "cannot \(doing): \(error.description)")
    }
}

import Git
import Kubernetes
import Resources
import Synchronization
import Values

extension RepositoryController {
    /// Applies objects, some at once, and tells of each whether and why it failed.
    func applyAll(
        _ resources: [DesiredResource], _ commit: GitCommit, _ object: KubernetesObject,
        _ ownership: Ownership
    ) async -> [(resource: DesiredResource, failure: SyncFailure?)] {
        await withTaskGroup(of: (Int, SyncFailure?).self) { group in
            var failures = [SyncFailure?](repeating: nil, count: resources.count)
            var next = 0
            while next < min(SyncLimits.concurrentApplies, resources.count) {
                let index = next
                group.addTask {
                    (index, await self.apply(resources[index], commit, object, ownership))
                }
                next += 1
            }
            while let (index, failure) = await group.next() {
                failures[index] = failure
                guard next < resources.count else { continue }
                let index = next
                group.addTask {
                    (index, await self.apply(resources[index], commit, object, ownership))
                }
                next += 1
            }
            return zip(resources, failures).map { ($0, $1) }
        }
    }

    /// Applies one object: a look whose it is, and one call that creates or changes just that one, and
    /// takes away what we set before (laws 8 and 22).
    private func apply(
        _ resource: DesiredResource, _ commit: GitCommit, _ object: KubernetesObject,
        _ ownership: Ownership
    ) async -> SyncFailure? {
        guard let type = ResourceType.synced(kind: resource.kind) else { return nil }
        let key = ObjectKey(namespace: object.namespace, name: resource.name)
        let claim = "\(resource.id) \(key.namespace)"
        guard claims.withLock({ $0.insert(claim).inserted }) else {
            return .waiting(for: resource, "another repository applies it")
        }
        defer { claims.withLock { _ = $0.remove(claim) } }
        var wanted = wanted(resource, type, key, commit, ownership)
        do {
            if let present = try await look(type, key) {
                let known = SyncPlan.Observed(present, as: resource.id, ownership)
                if let owner = known.owner(otherThan: ownership.own.label) {
                    return .owned(by: owner, resource)
                }
                if present.isDeleting { return .waiting(for: resource, "it is being deleted") }
                let cleared = try await clear(present, for: wanted, type)
                wanted.metadata["uid"] = cleared.uid.map { .string($0) }
                wanted.metadata["resourceVersion"] = cleared.resourceVersion.map {
                    .string($0.description)
                }
            }
            var applied = try await client.patch(type, key, .apply(wanted.json, force: true))
            if !applied.spec.isSame(as: wanted.spec) {
                applied = try await replaceSpec(of: applied, with: wanted, type)
            }
            caches[type]?.recordWrite(applied)
            return nil
        } catch {
            return SyncFailure(error, path: resource.path, doing: "apply \(resource.id)")
        }
    }

    private func wanted(
        _ resource: DesiredResource, _ type: ResourceType, _ key: ObjectKey, _ commit: GitCommit,
        _ ownership: Ownership
    ) -> KubernetesObject {
        var wanted = KubernetesObject(type, key)
        let written = KubernetesObject(resource.json)
        wanted.labels = written.labels
        wanted.labels[Labels.repository] = .string(ownership.own.label)
        wanted.labels[Labels.managedBy] = .string(Labels.manager)
        wanted.annotations = written.annotations
        wanted.annotations[Annotations.repositoryUID] = .string(ownership.own.uid)
        wanted.annotations[Annotations.appliedAs] = .string(ownership.mark(of: resource.id))
        wanted.annotations[Annotations.path] = .string(resource.path)
        wanted.annotations[Annotations.commit] = .string(commit.id.description)
        wanted.annotations[Annotations.manifestDigest] = .string(resource.digest.description)
        // Set here, the controller of the kind need not write it first.
        if type == .workflows { wanted.finalizers = [Finalizers.cleanup] }
        wanted.spec = written.spec
        return wanted
    }

    /// The object as it is now; nil where there is none.
    private func look(
        _ type: ResourceType, _ key: ObjectKey
    ) async throws(KubernetesError) -> KubernetesObject? {
        do {
            return try await client.get(type, key)
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
    }

    /// Takes away what a spec holds and is not wanted: an apply leaves fields that somebody else owns.
    ///
    /// It is done before the apply and says the commit, as a run may start of whatever is stored: of
    /// half a commit and half a change by hand is what nobody wrote.
    private func clear(
        _ present: KubernetesObject, for wanted: KubernetesObject, _ type: ResourceType
    ) async throws(KubernetesError) -> KubernetesObject {
        guard present.spec.hasMembers(beyond: wanted.spec) else { return present }
        return try await replaceSpec(of: present, with: wanted, type)
    }

    private func replaceSpec(
        of object: KubernetesObject, with wanted: KubernetesObject, _ type: ResourceType
    ) async throws(KubernetesError) -> KubernetesObject {
        let version = object.resourceVersion?.description ?? ""
        var annotations = object.annotations
        for name in [Annotations.commit, Annotations.path] {
            annotations[name] = wanted.annotations[name]
        }
        return try await client.patch(
            type, object.key,
            .json([
                // A test that fails would be refused as invalid; this is a conflict.
                [
                    "op": "replace", "path": "/metadata/resourceVersion",
                    "value": .string(version),
                ],
                ["op": "add", "path": "/metadata/annotations", "value": .object(annotations)],
                ["op": "replace", "path": "/spec", "value": wanted.spec],
            ]))
    }

    /// Deletes one object that the repository gave, unless it is another's by now, or changes again.
    func prune(_ id: InventoryID, of object: KubernetesObject) async -> SyncFailure? {
        guard let type = ResourceType.synced(kind: id.kind) else { return nil }
        let key = ObjectKey(namespace: object.namespace, name: id.name)
        do {
            guard let present = try await look(type, key),
                present.label(Labels.repository) == ResourceName.labelValue(object.name),
                // Another may have come in the place of ours, under its name, and have taken it over.
                present.annotation(Annotations.repositoryUID) ?? object.uid == object.uid,
                present.annotation(Annotations.prune) != "disabled"
            else { return nil }
            try await client.delete(
                type, key,
                options: DeleteOptions(
                    uid: present.uid, resourceVersion: present.resourceVersion?.description))
            return nil
        } catch {
            guard error.code != .notFound else { return nil }
            return SyncFailure(error, path: id.description, doing: "prune \(id)")
        }
    }
}

import Kubernetes
import Resources
import Testing
import Values

@testable import GitOps

@Suite struct OwnershipTests {
    private static let id = InventoryID(kind: "Workflow", name: "nightly")

    private func repository(_ name: String, uid: String) -> KubernetesObject {
        var object = KubernetesObject(
            .workflowRepositories, ObjectKey(namespace: "team", name: name))
        object.metadata["uid"] = .string(uid)
        return object
    }

    private func applied(by ownership: Ownership) -> KubernetesObject {
        var object = KubernetesObject(
            .workflows, ObjectKey(namespace: "team", name: OwnershipTests.id.name))
        object.labels[Labels.repository] = .string(ownership.own.label)
        object.annotations[Annotations.repositoryUID] = .string(ownership.own.uid)
        object.annotations[Annotations.appliedAs] = .string(ownership.mark(of: OwnershipTests.id))
        return object
    }

    @Test func `what was applied is known, and a copy of it under another name is not it`() {
        let ownership = Ownership(repository("flows", uid: "1"))
        let object = applied(by: ownership)
        #expect(ownership.hasApplied(object, as: OwnershipTests.id))
        for kind in ["Workflow", "Template"] {
            let copy = InventoryID(kind: kind, name: "nightly-test")
            #expect(!ownership.hasApplied(object, as: copy), "\(kind)")
        }
        let other = InventoryID(kind: "Template", name: OwnershipTests.id.name)
        #expect(!ownership.hasApplied(object, as: other))
    }

    @Test func `a repository made anew under its name has applied nothing yet`() {
        let object = applied(by: Ownership(repository("flows", uid: "1")))
        let anew = Ownership(repository("flows", uid: "2"))
        #expect(!anew.hasApplied(object, as: OwnershipTests.id))
        let known = SyncPlan.Observed(object, as: OwnershipTests.id, anew)
        #expect(!known.isMarked)
        #expect(known.owner(otherThan: anew.own.label) == nil)
        #expect(known.owner(otherThan: "heir") == "flows")
    }

    @Test func `what an earlier release applied is not marked, and is the repository's`() {
        let ownership = Ownership(repository("flows", uid: "1"))
        var object = applied(by: ownership)
        object.annotations[Annotations.appliedAs] = nil
        let known = SyncPlan.Observed(object, as: OwnershipTests.id, ownership)
        #expect(!known.isMarked)
        #expect(known.repository == "flows")
    }

    @Test func `what a repository gave that is gone is nobody's`() {
        let object = applied(by: Ownership(repository("flows", uid: "1")))
        let heir = Ownership(
            repository("heir", uid: "9"), gone: [Ownership.Owner(label: "flows", uid: "1")])
        let known = SyncPlan.Observed(object, as: OwnershipTests.id, heir)
        #expect(known.owner(otherThan: "heir") == nil)
        let late = Ownership(
            repository("heir", uid: "9"), gone: [Ownership.Owner(label: "flows", uid: "0")])
        let taken = SyncPlan.Observed(object, as: OwnershipTests.id, late)
        #expect(taken.owner(otherThan: "heir") == "flows")
    }
}
